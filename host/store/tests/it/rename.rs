//! A flow takes over what one with another name has.

use std::time::Duration;

use gantry_core::{Clock as _, DeadLetterId, DeadLetterState, MessageId, MessageState};
use gantry_store::{
    Enqueued, GroupFilter, GroupState, IdempotencyKey, Ordering, QueueFilter, QueuePage, QueuePlace, Renamed,
    Settlement, Store,
};

use crate::support::{Bench, bury, deliver, enqueue, envelope, flow, lease_one, message, new, nothing_ready};

const HOUR: Duration = Duration::from_secs(3600);

fn with_keys(flow_name: &str, dedupe: &str, idempotency: Option<&str>) -> gantry_store::NewMessage {
    let mut new = new(envelope(flow_name, Some("k"), format!("{dedupe} of {flow_name}")));
    new.envelope.dedupe_key = Some(dedupe.into());
    new.dedupe_window = Some(HOUR);
    new.idempotency = idempotency.map(|key| IdempotencyKey { key: key.into(), window: HOUR, fingerprint: [7; 16] });
    new
}

async fn answer(store: &Store, message: gantry_store::NewMessage) -> Enqueued {
    store.enqueue(vec![message]).await.unwrap().remove(0)
}

fn is_duplicate(answer: &Enqueued) -> bool {
    matches!(answer, Enqueued::Duplicate { .. })
}

#[tokio::test]
async fn queue_dead_letters_and_what_is_waited_for_go_to_the_new_name_over_a_kill() {
    let bench = Bench::new();
    let store = bench.open();
    for name in ["orders", "shop"] {
        store.register_flow(&flow(name), Ordering::PerKeyOrBlocked);
    }
    enqueue(&store, message("orders", Some("a"), "blocks")).await;
    let dead = bury(&store, lease_one(&store, "orders").await, None, "no-price").await;
    let blocked = enqueue(&store, message("orders", Some("a"), "blocked")).await;
    let later = enqueue(&store, message("orders", Some("b"), "later")).await;
    let leased = lease_one(&store, "orders").await;
    assert_eq!(leased.envelope.message.id, later);
    let due = bench.clock.now().after(HOUR);
    store.settle(leased.ticket, Settlement::Later { envelope: Box::new(leased.envelope), due }).await.unwrap();
    let fingerprint = store.dead_letter(dead).await.unwrap().unwrap().fingerprint;
    store.set_group_state(&fingerprint, GroupState::Ignored, "anna".into(), "known".into()).await.unwrap();

    let renamed = store.rename_flow(&flow("orders"), &flow("shop")).await.unwrap();
    assert_eq!(renamed, Renamed { messages: 2, dead_letters: 1, left: 0 });
    let group = store.dead_letter_group(&fingerprint).await.unwrap().unwrap();
    assert_eq!((group.flow.as_str(), group.former_fingerprints), ("shop", [fingerprint.clone()].into()));
    let group = store.set_group_state(&fingerprint, GroupState::Ignored, "anna".into(), "known".into()).await.unwrap();
    assert_ne!(group.fingerprint, fingerprint, "it is found by the fingerprint that a ticket names");
    let first = enqueue(&store, message("shop", Some("b"), "behind")).await;

    let ids = [blocked, later, first];
    check_renamed(&bench.killed().open(), dead, ids, due).await;
    check_renamed(&store, dead, ids, due).await;
}

/// The queue, the dead letter and its group are those of `shop`, and the closed dead letter lets the blocked message go.
async fn check_renamed(
    store: &Store,
    dead: DeadLetterId,
    [blocked, later, first]: [MessageId; 3],
    due: gantry_core::Timestamp,
) {
    for name in ["orders", "shop"] {
        store.register_flow(&flow(name), Ordering::PerKeyOrBlocked);
    }
    assert!(!store.has_any_of(&flow("orders")) && store.dead_letter_counts(&flow("shop")).open == 1);
    let found = store.dead_letter(dead).await.unwrap().unwrap();
    assert_eq!((found.flow.as_str(), found.state), ("shop", DeadLetterState::Open));
    let groups = store.dead_letter_groups(GroupFilter::default()).await.unwrap();
    assert_eq!(groups.len(), 1);
    assert_eq!((groups[0].flow.as_str(), groups[0].state, groups[0].counts.open), ("shop", GroupState::Ignored, 1));
    assert_eq!(store.alarming_dead_letters(&flow("shop")), 0);
    let page = QueuePage { newest_first: false, after: None, limit: 10 };
    let queued = store.queued(QueueFilter::default(), page).await.unwrap().messages;
    let places: Vec<_> = queued.iter().map(|message| (message.id, message.place.clone())).collect();
    let expected = [
        (blocked, QueuePlace::BehindDeadLetters { dead_letters: vec![dead] }),
        (later, QueuePlace::Until { due }),
        (first, QueuePlace::BehindMessage { message: later }),
    ];
    assert_eq!(places, expected);
    assert!(nothing_ready(store, "shop") && nothing_ready(store, "orders"));
    store.discard(dead, "anna".into(), "done".into()).await.unwrap();
    let leased = lease_one(store, "shop").await;
    assert_eq!((leased.envelope.message.id, leased.envelope.flow.as_str()), (blocked, "shop"));
    deliver(store, leased).await;
    assert_eq!(store.history(blocked).await.unwrap().unwrap().state, MessageState::Delivered);
}

#[tokio::test]
async fn values_and_idempotency_keys_are_known_under_the_new_name_and_a_flow_with_the_old_one_begins_anew() {
    let bench = Bench::new();
    let store = bench.open();
    let first = enqueue(&store, with_keys("orders", "10248", Some("request-1"))).await;
    deliver(&store, lease_one(&store, "orders").await).await;
    bench.clock.advance(Duration::from_millis(5));
    store.rename_flow(&flow("orders"), &flow("shop")).await.unwrap();
    store.close().await.unwrap();
    let store = bench.open();

    assert!(is_duplicate(&answer(&store, with_keys("shop", "10248", None)).await));
    let repeated = answer(&store, with_keys("shop", "10248", Some("request-1"))).await;
    assert!(matches!(repeated, Enqueued::Repeated { message, .. } if message == first), "{repeated:?}");
    assert_eq!(store.dedupe_value(flow("shop"), "10248".into()).await.unwrap().unwrap().message, first);

    let mut of_other_flow = with_keys("orders", "10248", Some("request-1"));
    of_other_flow.envelope.received_at = bench.clock.now();
    let other = answer(&store, of_other_flow).await;
    assert!(matches!(other, Enqueued::Stored { .. }), "another flow has the name now: {other:?}");
    assert!(is_duplicate(&answer(&store, with_keys("orders", "10248", None)).await));
    let again = answer(&store, with_keys("shop", "10248", None)).await;
    assert!(matches!(again, Enqueued::Duplicate { first: known, .. } if known == first), "{again:?}");
    let repeated = answer(&store, with_keys("shop", "10248", Some("request-1"))).await;
    assert!(matches!(repeated, Enqueued::Repeated { message, .. } if message == first), "{repeated:?}");
}

#[tokio::test]
async fn a_flow_that_gets_its_name_back_has_its_values_back() {
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, with_keys("orders", "10248", None)).await;
    bench.clock.advance(Duration::from_millis(5));
    store.rename_flow(&flow("orders"), &flow("shop")).await.unwrap();
    store.rename_flow(&flow("shop"), &flow("orders")).await.unwrap();
    assert!(is_duplicate(&answer(&store, with_keys("orders", "10248", None)).await));
    assert_eq!(store.backlog(&flow("orders")).messages, 1);
}

#[tokio::test]
async fn what_is_leased_stays_until_the_next_time() {
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", None, "a")).await;
    let leased = lease_one(&store, "orders").await;
    let renamed = store.rename_flow(&flow("orders"), &flow("shop")).await.unwrap();
    assert_eq!((renamed.messages, renamed.left), (0, 1));
    drop(leased);
    let renamed = store.rename_flow(&flow("orders"), &flow("shop")).await.unwrap();
    assert_eq!((renamed.messages, renamed.left), (1, 0));
    deliver(&store, lease_one(&store, "shop").await).await;
}

#[tokio::test]
async fn an_interrupted_takeover_is_finished_by_the_next_start_whoever_has_the_name_then() {
    let bench = Bench::new();
    let store = bench.open();
    let first = enqueue(&store, message("orders", None, "a")).await;
    let leased = lease_one(&store, "orders").await;
    store.rename_flow(&flow("orders"), &flow("shop")).await.unwrap();
    drop(leased);

    let bench = bench.killed();
    let store = bench.open();
    assert_eq!(store.finish_renames().await.unwrap(), [(flow("orders"), flow("shop"))]);
    let other = enqueue(&store, message("orders", None, "b")).await;
    assert_eq!(store.finish_renames().await.unwrap(), [], "it is done");
    assert_eq!(lease_one(&store, "shop").await.envelope.message.id, first);
    assert_eq!(lease_one(&store, "orders").await.envelope.message.id, other);
}
