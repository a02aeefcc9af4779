//! The bytes of dead letters that are not closed.

use gantry_store::Store;

use crate::support::{Bench, bury, enqueue, flow, lease_one, message, resolve_leased};

fn bytes(store: &Store, name: &str) -> u64 {
    store.dead_letter_bytes(&flow(name))
}

#[tokio::test]
async fn open_dead_letters_are_counted_by_flow_over_a_kill_until_somebody_deals_with_them() {
    let bench = Bench::new();
    let store = bench.open();
    let mut dead = Vec::new();
    for (name, payload) in [("orders", "x".repeat(1000)), ("orders", "y".repeat(3000)), ("shop", "z".repeat(500))] {
        enqueue(&store, message(name, None, payload)).await;
        dead.push(bury(&store, lease_one(&store, name).await, None, "no-price").await);
    }
    let orders = bytes(&store, "orders");
    assert!(orders > 4000 && bytes(&store, "shop") > 500, "{orders}");
    assert_eq!(store.all_dead_letter_bytes(), orders + bytes(&store, "shop"));

    let bench = bench.killed();
    let store = bench.open();
    assert_eq!(bytes(&store, "orders"), orders);
    store.acknowledge(dead[0], "anna".into()).await.unwrap();
    assert!(bytes(&store, "orders") >= orders, "somebody looks into it, and it is there");
    store.discard(dead[0], "anna".into(), "a test".into()).await.unwrap();
    let left = bytes(&store, "orders");
    assert!(left > 3000 && left < orders, "{left}");
    store.rename_flow(&flow("orders"), &flow("shop")).await.unwrap();
    assert!(bytes(&store, "orders") == 0 && bytes(&store, "shop") > 3500);
    for id in &dead[1..] {
        store.discard(*id, "anna".into(), "a test".into()).await.unwrap();
    }
    assert_eq!(store.all_dead_letter_bytes(), 0);
}

#[tokio::test]
async fn a_replay_makes_no_room_until_it_succeeds_and_is_leased_alone_over_a_restart() {
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", None, "first")).await;
    let dead = bury(&store, lease_one(&store, "orders").await, None, "no-price").await;
    let before = bytes(&store, "orders");
    enqueue(&store, message("orders", None, "second")).await;
    store.replay(dead, "anna".into(), None).await.unwrap();
    assert!(bytes(&store, "orders") >= before);
    drop(store);
    let store = bench.open();
    let [leased] = store.lease_replays(&flow("orders"), 9, usize::MAX).await.unwrap().try_into().unwrap();
    assert_eq!(leased.envelope.message.payload, "first");
    resolve_leased(&store, leased, dead).await;
    assert_eq!(bytes(&store, "orders"), 0);
    assert_eq!(lease_one(&store, "orders").await.envelope.message.payload, "second");
}
