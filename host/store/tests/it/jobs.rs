//! Jobs: a frozen set of dead letters, each dealt with once, whatever happens in between.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gantry_core::{DeadLetterId, DeadLetterState, JobId, MessageState};
use gantry_store::{Filter, Job, JobError, JobKind, JobMeans, JobState, NewJob, NewPatch, Patcher, Settlement, Store};
use proptest::prelude::*;

use crate::support::{
    Bench, START, bury, dead_letter, dead_with, enqueue, flow, lease, lease_one, message, resolve, resolve_leased,
};

fn redrive() -> NewJob {
    let filter = Filter::default();
    let by = "ann".to_owned();
    let reason = String::new();
    let kind = JobKind::Redrive;
    NewJob {
        kind,
        filter,
        by,
        reason,
        rate: None,
        most_replays: None,
        force: false,
        max_failed_percent: None,
        patch: None,
    }
}

fn discard(reason: &str) -> NewJob {
    NewJob { kind: JobKind::Discard, reason: reason.into(), ..redrive() }
}

async fn start(store: &Store, new: NewJob) -> Job {
    store.start_job(new).await.unwrap()
}

async fn to_its_end(store: &Store, id: JobId) -> Job {
    loop {
        let step = store.work_on_job(id, 7, None).await.unwrap();
        if step.job.state != JobState::Running {
            return step.job;
        }
    }
}

async fn state(store: &Store, id: DeadLetterId) -> DeadLetterState {
    store.dead_letter(id).await.unwrap().unwrap().state
}

fn patch(replay: bool) -> NewJob {
    NewJob { kind: JobKind::Patch, patch: Some(NewPatch { text: "[]".into(), replay }), ..redrive() }
}

/// Adds an exclamation mark to texts that have none.
fn exclaims() -> Patcher {
    Arc::new(|payload: &[u8]| match payload.ends_with(b"!") {
        true => Err("it exclaims already".to_owned()),
        false => Ok([payload, b"!"].concat().into()),
    })
}

async fn patched_to_its_end(store: &Store, id: JobId, patcher: Option<Patcher>) -> Job {
    loop {
        let means = JobMeans { patcher: patcher.clone(), ..JobMeans::default() };
        let step = store.work_on_job_with(id, 2, None, means).await.unwrap();
        if step.job.state != JobState::Running {
            return step.job;
        }
    }
}

async fn dead(store: &Store, payload: &'static str) -> DeadLetterId {
    enqueue(store, message("orders", None, payload)).await;
    bury(store, lease_one(store, "orders").await, None, "no-price").await
}

#[tokio::test]
async fn a_patch_edits_what_it_applies_to_and_keeps_every_payload() {
    let bench = Bench::new();
    let store = bench.open();
    let ids = [dead(&store, "one").await, dead(&store, "two!").await, dead(&store, "three").await];
    let job = start(&store, patch(false)).await;
    let job = patched_to_its_end(&store, job.id, Some(exclaims())).await;
    assert_eq!((job.state, job.done, job.not_applicable, job.in_flight()), (JobState::Finished, 2, 1, 0));
    let listed: Vec<_> = job.inapplicable.iter().map(|one| (one.id, one.why.as_str())).collect();
    assert_eq!(listed, [(ids[1], "it exclaims already")]);

    let edited = store.dead_letter(ids[0]).await.unwrap().unwrap();
    assert_eq!((edited.state, &edited.received.payload[..]), (DeadLetterState::Open, &b"one!"[..]));
    let revisions: Vec<_> =
        edited.revisions.iter().map(|one| (one.number, &one.payload[..], one.by.as_str())).collect();
    assert_eq!(revisions, [(0, &b"one"[..], ""), (1, b"one!", "ann")]);
    let left = store.dead_letter(ids[1]).await.unwrap().unwrap();
    assert!(left.revisions.is_empty() && left.received.payload == "two!");

    // A later replay takes the edited payload, and so does a second patch.
    store.replay(ids[0], "ann".into(), None).await.unwrap();
    assert_eq!(lease_one(&store, "orders").await.envelope.message.payload, "one!");
    let again = start(&store, patch(false)).await;
    let again = patched_to_its_end(&store, again.id, Some(exclaims())).await;
    assert_eq!((again.total, again.done, again.not_applicable), (2, 0, 2));
}

#[tokio::test]
async fn a_patch_that_replays_sends_the_edited_payloads_and_counts_how_they_end() {
    let bench = Bench::new();
    let store = bench.open();
    let ids = [dead(&store, "one").await, dead(&store, "two!").await];
    let job = start(&store, patch(true)).await;
    let job = patched_to_its_end(&store, job.id, Some(exclaims())).await;
    assert_eq!((job.done, job.not_applicable, job.in_flight()), (1, 1, 1));
    let leased = lease_one(&store, "orders").await;
    assert_eq!(leased.envelope.message.payload, "one!");
    resolve_leased(&store, leased, ids[0]).await;
    let job = store.job(job.id).await.unwrap().unwrap();
    assert_eq!((job.resolved, job.in_flight()), (1, 0));
    let resolved = store.dead_letter(ids[0]).await.unwrap().unwrap();
    assert_eq!((resolved.replays[0].revision, resolved.revisions.len()), (Some(1), 2));
    assert_eq!(state(&store, ids[1]).await, DeadLetterState::Open);
}

#[tokio::test]
async fn a_patch_that_nobody_can_read_changes_nothing() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead(&store, "one").await;
    let job = start(&store, patch(false)).await;
    let job = patched_to_its_end(&store, job.id, None).await;
    assert_eq!((job.done, job.not_applicable), (0, 1));
    assert_eq!(store.dead_letter(id).await.unwrap().unwrap().received.payload, "one");
}

#[tokio::test]
async fn a_job_is_about_the_letters_of_its_beginning() {
    let bench = Bench::new();
    let store = bench.open();
    let mut before = Vec::new();
    for _ in 0..3 {
        before.push(dead_with(&store, "no-price").await);
    }
    dead_with(&store, "other").await;
    let filter = Filter { code: Some("no-price".into()), ..Filter::default() };
    let job = start(&store, NewJob { filter, ..redrive() }).await;
    assert_eq!((job.total, job.state), (3, JobState::Running));
    let late = dead_with(&store, "no-price").await;
    let job = to_its_end(&store, job.id).await;
    assert_eq!((job.done, job.left(), job.in_flight(), job.state), (3, 0, 3, JobState::Finished));
    for id in before {
        assert_eq!(state(&store, id).await, DeadLetterState::Replaying);
    }
    assert_eq!(state(&store, late).await, DeadLetterState::Open);
}

#[tokio::test]
async fn a_job_knows_what_came_of_what_it_redrove() {
    let bench = Bench::new();
    let store = bench.open();
    let one = dead_with(&store, "no-price").await;
    let two = dead_with(&store, "no-price").await;
    let job = start(&store, redrive()).await;
    to_its_end(&store, job.id).await;
    resolve(&store, one).await;
    bury(&store, lease_one(&store, "orders").await, None, "no-price").await;
    let job = store.job(job.id).await.unwrap().unwrap();
    assert_eq!((job.resolved, job.failed_again, job.in_flight()), (1, 1, 0));
    let dead_letter = store.dead_letter(two).await.unwrap().unwrap();
    assert_eq!((dead_letter.state, dead_letter.replays[0].job), (DeadLetterState::Open, Some(job.id)));
}

#[tokio::test]
async fn a_clock_that_was_set_back_keeps_no_letter_from_its_job() {
    let bench = Bench::new();
    let store = bench.open();
    let dead_letter = dead_with(&store, "no-price").await;
    bench.clock.set_back(Duration::from_secs(3600));
    let job = start(&store, discard("wrong")).await;
    assert_eq!(to_its_end(&store, job.id).await.done, 1);
    assert_eq!(state(&store, dead_letter).await, DeadLetterState::Discarded);
}

#[tokio::test]
async fn a_letter_that_failed_again_since_the_job_began_is_held_back() {
    let bench = Bench::new();
    let store = bench.open();
    let first = dead_with(&store, "no-price").await;
    let second = dead_with(&store, "no-price").await;
    let job = start(&store, redrive()).await;
    // The second dead letter is replayed by an operator before the job reaches it, and fails again.
    assert_eq!(store.work_on_job(job.id, 1, None).await.unwrap().done, 1);
    resolve(&store, first).await;
    bench.clock.advance(Duration::from_secs(1));
    store.replay(second, "bob".into(), None).await.unwrap();
    let leased = lease_one(&store, "orders").await;
    let mut again = dead_letter(&leased.envelope, None, "no-price");
    again.last_failure = START.after(Duration::from_secs(1));
    let settlement = Settlement::Finished {
        state: MessageState::DeadLettered,
        timeline: leased.envelope.timeline.clone(),
        dead_letters: vec![again],
        resolved: None,
    };
    store.settle(leased.ticket, settlement).await.unwrap();
    let job = to_its_end(&store, job.id).await;
    assert_eq!((job.done, job.held_back), (1, 1));
    assert_eq!(state(&store, second).await, DeadLetterState::Open);
}

#[tokio::test]
async fn a_letter_that_was_replayed_too_often_is_held_back_unless_forced() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead_with(&store, "no-price").await;
    for round in 0..3u32 {
        let job = start(&store, NewJob { most_replays: Some(2), ..redrive() }).await;
        let job = to_its_end(&store, job.id).await;
        assert_eq!((job.done, job.held_back), if round < 2 { (1, 0) } else { (0, 1) }, "round {round}");
        if round < 2 {
            bury(&store, lease_one(&store, "orders").await, None, "no-price").await;
        }
    }
    let job = start(&store, NewJob { most_replays: Some(2), force: true, ..redrive() }).await;
    assert_eq!(to_its_end(&store, job.id).await.done, 1);
    assert_eq!(state(&store, id).await, DeadLetterState::Replaying);
}

#[tokio::test]
async fn letters_of_one_message_are_redriven_one_after_the_other() {
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", None, "payload")).await;
    let leased = lease_one(&store, "orders").await;
    let dead_letters: Vec<_> = (0..3).map(|position| dead_letter(&leased.envelope, Some(position), "no")).collect();
    let ids: Vec<_> = dead_letters.iter().map(|dead_letter| dead_letter.id).collect();
    let settlement =
        Settlement::Finished { state: MessageState::DeadLettered, timeline: Vec::new(), dead_letters, resolved: None };
    store.settle(leased.ticket, settlement).await.unwrap();
    let job = start(&store, redrive()).await;
    for (done, id) in (1u64..).zip(ids) {
        let step = store.work_on_job(job.id, 10, None).await.unwrap();
        assert_eq!((step.done, step.job.done, step.job.waiting), (1, done, 3 - done));
        let again = store.work_on_job(job.id, 10, None).await.unwrap();
        assert_eq!(again.done, 0, "its message is in the queue");
        resolve(&store, id).await;
    }
    let job = store.job(job.id).await.unwrap().unwrap();
    assert_eq!((job.state, job.resolved), (JobState::Finished, 3));
}

#[tokio::test]
async fn a_cancelled_job_does_nothing_more_and_what_it_did_stands() {
    let bench = Bench::new();
    let store = bench.open();
    for _ in 0..5 {
        dead_with(&store, "no-price").await;
    }
    let job = start(&store, redrive()).await;
    store.work_on_job(job.id, 2, None).await.unwrap();
    let cancelled = store.cancel_job(job.id, "bob".into()).await.unwrap();
    assert_eq!((cancelled.state, cancelled.cancelled_by.as_deref()), (JobState::Cancelled, Some("bob")));
    assert_eq!(store.work_on_job(job.id, 9, None).await.unwrap().done, 0);
    let counts = store.dead_letter_counts(&flow("orders"));
    assert_eq!((counts.replaying, counts.open), (2, 3));
    assert!(matches!(store.cancel_job(job.id, "bob".into()).await, Err(JobError::Ended(id)) if id == job.id));
}

#[tokio::test]
async fn a_held_job_does_nothing_until_it_is_resumed() {
    let bench = Bench::new();
    let store = bench.open();
    for _ in 0..5 {
        dead_with(&store, "no-price").await;
    }
    let job = start(&store, redrive()).await;
    store.work_on_job(job.id, 2, None).await.unwrap();
    let held = store.hold_job(job.id, "bob".into(), "the ERP is slow".into()).await.unwrap();
    assert_eq!((held.state, held.hold.unwrap().by.as_deref()), (JobState::Held, Some("bob")));
    assert!(matches!(store.hold_job(job.id, "bob".into(), String::new()).await, Err(JobError::Held(_))));
    assert_eq!(store.work_on_job(job.id, 9, None).await.unwrap().done, 0);
    store.close().await.unwrap();

    let store = bench.open();
    assert_eq!(store.job(job.id).await.unwrap().unwrap().state, JobState::Held, "over a restart too");
    store.resume_job(job.id).await.unwrap();
    assert!(matches!(store.resume_job(job.id).await, Err(JobError::NotHeld(_))));
    let step = store.work_on_job(job.id, 9, None).await.unwrap();
    assert_eq!((step.done, step.job.state), (3, JobState::Finished));
}

#[tokio::test]
async fn a_job_of_which_most_messages_fail_again_holds_itself_once() {
    let bench = Bench::new();
    let store = bench.open();
    for _ in 0..60 {
        dead_with(&store, "no-price").await;
    }
    bench.clock.advance(Duration::from_secs(1));
    let job = start(&store, redrive()).await;
    store.work_on_job(job.id, 20, None).await.unwrap();
    for n in 0..20 {
        let leased = lease_one(&store, "orders").await;
        let id = leased.envelope.replay.clone().unwrap().dead_letter;
        if n < 9 {
            resolve_leased(&store, leased, id).await;
        } else {
            bury(&store, leased, None, "no-price").await;
        }
    }
    let held = store.work_on_job(job.id, 20, None).await.unwrap();
    assert_eq!((held.done, held.job.state), (0, JobState::Held));
    let hold = held.job.hold.unwrap();
    assert_eq!((hold.by, hold.reason.as_str()), (None, "11 of 20 messages failed again"));
    store.resume_job(job.id).await.unwrap();
    assert_eq!(store.work_on_job(job.id, 20, None).await.unwrap().done, 20, "whoever resumed it knows");
}

#[tokio::test]
async fn a_bulk_discard_needs_a_reason_and_keeps_it() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead_with(&store, "no-price").await;
    assert!(matches!(store.start_job(discard(" ")).await, Err(JobError::NoReason)));
    let job = start(&store, discard("the shop sent them again")).await;
    assert_eq!(to_its_end(&store, job.id).await.done, 1);
    let dead_letter = store.dead_letter(id).await.unwrap().unwrap();
    let resolution = dead_letter.resolution.unwrap();
    assert_eq!((resolution.by.as_str(), resolution.reason.as_str()), ("ann", "the shop sent them again"));
}

#[tokio::test]
async fn a_job_on_closed_letters_is_refused_and_one_on_none_ends_at_once() {
    let bench = Bench::new();
    let store = bench.open();
    let filter = Filter { state: Some(DeadLetterState::Resolved), ..Filter::default() };
    let refused = store.start_job(NewJob { filter, ..redrive() }).await;
    assert!(matches!(refused, Err(JobError::WrongState(DeadLetterState::Resolved))));
    assert_eq!(start(&store, redrive()).await.state, JobState::Finished);
}

#[tokio::test]
async fn a_job_goes_on_after_a_kill_and_does_nothing_twice() {
    let mut bench = Bench::new();
    let mut store = bench.open();
    for _ in 0..20 {
        dead_with(&store, "no-price").await;
    }
    let job = start(&store, redrive()).await;
    let mut steps = 0;
    loop {
        let step = store.work_on_job(job.id, 3, None).await.unwrap();
        if step.job.state == JobState::Finished {
            break;
        }
        let killed = bench.killed();
        let _ = store.close().await;
        store = killed.open();
        bench = killed;
        steps += 1;
    }
    assert_eq!((steps, store.job(job.id).await.unwrap().unwrap().done), (6, 20));
    assert_eq!(store.depth(&flow("orders")).queued, 20);
    let mut runs: BTreeMap<_, u32> = BTreeMap::new();
    for leased in lease(&store, "orders", 100).await {
        *runs.entry(leased.envelope.message.id).or_default() += 1;
    }
    assert_eq!((runs.len(), runs.values().all(|runs| *runs == 1)), (20, true));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// Whatever the steps, kills and failures in between: every dead letter is put to work exactly once.
    #[test]
    fn every_letter_of_a_job_is_redriven_once(
        dead_letters in 1..300usize,
        steps in prop::collection::vec((1..120usize, any::<bool>()), 1..12),
    ) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mut bench = Bench::new();
            let mut store = bench.open();
            let template = dead_letter(&crate::support::envelope("orders", None, "payload"), None, "no-price");
            let made = (0..dead_letters).map(|_| {
                let mut dead_letter = template.clone();
                dead_letter.id.message = gantry_core::MessageId::generate();
                dead_letter.received.id = dead_letter.id.message;
                dead_letter
            });
            crate::support::import(&store, made.collect()).await;
            let job = start(&store, redrive()).await;
            for (most, kill) in steps {
                store.work_on_job(job.id, most, None).await.unwrap();
                if kill {
                    let killed = bench.killed();
                    let _ = store.close().await;
                    store = killed.open();
                    bench = killed;
                }
            }
            let job = to_its_end(&store, job.id).await;
            assert_eq!(job.done, dead_letters as u64);
            assert_eq!(store.depth(&flow("orders")).queued, dead_letters);
            assert_eq!(store.dead_letter_counts(&flow("orders")).replaying, dead_letters as u64);
        });
    }
}

#[tokio::test]
async fn a_redrive_leaves_the_letters_of_flows_that_do_not_run_as_they_are_and_a_discard_does_not() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead_with(&store, "no-price").await;
    let nothing_runs = JobMeans { runs: Arc::new(|_| false), patcher: None };
    let job = start(&store, redrive()).await;
    let job = store.work_on_job_with(job.id, 9, None, nothing_runs.clone()).await.unwrap().job;
    assert_eq!((job.state, job.done, job.passed_over, job.left_out), (JobState::Finished, 0, 1, 1));
    assert_eq!(state(&store, id).await, DeadLetterState::Open);
    let job = start(&store, discard("a test")).await;
    let job = store.work_on_job_with(job.id, 9, None, nothing_runs.clone()).await.unwrap().job;
    assert_eq!((job.done, job.left_out), (1, 0));
}
