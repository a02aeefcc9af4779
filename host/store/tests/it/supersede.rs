//! A message that takes the place of one that became a dead letter.

use std::time::Duration;

use gantry_core::dead_letter::Successor;
use gantry_core::{DeadLetterId, DeadLetterState, Event, MessageId, MessageState, ReplayOutcome};
use gantry_store::{
    DedupeError, DedupeValue, Enqueued, IdempotencyKey, NewMessage, Ordering, Settlement, Store, StoreError,
};

use crate::support::{Bench, START, bury, deliver, envelope, flow, lease_one, message, nothing_ready};

const WINDOW: Duration = Duration::from_secs(60);

fn order(key: Option<&str>, payload: &'static str) -> NewMessage {
    let mut envelope = envelope("orders", key, payload);
    envelope.dedupe_key = Some("A-1".into());
    NewMessage { envelope, dedupe_window: Some(WINDOW), idempotency: None, signed: None }
}

fn request(payload: &'static str) -> NewMessage {
    let mut fingerprint = [0; 16];
    fingerprint[..payload.len()].copy_from_slice(payload.as_bytes());
    let idempotency = Some(IdempotencyKey { key: "K".into(), window: WINDOW, fingerprint });
    NewMessage { idempotency, ..message("orders", None, payload) }
}

async fn send(store: &Store, message: NewMessage) -> Enqueued {
    store.enqueue(vec![message]).await.unwrap()[0]
}

/// Stores a message that ends as a dead letter.
async fn dies(store: &Store, message: NewMessage) -> DeadLetterId {
    send(store, message).await;
    bury(store, lease_one(store, "orders").await, None, "invalid").await
}

fn supersedes(enqueued: Enqueued) -> Option<MessageId> {
    match enqueued {
        Enqueued::Stored { supersedes, .. } => supersedes,
        other => panic!("not stored: {other:?}"),
    }
}

async fn events(store: &Store, message: MessageId) -> Vec<Event> {
    store.history(message).await.unwrap().unwrap().timeline.into_iter().map(|entry| entry.event).collect()
}

#[tokio::test]
async fn a_corrected_message_closes_the_dead_letter_and_both_name_each_other() {
    let bench = Bench::new();
    let store = bench.open();
    let wrong = order(None, "wrong");
    let first = wrong.envelope.message.id;
    let dead = dies(&store, wrong).await;

    let corrected = order(None, "right");
    let second = corrected.envelope.message.id;
    assert_eq!(supersedes(send(&store, corrected).await), Some(first));
    let dead_letter = store.dead_letter(dead).await.unwrap().unwrap();
    assert_eq!(dead_letter.state, DeadLetterState::Superseded);
    assert_eq!(dead_letter.superseded_by, Some(Successor::Message { id: second }));
    assert!(dead_letter.resolution.unwrap().reason.contains(&second.to_string()));
    let counts = store.dead_letter_counts(&flow("orders"));
    assert_eq!((counts.open, counts.superseded), (0, 1));
    assert_eq!(events(&store, first).await.last(), Some(&Event::Superseded { by: second }));
    assert_eq!(events(&store, second).await.last(), Some(&Event::Supersedes { message: first }));

    let leased = lease_one(&store, "orders").await;
    assert_eq!(leased.envelope.message.payload, "right");
    deliver(&store, leased).await;
    let again = Enqueued::Duplicate { first: second, state: Some(MessageState::Delivered) };
    assert_eq!(send(&store, order(None, "right")).await, again, "what is delivered keeps its key");
}

#[tokio::test]
async fn the_key_belongs_to_a_message_that_is_being_replayed_or_was_resolved() {
    let bench = Bench::new();
    let store = bench.open();
    let wrong = order(None, "wrong");
    let first = wrong.envelope.message.id;
    let dead = dies(&store, wrong).await;
    store.replay(dead, "ann".into(), None).await.unwrap();
    let queued = Enqueued::Duplicate { first, state: Some(MessageState::Queued) };
    assert_eq!(send(&store, order(None, "wrong")).await, queued);
    let leased = lease_one(&store, "orders").await;
    let settlement = Settlement::Finished {
        state: MessageState::Delivered,
        timeline: leased.envelope.timeline,
        dead_letters: Vec::new(),
        resolved: Some(dead),
    };
    store.settle(leased.ticket, settlement).await.unwrap();
    let delivered = Enqueued::Duplicate { first, state: Some(MessageState::Delivered) };
    assert_eq!(send(&store, order(None, "right")).await, delivered);
}

#[tokio::test]
async fn a_discarded_message_releases_its_key_even_after_its_dead_letter_was_removed() {
    let bench = Bench::new();
    let store = bench.open();
    for is_swept in [false, true] {
        let dead = dies(&store, order(None, "wrong")).await;
        store.discard(dead, "ann".into(), "the shop sends it again".into()).await.unwrap();
        let event = events(&store, dead.message).await.pop();
        assert!(matches!(event, Some(Event::Discarded { by, .. }) if by == "ann"), "the history says who discarded it");
        if is_swept {
            bench.clock.advance(WINDOW / 2);
            while store.sweep(Duration::from_secs(1)).await.unwrap().more {}
            assert_eq!(store.dead_letter(dead).await.unwrap(), None);
        }
        let Enqueued::Stored { .. } = send(&store, order(None, "right")).await else { panic!("swept: {is_swept}") };
        deliver(&store, lease_one(&store, "orders").await).await;
        bench.clock.advance(WINDOW);
    }
}

#[tokio::test]
async fn values_are_listed_with_their_messages_and_released_by_name() {
    let bench = Bench::new();
    let store = bench.open();
    let first = order(None, "right");
    let id = first.envelope.message.id;
    send(&store, first).await;
    send(&store, request("another")).await;
    let value = DedupeValue {
        flow: flow("orders"),
        value: "A-1".into(),
        message: id,
        state: Some(MessageState::Queued),
        expires_at: START.after(WINDOW),
    };
    assert_eq!(store.dedupe_values(None, 10).await.unwrap(), std::slice::from_ref(&value));
    assert_eq!(store.dedupe_values(Some(flow("customers")), 10).await.unwrap(), []);
    assert_eq!(store.dedupe_value(flow("orders"), "A-1".into()).await.unwrap().as_ref(), Some(&value));
    assert_eq!(store.release_dedupe_value(flow("orders"), "A-1".into()).await.unwrap(), value);
    let again = store.release_dedupe_value(flow("orders"), "A-1".into()).await;
    assert!(matches!(again, Err(DedupeError::NotFound { .. })));
    assert_eq!(supersedes(send(&store, order(None, "right")).await), None, "no longer a duplicate");
}

#[tokio::test]
async fn an_idempotency_key_takes_a_correction_of_a_dead_message_but_not_the_same_request_again() {
    let bench = Bench::new();
    let store = bench.open();
    let wrong = request("wrong");
    let first = wrong.envelope.message.id;
    send(&store, wrong).await;
    assert_eq!(send(&store, request("right")).await, Enqueued::Conflicting(first), "the first is in the queue");
    let dead = bury(&store, lease_one(&store, "orders").await, None, "invalid").await;
    let state = Some(MessageState::DeadLettered);
    assert_eq!(send(&store, request("wrong")).await, Enqueued::Repeated { message: first, duplicate: false, state });
    let corrected = request("right");
    let second = corrected.envelope.message.id;
    assert_eq!(supersedes(send(&store, corrected).await), Some(first));
    assert_eq!(store.dead_letter(dead).await.unwrap().unwrap().state, DeadLetterState::Superseded);
    let state = Some(MessageState::Queued);
    assert_eq!(send(&store, request("right")).await, Enqueued::Repeated { message: second, duplicate: false, state });
}

#[tokio::test]
async fn in_a_flow_that_blocks_the_corrected_message_passes_those_behind_it_over_a_restart() {
    let bench = Bench::new();
    let store = bench.open();
    store.register_flow(&flow("orders"), Ordering::PerKeyOrBlocked);
    dies(&store, order(Some("7"), "create, wrong")).await;
    send(&store, message("orders", Some("7"), "update")).await;
    assert!(nothing_ready(&store, "orders"));
    send(&store, order(Some("7"), "create, right")).await;
    store.close().await.unwrap();

    let store = bench.open();
    store.register_flow(&flow("orders"), Ordering::PerKeyOrBlocked);
    for expected in ["create, right", "update"] {
        let leased = lease_one(&store, "orders").await;
        assert_eq!(leased.envelope.message.payload, expected);
        assert!(nothing_ready(&store, "orders"), "one after the other");
        deliver(&store, leased).await;
    }
    assert_eq!(store.depth(&flow("orders")).blocked_keys, 0);
}

#[tokio::test]
async fn a_corrected_message_with_another_key_lets_those_behind_the_old_key_go_on() {
    for key in [Some("8"), None] {
        let bench = Bench::new();
        let store = bench.open();
        store.register_flow(&flow("orders"), Ordering::PerKeyOrBlocked);
        dies(&store, order(Some("7"), "wrong key")).await;
        send(&store, message("orders", Some("7"), "update")).await;
        send(&store, order(key, "right key")).await;
        for expected in ["update", "right key"] {
            let leased = lease_one(&store, "orders").await;
            assert_eq!(leased.envelope.message.payload, expected);
            deliver(&store, leased).await;
        }
        assert_eq!(store.depth(&flow("orders")).blocked_keys, 0);
    }
}

#[tokio::test]
async fn a_correction_of_what_is_being_replayed_is_asked_to_come_again() {
    let bench = Bench::new();
    let store = bench.open();
    let wrong = order(None, "wrong");
    let first = wrong.envelope.message.id;
    let dead = dies(&store, wrong).await;
    store.replay(dead, "ann".into(), None).await.unwrap();
    let refused = store.enqueue(vec![message("orders", None, "other"), order(None, "right")]).await;
    assert!(matches!(refused, Err(StoreError::Undecided(id)) if id == first));
    assert_eq!(store.depth(&flow("orders")).queued, 1, "all or nothing");
    bury(&store, lease_one(&store, "orders").await, None, "invalid").await;
    assert_eq!(supersedes(send(&store, order(None, "right")).await), Some(first));
}

#[tokio::test]
async fn a_key_outlives_its_window_as_long_as_its_dead_letter_is_open() {
    let bench = Bench::new();
    let store = bench.open();
    for is_swept in [false, true] {
        for (wrong, right) in [(order(None, "wrong"), order(None, "right")), (request("wrong"), request("right"))] {
            let first = wrong.envelope.message.id;
            dies(&store, wrong).await;
            bench.clock.advance(WINDOW * 2);
            if is_swept {
                while store.sweep(Duration::from_secs(3600)).await.unwrap().more {}
            }
            assert_eq!(supersedes(send(&store, right).await), Some(first), "swept: {is_swept}");
            deliver(&store, lease_one(&store, "orders").await).await;
            bench.clock.advance(WINDOW * 2);
        }
    }
}

#[tokio::test]
async fn a_replay_that_gets_past_its_stage_and_fails_later_has_failed_again() {
    let bench = Bench::new();
    let store = bench.open();
    let dead = dies(&store, order(None, "wrong")).await;
    store.replay(dead, "ann".into(), None).await.unwrap();
    let leased = lease_one(&store, "orders").await;
    let refused = crate::support::dead_letter(&leased.envelope, Some(0), "target-refused-422");
    let settlement = Settlement::Finished {
        state: MessageState::DeadLettered,
        timeline: leased.envelope.timeline,
        dead_letters: vec![refused.clone()],
        resolved: Some(dead),
    };
    store.settle(leased.ticket, settlement).await.unwrap();
    let before = store.dead_letter(dead).await.unwrap().unwrap();
    assert_eq!(before.superseded_by, Some(Successor::DeadLetter { id: refused.id }));
    assert_eq!(before.replays[0].outcome, Some(ReplayOutcome::FailedAgain));
    let after = store.dead_letter(refused.id).await.unwrap().unwrap();
    assert_eq!((after.state, after.replays.len()), (DeadLetterState::Open, 1), "its replays count");
}
