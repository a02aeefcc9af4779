//! The sweep removes what is old enough and keeps what may still be needed.

use std::time::Duration;

use gantry_core::{DeadLetterId, MessageId, MessageState};
use gantry_store::{Filter, GroupFilter, JobKind, NewJob, Settlement, Store};

use crate::support::{Bench, START, bury, dead_letter, deliver, enqueue, envelope, flow, lease_one, message};

const KEEP: Duration = Duration::from_secs(3600);

async fn sweep_all(store: &Store) -> (usize, usize, usize) {
    let mut sum = (0, 0, 0);
    loop {
        let swept = store.sweep(KEEP).await.unwrap();
        sum = (sum.0 + swept.histories, sum.1 + swept.dedupe_entries, sum.2 + swept.dead_letters + swept.expired);
        if !swept.more {
            return sum;
        }
    }
}

/// Ids carry the machine's time; the test's clock must be ahead of it for a sweep to look at them.
fn bench_of_today() -> Bench {
    let bench = Bench::new();
    let now = gantry_core::Clock::now(&gantry_core::SystemClock);
    bench.clock.advance(now.since(START));
    bench
}

#[tokio::test]
async fn a_history_is_kept_for_its_time_and_then_removed() {
    let bench = bench_of_today();
    let store = bench.open();
    let mut ended: Vec<MessageId> = Vec::new();
    for _ in 0..600 {
        ended.push(message("orders", None, "x").envelope.message.id);
    }
    for id in &ended {
        let mut envelope = envelope("orders", None, "x");
        envelope.message.id = *id;
        store.enqueue(vec![crate::support::new(envelope)]).await.unwrap();
        deliver(&store, lease_one(&store, "orders").await).await;
    }
    let queued = enqueue(&store, message("orders", None, "y")).await;
    assert_eq!(sweep_all(&store).await, (0, 0, 0));
    bench.clock.advance(KEEP + Duration::from_secs(60));
    assert_eq!(sweep_all(&store).await, (600, 0, 0));
    assert_eq!(store.history(ended[0]).await.unwrap(), None);
    assert_eq!(store.history(queued).await.unwrap().unwrap().state, MessageState::Queued);
}

#[tokio::test]
async fn ended_windows_are_removed_and_open_ones_are_not() {
    let bench = bench_of_today();
    let store = bench.open();
    for n in 0..300u64 {
        let mut envelope = envelope("orders", None, "x");
        envelope.dedupe_key = Some(n.to_string());
        let window = Duration::from_secs(if n < 290 { 10 } else { 1000 });
        store
            .enqueue(vec![gantry_store::NewMessage {
                envelope,
                dedupe_window: Some(window),
                idempotency: None,
                signed: None,
            }])
            .await
            .unwrap();
    }
    bench.clock.advance(Duration::from_secs(10));
    assert_eq!(sweep_all(&store).await, (0, 290, 0));
    assert_eq!(sweep_all(&store).await, (0, 0, 0));
}

#[tokio::test]
async fn letters_go_when_they_expire_or_were_closed_long_ago() {
    let bench = bench_of_today();
    let store = bench.open();
    let mut dead_letters: Vec<DeadLetterId> = Vec::new();
    for _ in 0..4 {
        enqueue(&store, message("orders", None, "x")).await;
        let leased = lease_one(&store, "orders").await;
        dead_letters.push(bury(&store, leased, None, "no").await);
    }
    enqueue(&store, message("orders", None, "x")).await;
    let leased = lease_one(&store, "orders").await;
    let mut expiring = dead_letter(&leased.envelope, None, "no");
    expiring.last_failure = gantry_core::Clock::now(&bench.clock);
    expiring.expires_at = Some(expiring.last_failure.after(Duration::from_secs(10)));
    let expiring_id = expiring.id;
    let state = MessageState::DeadLettered;
    let timeline = Vec::new();
    let settlement = Settlement::Finished { state, timeline, dead_letters: vec![expiring], resolved: None };
    store.settle(leased.ticket, settlement).await.unwrap();

    store.discard(dead_letters[0], "ann".into(), "test order".into()).await.unwrap();
    store.replay(dead_letters[1], "ann".into(), None).await.unwrap();
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(sweep_all(&store).await, (0, 0, 0));
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(sweep_all(&store).await, (0, 0, 1));
    assert_eq!(store.dead_letter(expiring_id).await.unwrap(), None);

    bench.clock.advance(KEEP + Duration::from_secs(60));
    // One history without dead letters at once; that of the discarded dead letter on the next pass.
    let first = sweep_all(&store).await;
    let second = sweep_all(&store).await;
    assert_eq!((first.0 + second.0, first.2 + second.2), (2, 1));
    assert_eq!(store.dead_letter(dead_letters[0]).await.unwrap(), None);
    for kept in &dead_letters[1..] {
        assert!(store.dead_letter(*kept).await.unwrap().is_some(), "{kept}");
        assert!(store.history(kept.message).await.unwrap().is_some(), "{kept}");
    }
    let counts = store.dead_letter_counts(&flow("orders"));
    assert_eq!((counts.open, counts.replaying, counts.discarded), (2, 1, 0));
}

#[tokio::test]
async fn what_expires_before_anybody_closed_it_is_counted_apart() {
    let bench = bench_of_today();
    let store = bench.open();
    for discarded in [false, true] {
        enqueue(&store, message("orders", None, "x")).await;
        let leased = lease_one(&store, "orders").await;
        let mut expiring = dead_letter(&leased.envelope, None, "no");
        expiring.last_failure = gantry_core::Clock::now(&bench.clock);
        expiring.expires_at = Some(expiring.last_failure.after(Duration::from_secs(10)));
        let id = expiring.id;
        let state = MessageState::DeadLettered;
        let timeline = Vec::new();
        let settlement = Settlement::Finished { state, timeline, dead_letters: vec![expiring], resolved: None };
        store.settle(leased.ticket, settlement).await.unwrap();
        if discarded {
            store.discard(id, "ann".into(), "test order".into()).await.unwrap();
        }
    }
    bench.clock.advance(Duration::from_secs(5));
    store.sweep(KEEP).await.unwrap();
    bench.clock.advance(Duration::from_secs(5));
    let swept = store.sweep(KEEP).await.unwrap();
    assert_eq!((swept.expired, swept.dead_letters), (1, 1));
    assert!(store.dead_letter_groups(GroupFilter::default()).await.unwrap().is_empty(), "nothing is left to count");
}

#[tokio::test]
async fn a_job_goes_when_it_ended_long_ago() {
    let bench = bench_of_today();
    let store = bench.open();
    let new = NewJob {
        kind: JobKind::Redrive,
        filter: Filter::default(),
        by: "ann".into(),
        reason: String::new(),
        rate: None,
        most_replays: None,
        force: false,
        max_failed_percent: None,
        patch: None,
    };
    store.start_job(new).await.unwrap();
    assert_eq!((store.sweep(KEEP).await.unwrap().jobs, store.jobs().await.unwrap().len()), (0, 1));
    bench.clock.advance(KEEP);
    assert_eq!((store.sweep(KEEP).await.unwrap().jobs, store.jobs().await.unwrap().len()), (1, 0));
}

#[tokio::test]
async fn no_open_dead_letter_expires_before_it_was_announced_for_a_while() {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let bench = bench_of_today();
    let store = bench.open();
    let leased = {
        enqueue(&store, message("orders", None, "x")).await;
        lease_one(&store, "orders").await
    };
    let mut expiring = dead_letter(&leased.envelope, None, "no");
    let failed_at = gantry_core::Clock::now(&bench.clock);
    expiring.last_failure = failed_at;
    expiring.expires_at = Some(failed_at.after(10 * DAY));
    let id = expiring.id;
    let state = MessageState::DeadLettered;
    let settlement = Settlement::Finished { state, timeline: Vec::new(), dead_letters: vec![expiring], resolved: None };
    store.settle(leased.ticket, settlement).await.unwrap();
    sweep_all(&store).await;
    assert!(store.expiring_dead_letters().is_empty());

    // The host does not run when the time comes.
    drop(store);
    bench.clock.advance(30 * DAY);
    let store = bench.open();
    assert_eq!(sweep_all(&store).await.2, 0);
    let announced = store.expiring_dead_letters()[&flow("orders")];
    assert_eq!((announced.dead_letters, announced.first), (1, failed_at.after(31 * DAY)));
    store.acknowledge(id, "ann".into()).await.unwrap();
    drop(store);
    bench.clock.advance(DAY - Duration::from_secs(1));
    let store = bench.open();
    assert_eq!(sweep_all(&store).await.2, 0);
    let again = store.expiring_dead_letters()[&flow("orders")];
    let hour = Duration::from_secs(60 * 60);
    assert_eq!(
        again.first,
        failed_at.after(31 * DAY - Duration::from_secs(1) + hour),
        "while the host was down, nobody heard it"
    );
    bench.clock.advance(hour - Duration::from_secs(1));
    assert_eq!(sweep_all(&store).await.2, 0);
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(sweep_all(&store).await.2, 1);
    assert_eq!(store.dead_letter(id).await.unwrap(), None);
    assert!(store.expiring_dead_letters().is_empty());
}
