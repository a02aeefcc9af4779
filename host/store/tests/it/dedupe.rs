//! Duplicates inside a window are recognised: between requests, inside one, over restarts; and no longer.

use std::time::Duration;

use futures_util::future::join_all;
use gantry_core::MessageState;
use gantry_core::MessageState::{Delivered, Queued};
use gantry_core::{Digest, MessageId};
use gantry_store::{Enqueued, IdempotencyKey, NewMessage, Signed};

use crate::support::{Bench, deliver, envelope, flow, lease_one, new};

const WINDOW: Duration = Duration::from_secs(60);

fn keyed(flow_name: &str, dedupe_key: &str) -> NewMessage {
    let mut envelope = envelope(flow_name, None, "payload");
    envelope.dedupe_key = Some(dedupe_key.into());
    NewMessage { envelope, dedupe_window: Some(WINDOW), idempotency: None, signed: None }
}

fn stored(message: &NewMessage) -> Enqueued {
    Enqueued::Stored { message: id(message), supersedes: None }
}

fn duplicate(first: &NewMessage, state: MessageState) -> Enqueued {
    Enqueued::Duplicate { first: id(first), state: Some(state) }
}

fn id(message: &NewMessage) -> MessageId {
    message.envelope.message.id
}

#[tokio::test]
async fn a_duplicate_inside_the_window_is_answered_with_the_first_id() {
    let bench = Bench::new();
    let store = bench.open();
    let first = keyed("orders", "A-1");
    let batch = vec![first.clone(), keyed("orders", "A-1"), keyed("orders", "A-2"), keyed("customers", "A-1")];
    let answers = store.enqueue(batch.clone()).await.unwrap();
    assert_eq!(answers, [stored(&batch[0]), duplicate(&first, Queued), stored(&batch[2]), stored(&batch[3])]);

    deliver(&store, lease_one(&store, "orders").await).await;
    store.close().await.unwrap();
    let store = bench.open();
    bench.clock.advance(WINDOW - Duration::from_millis(1));
    assert_eq!(store.enqueue(vec![keyed("orders", "A-1")]).await.unwrap(), [duplicate(&first, Delivered)]);

    bench.clock.advance(Duration::from_millis(1));
    let again = keyed("orders", "A-1");
    assert_eq!(store.enqueue(vec![again.clone()]).await.unwrap(), [stored(&again)]);
}

#[tokio::test]
async fn of_many_concurrent_duplicates_exactly_one_is_stored() {
    let bench = Bench::new();
    let store = bench.open();
    let answers = join_all((0..64).map(|_| store.enqueue(vec![keyed("orders", "A-1")]))).await;
    let answers: Vec<_> = answers.into_iter().map(|answer| answer.unwrap()[0]).collect();
    let stored: Vec<_> = answers.iter().filter(|answer| matches!(answer, Enqueued::Stored { .. })).collect();
    let [&Enqueued::Stored { message: first, supersedes: None }] = stored[..] else { panic!("{stored:?}") };
    let duplicate = Enqueued::Duplicate { first, state: Some(Queued) };
    assert_eq!(answers.iter().filter(|answer| **answer == duplicate).count(), 63);
    assert_eq!(store.depth(&flow("orders")).queued, 1);
}

#[tokio::test]
async fn the_same_message_is_taken_once_with_or_without_a_dedupe_key() {
    let bench = Bench::new();
    let store = bench.open();
    let message = NewMessage {
        envelope: envelope("orders", None, "payload"),
        dedupe_window: None,
        idempotency: None,
        signed: None,
    };
    assert_eq!(store.enqueue(vec![message.clone()]).await.unwrap(), [stored(&message)]);
    assert_eq!(store.enqueue(vec![message.clone()]).await.unwrap(), [duplicate(&message, Queued)]);
    deliver(&store, lease_one(&store, "orders").await).await;
    assert_eq!(store.enqueue(vec![message.clone()]).await.unwrap(), [duplicate(&message, Delivered)]);
}

/// A message that its sender signed.
fn signed(flow_name: &str, what: &str) -> NewMessage {
    let signed = Signed { digest: Digest::of(what.as_bytes()), window: WINDOW };
    NewMessage { signed: Some(signed), ..new(envelope(flow_name, None, what.to_owned())) }
}

#[tokio::test]
async fn what_was_signed_is_stored_once_within_its_window_and_again_once_that_is_over() {
    let bench = Bench::new();
    let store = bench.open();
    let first = signed("orders", "1");
    let others = [signed("orders", "2"), signed("customers", "1")];
    let batch = vec![first.clone(), signed("orders", "1"), others[0].clone(), others[1].clone()];
    let answers = store.enqueue(batch).await.unwrap();
    assert_eq!(answers, [stored(&first), duplicate(&first, Queued), stored(&others[0]), stored(&others[1])]);
    // Another dedupe value doesn't make it another message.
    let mut revalued = signed("orders", "1");
    revalued.envelope.dedupe_key = Some("B-2".into());
    revalued.dedupe_window = Some(WINDOW);
    assert_eq!(store.enqueue(vec![revalued.clone()]).await.unwrap(), [duplicate(&first, Queued)]);
    let unsigned = NewMessage { signed: None, ..revalued };
    assert_eq!(store.enqueue(vec![unsigned.clone()]).await.unwrap(), [stored(&unsigned)], "its value is still free");
    store.close().await.unwrap();
    let store = bench.open();
    assert_eq!(store.enqueue(vec![signed("orders", "1")]).await.unwrap(), [duplicate(&first, Queued)]);
    assert!(store.dedupe_values(None, 10).await.unwrap().iter().all(|value| value.value == "B-2"));
    bench.clock.advance(WINDOW);
    let again = signed("orders", "1");
    assert_eq!(store.enqueue(vec![again.clone()]).await.unwrap(), [stored(&again)]);
    bench.clock.advance(WINDOW);
    assert_eq!(store.sweep(WINDOW).await.unwrap().dedupe_entries, 4);
}

#[tokio::test]
async fn a_value_that_is_released_lets_the_same_signed_request_in() {
    let bench = Bench::new();
    let store = bench.open();
    let mut first = signed("orders", "1");
    first.envelope.dedupe_key = Some("A-1".into());
    first.dedupe_window = Some(WINDOW);
    let other = signed("orders", "2");
    store.enqueue(vec![first.clone(), other.clone()]).await.unwrap();
    store.release_dedupe_value(flow("orders"), "A-1".into()).await.unwrap();
    let again = NewMessage { envelope: envelope("orders", None, "1"), ..first };
    assert_eq!(store.enqueue(vec![again.clone()]).await.unwrap(), [stored(&again)]);
    assert_eq!(store.enqueue(vec![signed("orders", "2")]).await.unwrap(), [duplicate(&other, Queued)]);
}

/// A request with an idempotency key and a payload.
fn request(key: &str, payload: &str) -> NewMessage {
    let mut fingerprint = [0; 16];
    fingerprint[..payload.len()].copy_from_slice(payload.as_bytes());
    let idempotency = Some(IdempotencyKey { key: key.into(), window: WINDOW, fingerprint });
    NewMessage { idempotency, ..new(envelope("orders", None, payload.to_owned())) }
}

#[tokio::test]
async fn a_repeated_idempotency_key_gets_the_first_answer_until_its_window_ends_over_restarts() {
    let bench = Bench::new();
    let store = bench.open();
    let first = request("K", "a");
    let message = id(&first);
    let answers = store.enqueue(vec![first, request("K", "a"), request("K", "b"), request("L", "a")]).await.unwrap();
    let repeated = Enqueued::Repeated { message, duplicate: false, state: Some(Queued) };
    assert_eq!(
        answers[..3],
        [Enqueued::Stored { message, supersedes: None }, repeated, Enqueued::Conflicting(message)]
    );
    assert!(matches!(answers[3], Enqueued::Stored { .. }), "another key is another request");
    store.close().await.unwrap();

    let store = bench.open();
    bench.clock.advance(WINDOW - Duration::from_millis(1));
    assert_eq!(store.enqueue(vec![request("K", "a")]).await.unwrap(), [repeated]);
    bench.clock.advance(Duration::from_millis(1));
    let again = request("K", "b");
    let message = id(&again);
    assert_eq!(store.enqueue(vec![again]).await.unwrap(), [Enqueued::Stored { message, supersedes: None }]);
    store.sweep(Duration::from_secs(3600)).await.unwrap();
    let repeated = Enqueued::Repeated { message, duplicate: false, state: Some(Queued) };
    assert_eq!(
        store.enqueue(vec![request("K", "b")]).await.unwrap(),
        [repeated],
        "the sweep took only the expired entry"
    );
    store.close().await.unwrap();
}
