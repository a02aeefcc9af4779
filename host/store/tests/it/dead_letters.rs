//! Dead letters: filed with the end of their message, found again, put back to work, closed.

use std::time::Duration;

use bytes::Bytes;
use gantry_core::{
    Attempt, DeadLetterId, DeadLetterState, ErrorClass, Event, MessageId, MessageState, ReplayOutcome, TimelineEntry,
    Timestamp,
};
use gantry_store::{
    DeadLetterCounts, Filter, Order, PAGE_BYTES, Page, QueueFilter, QueuePage, ReplayError, Settlement, Store,
};

use crate::support::{
    Bench, START, bury, dead_letter, deliver, enqueue, envelope, flow, import, lease_one, message, nothing_ready,
    resolve,
};

const ALL: Page = Page::first(100);

async fn dead(store: &Store, position: Option<u32>) -> DeadLetterId {
    enqueue(store, message("orders", Some("k"), "payload")).await;
    let leased = lease_one(store, "orders").await;
    bury(store, leased, position, "erp-said-no").await
}

fn attempt(at: u64) -> Attempt {
    let error = Some(ErrorClass::Unavailable);
    Attempt { at: Timestamp(at), latency_ms: 3, status: Some(503), error, excerpt: "busy".into(), kind: None }
}

#[tokio::test]
async fn a_letter_is_on_disk_with_the_end_of_its_message() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead(&store, Some(0)).await;
    let killed = bench.killed();
    let after = killed.open();
    let dead_letter = after.dead_letter(id).await.unwrap().unwrap();
    assert_eq!((dead_letter.state, &dead_letter.received.payload[..]), (DeadLetterState::Open, &b"payload"[..]));
    assert_eq!(after.history(id.message).await.unwrap().unwrap().state, MessageState::DeadLettered);
    assert_eq!(after.dead_letter_counts(&flow("orders")), DeadLetterCounts { open: 1, ..Default::default() });
    assert!(nothing_ready(&after, "orders"));
}

#[tokio::test]
async fn a_replay_runs_what_was_received_and_resolves_the_letter() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead(&store, Some(2)).await;
    store.replay(id, "ann".into(), None).await.unwrap();
    assert_eq!(store.dead_letter(id).await.unwrap().unwrap().state, DeadLetterState::Replaying);
    assert_eq!(store.history(id.message).await.unwrap().unwrap().state, MessageState::Queued);

    let leased = lease_one(&store, "orders").await;
    let envelope = leased.envelope.clone();
    assert_eq!((envelope.message.id, &envelope.message.payload[..]), (id.message, &b"payload"[..]));
    assert_eq!(envelope.replay.unwrap().dead_letter, id);
    assert_eq!((envelope.run, envelope.deliveries.len()), (1, 0));
    let replayed = Event::Replayed { dead_letter: id, by: "ann".into(), edited: false };
    assert_eq!(envelope.timeline, [TimelineEntry { at: START, event: replayed }]);

    let settlement = Settlement::Finished {
        state: MessageState::Delivered,
        timeline: envelope.timeline,
        dead_letters: Vec::new(),
        resolved: Some(id),
    };
    store.settle(leased.ticket, settlement).await.unwrap();
    let dead_letter = store.dead_letter(id).await.unwrap().unwrap();
    assert_eq!((dead_letter.state, dead_letter.resolution.unwrap().by.as_str()), (DeadLetterState::Resolved, "ann"));
    assert_eq!(store.history(id.message).await.unwrap().unwrap().state, MessageState::Delivered);
    assert_eq!(store.dead_letter_counts(&flow("orders")), DeadLetterCounts { resolved: 1, ..Default::default() });
}

#[tokio::test]
async fn an_edited_replay_carries_the_new_payload_and_says_so() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead(&store, None).await;
    store.replay(id, "ann".into(), Some("mended".into())).await.unwrap();
    let leased = lease_one(&store, "orders").await;
    assert_eq!(leased.envelope.message.payload, "mended");
    assert!(matches!(leased.envelope.timeline[0].event, Event::Replayed { edited: true, .. }));
    let dead_letter = store.dead_letter(id).await.unwrap().unwrap();
    assert_eq!((&dead_letter.received.payload[..], dead_letter.replays[0].revision), (&b"payload"[..], Some(1)));
}

#[tokio::test]
async fn an_edit_that_succeeds_is_kept_beside_what_was_received() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead(&store, None).await;
    assert_eq!(store.dead_letter_revisions(id).await.unwrap().unwrap().len(), 1, "never edited");
    store.replay(id, "ann".into(), Some("mended".into())).await.unwrap();
    resolve(&store, id).await;
    let revisions = store.dead_letter_revisions(id).await.unwrap().unwrap();
    let payloads: Vec<_> = revisions.iter().map(|revision| &revision.payload[..]).collect();
    assert_eq!(payloads, [&b"payload"[..], b"mended"]);
}

#[tokio::test]
async fn a_replay_keeps_the_messages_id_and_adds_a_linked_attempt() {
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", None, "payload")).await;
    let leased = lease_one(&store, "orders").await;
    let mut dead_letter = dead_letter(&leased.envelope, Some(0), "erp-said-no");
    dead_letter.attempts = vec![attempt(1), attempt(2)];
    let id = dead_letter.id;
    let dead_letters = vec![dead_letter];
    let state = MessageState::DeadLettered;
    store
        .settle(leased.ticket, Settlement::Finished { state, timeline: Vec::new(), dead_letters, resolved: None })
        .await
        .unwrap();

    assert_eq!(store.replay(id, "ann".into(), None).await.unwrap(), id.message);
    let leased = lease_one(&store, "orders").await;
    assert_eq!(leased.envelope.message.id, id.message);
    let mut timeline = leased.envelope.timeline;
    let event = |position| Event::Attempted {
        position,
        target: "erp".parse().unwrap(),
        status: Some(200),
        error: None,
        latency_ms: 7,
        retry_at: None,
        answer: "location: /orders/7".into(),
    };
    timeline.push(TimelineEntry { at: Timestamp(3), event: event(1) });
    timeline.push(TimelineEntry { at: Timestamp(4), event: event(0) });
    let state = MessageState::Delivered;
    store
        .settle(leased.ticket, Settlement::Finished { state, timeline, dead_letters: Vec::new(), resolved: Some(id) })
        .await
        .unwrap();

    let dead_letter = store.dead_letter(id).await.unwrap().unwrap();
    let delivered = Attempt {
        at: Timestamp(4),
        latency_ms: 7,
        status: Some(200),
        error: None,
        excerpt: "location: /orders/7".into(),
        kind: None,
    };
    assert_eq!(dead_letter.attempts, [attempt(1), attempt(2), delivered]);
    let replay = &dead_letter.replays[0];
    assert_eq!((replay.first_attempt, replay.outcome), (2, Some(ReplayOutcome::Resolved)));
    assert_eq!((replay.by.as_str(), replay.ended_at), ("ann", Some(START)));
}

#[tokio::test]
async fn an_acknowledgement_says_who_and_when() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead(&store, None).await;
    bench.clock.advance(Duration::from_secs(9));
    store.acknowledge(id, "ann".into()).await.unwrap();
    let noted = store.dead_letter(id).await.unwrap().unwrap().acknowledged.unwrap();
    assert_eq!((noted.by.as_str(), noted.at), ("ann", START.after(Duration::from_secs(9))));
    let by = Filter { by: Some("ann".into()), ..Filter::default() };
    assert_eq!(store.count_dead_letters(by).await.unwrap().acknowledged, 1);
}

#[tokio::test]
async fn an_edit_that_fails_again_does_not_cost_what_was_received() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead(&store, None).await;
    for edit in ["mended", "mended better"] {
        store.replay(id, "ann".into(), Some(edit.into())).await.unwrap();
        let leased = lease_one(&store, "orders").await;
        bury(&store, leased, None, "still-no").await;
    }
    assert_eq!(store.dead_letter(id).await.unwrap().unwrap().received.payload, "mended better");
    let revisions = store.dead_letter_revisions(id).await.unwrap().unwrap();
    let found: Vec<_> = revisions.iter().map(|r| (r.number, r.by.as_str(), &r.payload[..])).collect();
    assert_eq!(found, [(0, "", &b"payload"[..]), (1, "ann", b"mended"), (2, "ann", b"mended better")]);
}

#[tokio::test]
async fn a_letter_that_fails_again_keeps_its_first_failure_and_all_attempts() {
    let bench = Bench::new();
    let store = bench.open();
    let sent = message("orders", None, "payload");
    enqueue(&store, sent.clone()).await;
    let file_with = async |at: u64, attempts: Vec<Attempt>| {
        let leased = lease_one(&store, "orders").await;
        let mut dead_letter = dead_letter(&leased.envelope, Some(0), "erp-said-no");
        dead_letter.first_failure = Timestamp(at);
        dead_letter.last_failure = Timestamp(at);
        dead_letter.attempts = attempts;
        let id = dead_letter.id;
        let dead_letters = vec![dead_letter];
        let state = MessageState::DeadLettered;
        let settlement = Settlement::Finished { state, timeline: Vec::new(), dead_letters, resolved: None };
        store.settle(leased.ticket, settlement).await.unwrap();
        id
    };
    let id = file_with(1_000, vec![attempt(1), attempt(2)]).await;
    store.replay(id, "ann".into(), None).await.unwrap();
    file_with(2_000, vec![attempt(3)]).await;
    let dead_letter = store.dead_letter(id).await.unwrap().unwrap();
    assert_eq!((dead_letter.first_failure, dead_letter.last_failure), (Timestamp(1_000), Timestamp(2_000)));
    assert_eq!(dead_letter.attempts, [attempt(1), attempt(2), attempt(3)]);
    assert_eq!(dead_letter.state, DeadLetterState::Open);
    assert_eq!(store.dead_letter_counts(&flow("orders")), DeadLetterCounts { open: 1, ..Default::default() });
}

#[tokio::test]
async fn a_replay_that_ends_without_a_word_on_its_letter_leaves_it_open() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead(&store, None).await;
    store.replay(id, "ann".into(), None).await.unwrap();
    deliver(&store, lease_one(&store, "orders").await).await;
    assert_eq!(store.dead_letter(id).await.unwrap().unwrap().state, DeadLetterState::Open);
    assert_eq!(store.history(id.message).await.unwrap().unwrap().state, MessageState::DeadLettered);
}

#[tokio::test]
async fn a_replay_is_refused_when_it_would_run_twice_or_after_the_end() {
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", None, "payload")).await;
    let leased = lease_one(&store, "orders").await;
    let dead_letters = vec![dead_letter(&leased.envelope, Some(0), "no"), dead_letter(&leased.envelope, Some(1), "no")];
    let first = dead_letters[0].id;
    let second = dead_letters[1].id;
    let state = MessageState::DeadLettered;
    let settlement = Settlement::Finished { state, timeline: Vec::new(), dead_letters, resolved: None };
    store.settle(leased.ticket, settlement).await.unwrap();

    let replay = async |id| store.replay(id, "ann".into(), None).await.map(|_| ());
    replay(first).await.unwrap();
    let state = DeadLetterState::Replaying;
    assert!(matches!(replay(first).await, Err(ReplayError::WrongState { id, state: s }) if id == first && s == state));
    assert!(matches!(replay(second).await, Err(ReplayError::MessageQueued(id)) if id == second));
    let unknown = DeadLetterId { message: MessageId::generate(), position: None };
    assert!(matches!(replay(unknown).await, Err(ReplayError::NotFound(id)) if id == unknown));

    let leased = lease_one(&store, "orders").await;
    let state = MessageState::Delivered;
    let settlement =
        Settlement::Finished { state, timeline: Vec::new(), dead_letters: Vec::new(), resolved: Some(first) };
    store.settle(leased.ticket, settlement).await.unwrap();
    assert!(matches!(replay(first).await, Err(ReplayError::WrongState { state: DeadLetterState::Resolved, .. })));
    // The other dead letter still stands, and so does the message's state.
    assert_eq!(store.history(first.message).await.unwrap().unwrap().state, MessageState::DeadLettered);

    store.acknowledge(second, "bob".into()).await.unwrap();
    store.discard(second, "bob".into(), "order was cancelled".into()).await.unwrap();
    let dead_letter = store.dead_letter(second).await.unwrap().unwrap();
    assert_eq!(dead_letter.resolution.unwrap().reason, "order was cancelled");
    assert!(matches!(replay(second).await, Err(ReplayError::WrongState { state: DeadLetterState::Discarded, .. })));
    let expected = DeadLetterCounts { resolved: 1, discarded: 1, ..Default::default() };
    assert_eq!(store.dead_letter_counts(&flow("orders")), expected);
    store.close().await.unwrap();
    assert_eq!(bench.open().dead_letter_counts(&flow("orders")), expected);
}

#[tokio::test]
async fn of_two_operators_who_replay_at_once_one_wins() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead(&store, None).await;
    let (one, two) = tokio::join!(store.replay(id, "ann".into(), None), store.replay(id, "bob".into(), None));
    assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|ok| **ok).count(), 1);
    assert_eq!(store.depth(&flow("orders")).queued, 1);
}

#[tokio::test]
async fn a_replay_queues_behind_the_messages_of_its_key() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead(&store, None).await;
    let newer = enqueue(&store, message("orders", Some("k"), "newer")).await;
    store.replay(id, "ann".into(), None).await.unwrap();
    let first = lease_one(&store, "orders").await;
    assert_eq!(first.envelope.message.id, newer);
    assert!(nothing_ready(&store, "orders"));
    deliver(&store, first).await;
    assert_eq!(lease_one(&store, "orders").await.envelope.message.id, id.message);
}

#[tokio::test]
async fn letters_are_listed_by_page_and_by_filter() {
    let bench = Bench::new();
    let store = bench.open();
    let mut ids = Vec::new();
    for n in 0..5u32 {
        let key = format!("customer-{n}");
        enqueue(&store, message("orders", Some(&key), format!("payload number {n}"))).await;
        let leased = lease_one(&store, "orders").await;
        bench.clock.advance(Duration::from_secs(1));
        ids.push(bury(&store, leased, (n % 2 == 0).then_some(n), if n < 3 { "low" } else { "high" }).await);
    }
    let found = async |filter: Filter| {
        let dead_letters = store.dead_letters(filter.clone(), ALL).await.unwrap().dead_letters;
        let summaries = store.dead_letter_summaries(filter, ALL).await.unwrap().dead_letters;
        let found: Vec<_> = dead_letters.iter().map(|dead_letter| dead_letter.id).collect();
        assert_eq!(summaries.iter().map(|summary| summary.id).collect::<Vec<_>>(), found);
        found
    };
    assert_eq!(found(Filter::default()).await, ids);
    assert_eq!(found(Filter { code: Some("high".into()), ..Filter::default() }).await, ids[3..]);
    assert_eq!(
        found(Filter { target: Some("erp".parse().unwrap()), ..Filter::default() }).await,
        [ids[0], ids[2], ids[4]]
    );
    assert_eq!(found(Filter { text: Some("FAILED: hi".into()), ..Filter::default() }).await, ids[3..]);
    assert_eq!(found(Filter { payload: Some("number 3".into()), ..Filter::default() }).await, [ids[3]]);
    assert_eq!(found(Filter { key: Some("customer-1".into()), ..Filter::default() }).await, [ids[1]]);
    assert_eq!(found(Filter { flow: Some(flow("other")), ..Filter::default() }).await, []);
    assert_eq!(found(Filter { until: Some(START), ..Filter::default() }).await, []);
    store.acknowledge(ids[4], "ann".into()).await.unwrap();
    let acknowledged = Filter { state: Some(DeadLetterState::Acknowledged), ..Filter::default() };
    assert_eq!(found(acknowledged).await, [ids[4]]);

    let first = store.dead_letters(Filter::default(), Page::first(2)).await.unwrap();
    assert_eq!((first.dead_letters.len(), first.next), (2, Some(ids[1])));
    let rest = store.dead_letters(Filter::default(), Page { after: first.next, ..Page::first(3) }).await.unwrap();
    assert_eq!((rest.dead_letters.len(), rest.next), (3, None));

    let newest = |after, limit| Page { after, limit, order: Order::Newest };
    let page = store.dead_letter_summaries(Filter::default(), newest(None, 2)).await.unwrap();
    let found: Vec<_> = page.dead_letters.iter().map(|summary| summary.id).collect();
    assert_eq!((found, page.next), (vec![ids[4], ids[3]], Some(ids[3])));
    let page = store.dead_letter_summaries(Filter::default(), newest(page.next, 9)).await.unwrap();
    let found: Vec<_> = page.dead_letters.iter().map(|summary| summary.id).collect();
    assert_eq!((found, page.next), (vec![ids[2], ids[1], ids[0]], None));
}

#[tokio::test]
async fn a_page_ends_once_it_has_its_bytes_and_the_pages_together_have_everything() {
    const EACH: usize = 3 << 20;
    let bench = Bench::new();
    let store = bench.open();
    let large = Bytes::from("x".repeat(EACH));
    let letters: Vec<_> =
        (0..7).map(|_| dead_letter(&envelope("orders", None, large.clone()), None, "invalid")).collect();
    import(&store, letters).await;
    for _ in 0..3 {
        enqueue(&store, message("queued", None, large.clone())).await;
    }
    let mut page = Page::first(1000);
    let mut pages = Vec::new();
    loop {
        let found = store.dead_letters(Filter::default(), page).await.unwrap();
        pages.push(found.dead_letters.len());
        page.after = found.next;
        if found.next.is_none() {
            break;
        }
    }
    assert_eq!(pages, [3, 3, 1], "each has at least {} bytes but the last", PAGE_BYTES);
    let summaries = store.dead_letter_summaries(Filter::default(), Page::first(1000)).await.unwrap();
    assert_eq!((summaries.dead_letters.len(), summaries.next), (7, None), "they have no payloads");

    let page = QueuePage { newest_first: false, after: None, limit: 1000 };
    let all = store.queued_envelopes(QueueFilter::default(), page).await.unwrap();
    assert_eq!((all.messages.len(), all.next), (3, None));
    enqueue(&store, message("queued", None, large.clone())).await;
    let first = store.queued_envelopes(QueueFilter::default(), page).await.unwrap();
    let rest = QueuePage { after: first.next, ..page };
    let rest = store.queued_envelopes(QueueFilter::default(), rest).await.unwrap();
    assert_eq!((first.messages.len(), rest.messages.len(), rest.next), (3, 1, None));
}
