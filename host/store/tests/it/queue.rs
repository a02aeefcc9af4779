//! The life of a message in the queue: in, out, later, back, in order.

use std::time::Duration;

use gantry_core::{Event, MessageState, TimelineEntry, Timestamp};
use gantry_store::{Depth, OpenError, Ordering, Settlement, Store, StoreConfig, StoreError};

use crate::support::{
    Bench, START, TOO_LONG, bury, deliver, enqueue, finished, flow, lease, lease_one, message, nothing_ready, waits,
};

#[tokio::test]
async fn what_goes_in_comes_out_byte_for_byte_and_leaves_a_history() {
    let bench = Bench::new();
    let store = bench.open();
    let sent = message("orders", Some("k"), "zwölf Bücher");
    let id = enqueue(&store, sent.clone()).await;
    assert_eq!(store.history(id).await.unwrap().unwrap().state, MessageState::Queued);

    let leased = lease_one(&store, "orders").await;
    assert_eq!(leased.envelope, sent.envelope);
    deliver(&store, leased).await;

    let history = store.history(id).await.unwrap().unwrap();
    assert_eq!((history.state, history.source.as_str()), (MessageState::Delivered, "webhook /orders"));
    assert_eq!(store.depth(&flow("orders")), Depth::default());
}

#[tokio::test]
async fn payloads_far_larger_than_a_page_survive() {
    let bench = Bench::new();
    let store = bench.open();
    let sizes = [0, 1, 8 * 1024, 100_000, 5_000_000];
    for (n, size) in sizes.into_iter().enumerate() {
        let payload: Vec<u8> = (0..size).map(|at| (at * 31 + n) as u8).collect();
        enqueue(&store, message("big", None, payload)).await;
    }
    store.close().await.unwrap();
    let store = bench.open();
    for (n, size) in sizes.into_iter().enumerate() {
        let leased = lease_one(&store, "big").await;
        let expected: Vec<u8> = (0..size).map(|at| (at * 31 + n) as u8).collect();
        assert!(leased.envelope.message.payload == expected, "{size} bytes");
        deliver(&store, leased).await;
    }
    store.close().await.unwrap();
    // The engine's own files for large values are never fsynced: none may ever be made.
    assert_eq!(std::fs::read_dir(bench.path().join("blobs")).unwrap().count(), 0);
}

#[tokio::test]
async fn one_message_of_a_key_at_a_time_while_other_keys_go_on() {
    let bench = Bench::new();
    let store = bench.open();
    for (key, payload) in [("a", "a1"), ("a", "a2"), ("b", "b1"), ("a", "a3")] {
        enqueue(&store, message("orders", Some(key), payload)).await;
    }
    let first = lease(&store, "orders", 10).await;
    assert_eq!(payloads(&first), ["a1", "b1"]);
    assert!(nothing_ready(&store, "orders"));

    for leased in first {
        deliver(&store, leased).await;
    }
    let second = lease_one(&store, "orders").await;
    assert_eq!(second.envelope.message.payload, "a2");
    assert!(nothing_ready(&store, "orders"));
}

#[tokio::test]
async fn an_unordered_flow_hands_out_everything_at_once() {
    let bench = Bench::new();
    let store = bench.open();
    store.register_flow(&flow("orders"), Ordering::None);
    for payload in ["a1", "a2", "a3"] {
        enqueue(&store, message("orders", Some("a"), payload)).await;
    }
    assert_eq!(payloads(&lease(&store, "orders", 10).await), ["a1", "a2", "a3"]);
}

#[tokio::test]
async fn a_lease_takes_no_more_than_it_was_told() {
    let bench = Bench::new();
    let store = bench.open();
    for n in 0..4 {
        enqueue(&store, message("orders", None, vec![n; 1000])).await;
    }
    let two = store.lease(&flow("orders"), 10, 1500).await.unwrap();
    assert_eq!(two.len(), 2);
    let third = store.lease(&flow("orders"), 10, 1).await.unwrap();
    assert_eq!((third.len(), third[0].envelope.message.payload[0]), (1, 2));
}

#[tokio::test]
async fn a_dropped_lease_returns_its_message_to_the_head() {
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", Some("a"), "a1")).await;
    enqueue(&store, message("orders", Some("a"), "a2")).await;
    drop(lease_one(&store, "orders").await);
    assert_eq!(lease_one(&store, "orders").await.envelope.message.payload, "a1");
}

#[tokio::test]
async fn a_cancelled_lease_loses_no_message() {
    let bench = Bench::new();
    let store = bench.open();
    for n in 0..20u8 {
        enqueue(&store, message("orders", None, vec![n])).await;
    }
    for _ in 0..50 {
        let name = flow("orders");
        let mut lease = Box::pin(store.lease(&name, 3, usize::MAX));
        let _ = futures_util::poll!(&mut lease);
    }
    let mut seen = Vec::new();
    while seen.len() < 20 {
        for leased in lease(&store, "orders", 20).await {
            seen.push(leased.envelope.message.payload[0]);
            deliver(&store, leased).await;
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_message_for_later_keeps_its_key_and_its_state_over_a_restart() {
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", Some("a"), "a1")).await;
    enqueue(&store, message("orders", Some("a"), "a2")).await;
    let leased = lease_one(&store, "orders").await;
    let mut envelope = leased.envelope;
    envelope.run = 2;
    let due = START.after(Duration::from_secs(5));
    let later = Settlement::Later { envelope: Box::new(envelope.clone()), due };
    store.settle(leased.ticket, later).await.unwrap();
    assert!(nothing_ready(&store, "orders"));
    store.close().await.unwrap();

    let store = bench.open();
    let depth = Depth { queued: 1, leased: 0, scheduled: 1, oldest: Some(START), ..Depth::default() };
    assert_eq!(store.depth(&flow("orders")), depth);
    assert!(nothing_ready(&store, "orders"));
    bench.clock.advance(Duration::from_secs(5));
    let leased = lease_one(&store, "orders").await;
    assert_eq!(leased.envelope, envelope);
    assert!(nothing_ready(&store, "orders"));
    deliver(&store, leased).await;
    assert_eq!(lease_one(&store, "orders").await.envelope.message.payload, "a2");
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_no_message_wait_longer_than_was_meant_not_even_over_a_restart() {
    const HOURS: Duration = Duration::from_secs(6 * 3600);
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", None, "first")).await;
    enqueue(&store, message("orders", None, "second")).await;
    bench.clock.advance(HOURS);
    for leased in lease(&store, "orders", 2).await {
        let due = START.after(HOURS).after(Duration::from_secs(5));
        let envelope = Box::new(leased.envelope);
        store.settle(leased.ticket, Settlement::Later { envelope, due }).await.unwrap();
    }
    bench.clock.set_back(HOURS);
    assert!(nothing_ready(&store, "orders"));
    bench.clock.advance(Duration::from_secs(5));
    deliver(&store, lease_one(&store, "orders").await).await;
    store.close().await.unwrap();
    bench.clock.set_back(Duration::from_secs(5));

    let store = bench.open();
    assert!(nothing_ready(&store, "orders"));
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(lease_one(&store, "orders").await.envelope.message.payload, "second");
}

#[tokio::test]
async fn a_time_chosen_before_the_clock_was_set_back_is_read_as_it_was_meant() {
    const HOURS: Duration = Duration::from_secs(6 * 3600);
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", None, "one")).await;
    let leased = lease_one(&store, "orders").await;
    let mut envelope = leased.envelope;
    // It was attempted while the clock was ahead, and is settled when that was put right.
    let at = START.after(HOURS);
    let due = START.after(HOURS).after(Duration::from_secs(5));
    envelope.timeline.push(TimelineEntry { at, event: Event::Postponed { code: "busy".into(), until: due } });
    let later = Settlement::Later { envelope: Box::new(envelope), due };
    store.settle(leased.ticket, later).await.unwrap();
    assert!(nothing_ready(&store, "orders"));
    bench.clock.advance(Duration::from_secs(5));
    assert!(lease_one(&store, "orders").await.envelope.is_ahead_of(START));
}

#[tokio::test]
async fn a_waiting_lease_is_woken_by_work_and_by_the_clock() {
    let bench = Bench::new();
    let store = bench.open();
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { lease_one(&store, "orders").await }
    });
    tokio::task::yield_now().await;
    enqueue(&store, message("orders", None, "one")).await;
    let leased = waiting.await.unwrap();

    let envelope = Box::new(leased.envelope.clone());
    store.settle(leased.ticket, Settlement::Later { envelope, due: Timestamp(START.0 + 100) }).await.unwrap();
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { lease_one(&store, "orders").await }
    });
    tokio::task::yield_now().await;
    bench.clock.advance(Duration::from_millis(100));
    assert_eq!(waiting.await.unwrap().envelope.message.payload, "one");
}

#[tokio::test]
async fn a_lease_that_sleeps_until_a_message_is_due_is_woken_when_the_clock_is_set_ahead() {
    const HOURS: Duration = Duration::from_secs(6 * 3600);
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", None, "one")).await;
    let leased = lease_one(&store, "orders").await;
    let envelope = Box::new(leased.envelope.clone());
    store.settle(leased.ticket, Settlement::Later { envelope, due: START.after(HOURS) }).await.unwrap();
    let orders = flow("orders");
    let mut lease = Box::pin(store.lease(&orders, 1, usize::MAX));
    assert!(waits(lease.as_mut()), "nothing is due");
    store.check_clock();
    assert!(waits(lease.as_mut()), "the clock was not set");
    bench.clock.advance(HOURS);
    store.check_clock();
    let leased = tokio::time::timeout(TOO_LONG, lease).await.expect("it is woken").unwrap();
    assert_eq!(leased[0].envelope.message.payload, "one");
}

#[tokio::test]
async fn what_was_leased_when_the_store_closed_is_queued_when_it_opens() {
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", Some("a"), "a1")).await;
    enqueue(&store, message("orders", Some("a"), "a2")).await;
    let leased = lease_one(&store, "orders").await;
    store.close().await.unwrap();
    drop(leased);
    let store = bench.open();
    let leased = lease_one(&store, "orders").await;
    assert_eq!(leased.envelope.message.payload, "a1");
    assert!(nothing_ready(&store, "orders"));
}

#[tokio::test]
async fn a_second_opener_is_told_that_the_store_is_in_use() {
    let bench = Bench::new();
    let store = bench.open();
    let config = StoreConfig::new(std::sync::Arc::new(bench.clock.clone()));
    let second = Store::open(&bench.path(), config);
    assert!(matches!(second, Err(OpenError::InUse(path)) if path == bench.path()));
    store.close().await.unwrap();
    bench.open();
}

#[tokio::test]
async fn a_closed_store_says_so_to_everyone_even_to_who_waits() {
    let bench = Bench::new();
    let store = bench.open();
    let other = store.clone();
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { store.lease(&flow("orders"), 1, 1).await.map(|_| ()) }
    });
    tokio::task::yield_now().await;
    store.close().await.unwrap();
    assert!(matches!(waiting.await.unwrap(), Err(StoreError::Closed)));
    let refused = other.enqueue(vec![message("orders", None, "late")]).await;
    assert!(matches!(refused, Err(StoreError::Closed)));
    assert!(matches!(other.kv_get("a", "b").await, Err(StoreError::Closed)));
}

#[tokio::test]
async fn a_failed_settle_leaves_the_message_in_the_queue() {
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", None, "one")).await;
    let leased = lease_one(&store, "orders").await;
    let other = store.clone();
    store.close().await.unwrap();
    let settled = other.settle(leased.ticket, finished(MessageState::Delivered)).await;
    assert!(matches!(settled, Err(StoreError::Closed)));
    assert_eq!(lease_one(&bench.open(), "orders").await.envelope.message.payload, "one");
}

#[tokio::test]
async fn a_hundred_thousand_messages_of_one_key_at_the_head_stall_nobody() {
    let bench = Bench::new();
    let store = bench.open();
    for _ in 0..100 {
        let batch = (0..1000).map(|_| message("orders", Some("hot"), "x")).collect();
        store.enqueue(batch).await.unwrap();
    }
    enqueue(&store, message("orders", Some("cold"), "y")).await;
    let hot = lease_one(&store, "orders").await;
    let cold = lease_one(&store, "orders").await;
    assert_eq!((&hot.envelope.message.payload[..], &cold.envelope.message.payload[..]), (&b"x"[..], &b"y"[..]));
    assert_eq!(store.depth(&flow("orders")).queued, 99_999);
}

#[tokio::test]
async fn flows_do_not_see_each_others_messages() {
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", None, "order")).await;
    assert!(nothing_ready(&store, "customers"));
    enqueue(&store, message("customers", None, "customer")).await;
    let leased = lease_one(&store, "customers").await;
    bury(&store, leased, None, "invalid").await;
    assert_eq!(store.dead_letter_counts(&flow("customers")).open, 1);
    assert_eq!(store.dead_letter_counts(&flow("orders")).open, 0);
    assert_eq!(store.flows(), [flow("customers"), flow("orders")]);
}

fn payloads(leased: &[gantry_store::Leased]) -> Vec<String> {
    leased.iter().map(|l| String::from_utf8_lossy(&l.envelope.message.payload).into_owned()).collect()
}

#[tokio::test]
async fn more_requests_at_once_than_one_write_takes_are_all_answered() {
    let bench = Bench::new();
    let store = bench.open();
    let requests = (0..3_000).map(|n| store.enqueue(vec![message("orders", Some("k"), format!("{n}"))]));
    let answers = futures_util::future::join_all(requests).await;
    assert!(answers.iter().all(Result::is_ok), "{:?}", answers.iter().find(|answer| answer.is_err()));
    assert_eq!(store.backlog(&flow("orders")).messages, 3_000);
    store.close().await.unwrap();
}
