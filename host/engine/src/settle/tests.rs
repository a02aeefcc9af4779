//! What is written when the run of a message ends, with a store in a temporary directory.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gantry_core::clock::ManualClock;
use gantry_core::{Attempt, Delivery, ErrorClass, Fault, Reason, Stage, TargetHealthPolicy};
use gantry_store::{Filter, NewMessage, Page, StoreConfig};

use super::*;
use crate::fixtures::{self, START};
use crate::gate::{Gate, Limits};
use crate::metrics::Metrics;
use crate::state::{Failure, HeldBack};
use crate::target_stops::StopFlag;

/// How long a test waits for a message before it fails.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A settler with a store of its own.
struct Bench {
    settler: Settler,
    store: Store,
    clock: ManualClock,
    metrics: FlowMetrics,
    events: Events,
    flow: FlowName,
    _dir: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(START);
        let host_clock: Arc<dyn Clock> = Arc::new(clock.clone());
        let store = Store::open(dir.path(), StoreConfig::new(Arc::clone(&host_clock))).unwrap();
        let all = Metrics::new().unwrap();
        let metrics = all.flow("orders");
        let (events, _outbox) = Events::new(all, Arc::clone(&host_clock), "gantry");
        let flow: FlowName = "orders".parse().unwrap();
        let dead_letters = DeadLetterWriter::new(flow.clone(), "v1".to_owned(), None, Arc::default());
        let services = SettleServices {
            store: store.clone(),
            clock: host_clock,
            metrics: metrics.clone(),
            events: events.clone(),
            broken: CancellationToken::new(),
        };
        let settler = Settler::new(flow.clone(), dead_letters, services);
        Self { settler, store, clock, metrics, events, flow, _dir: dir }
    }

    /// Queues a message and leases it.
    async fn lease(&self) -> Leased {
        let envelope = fixtures::envelope();
        self.store
            .enqueue(vec![NewMessage { envelope, dedupe_window: None, idempotency: None, signed: None }])
            .await
            .unwrap();
        self.next().await
    }

    /// Leases the next message.
    async fn next(&self) -> Leased {
        let leased = tokio::time::timeout(TIMEOUT, self.store.lease(&self.flow, 1, usize::MAX)).await;
        leased.expect("no message is ready").unwrap().pop().unwrap()
    }

    async fn settle(&self, lease: Leased, next: Next) -> Option<Settled> {
        self.settler.settle(Attempted { lease, next }).await
    }

    async fn dead_letters(&self) -> Vec<DeadLetter> {
        self.store.dead_letters(Filter::default(), Page::first(10)).await.unwrap().dead_letters
    }
}

/// A delivery that has ended in this state after one attempt.
fn ended(lease: &Leased, position: u32, state: DeliveryState, status: u16) -> Delivery {
    let error = (state == DeliveryState::Dead).then_some(ErrorClass::Permanent);
    let attempt =
        Attempt { at: START, latency_ms: 1, status: Some(status), error, excerpt: "its answer".to_owned(), kind: None };
    Delivery { state, attempts: vec![attempt], ..fixtures::delivery(&lease.envelope, position, "api") }
}

fn invalid() -> Failure {
    let reason = Reason::new("invalid", "no total");
    Failure { stage: Stage::Validate, reason, component: None, output: None, breaches: Vec::new() }
}

#[tokio::test]
async fn a_delivered_message_leaves_the_queue_and_its_history_says_so() {
    let bench = Bench::new();
    let mut lease = bench.lease().await;
    let id = lease.envelope.message.id;
    lease.envelope.deliveries = vec![ended(&lease, 0, DeliveryState::Delivered, 200)];
    bench.clock.advance(Duration::from_millis(40));
    let settled = bench.settle(lease, Next::Finish(Ending::Delivered)).await.unwrap();
    assert_eq!(settled.state, MessageState::Delivered);
    assert_eq!(bench.store.backlog(&bench.flow).messages, 0);
    assert_eq!(bench.store.history(id).await.unwrap().unwrap().state, MessageState::Delivered);
    assert!(bench.dead_letters().await.is_empty());
    let counts = bench.metrics.counts();
    assert_eq!((counts.delivered, counts.p50_ms), (1, Some(40)));
}

#[tokio::test]
async fn of_what_plugins_logged_a_history_keeps_warnings_and_a_dead_letter_all() {
    let logged = |level| {
        let event = Event::Logged { step: "map".to_owned(), level, text: "no price list".to_owned() };
        TimelineEntry { at: START, event }
    };
    for (state, expected) in [(DeliveryState::Delivered, 1), (DeliveryState::Dead, 2)] {
        let bench = Bench::new();
        let mut lease = bench.lease().await;
        let id = lease.envelope.message.id;
        lease.envelope.timeline.extend([logged(LogLevel::Info), logged(LogLevel::Warn)]);
        lease.envelope.deliveries = vec![ended(&lease, 0, state, 422)];
        bench.settle(lease, Next::Finish(Ending::Delivered)).await.unwrap();
        let timeline = bench.store.history(id).await.unwrap().unwrap().timeline;
        let lines = timeline.iter().filter(|entry| matches!(entry.event, Event::Logged { .. })).count();
        assert_eq!(lines, expected, "{state:?}");
    }
}

#[tokio::test]
async fn a_skipped_message_ends_with_its_reason_in_its_history() {
    let bench = Bench::new();
    let lease = bench.lease().await;
    let id = lease.envelope.message.id;
    let ending = Ending::Skipped(Fault::new("test-order", "an order of a test customer"));
    assert_eq!(bench.settle(lease, Next::Finish(ending)).await.unwrap().state, MessageState::Skipped);
    let history = bench.store.history(id).await.unwrap().unwrap();
    assert_eq!(history.timeline.last().unwrap().event, Event::Skipped { code: "test-order".to_owned() });
}

#[tokio::test]
async fn each_delivery_that_was_given_up_becomes_a_dead_letter_and_is_published() {
    let bench = Bench::new();
    let mut listener = bench.events.listen();
    let mut lease = bench.lease().await;
    let id = lease.envelope.message.id;
    lease.envelope.deliveries =
        vec![ended(&lease, 0, DeliveryState::Delivered, 200), ended(&lease, 1, DeliveryState::Dead, 422)];
    let settled = bench.settle(lease, Next::Finish(Ending::Delivered)).await.unwrap();
    assert_eq!(settled.state, MessageState::DeadLettered);
    let dead_letters = bench.dead_letters().await;
    let [dead_letter] = dead_letters.as_slice() else { panic!("{dead_letters:?}") };
    assert_eq!((dead_letter.id.message, dead_letter.id.position), (id, Some(1)));
    assert_eq!((dead_letter.stage, dead_letter.attempts.len()), (Stage::Deliver, 1));
    assert_eq!(dead_letter.reason.code, "target-refused-422");
    assert_eq!(dead_letter.reason.text, "status 422 after 1 attempt: its answer");
    assert!(matches!(dead_letter.timeline.last().unwrap().event, Event::DeadLettered { .. }));
    let event = listener.recv().await.unwrap();
    let HostEventKind::DeadLettered { dead_letter: id, attempts, .. } = &event.what else { panic!("{event:?}") };
    assert_eq!((*id, *attempts), (dead_letter.id, 1));
    assert_eq!(bench.metrics.counts().dead_lettered, 1);
}

#[tokio::test]
async fn a_message_that_was_given_up_before_delivery_is_one_dead_letter() {
    let bench = Bench::new();
    let lease = bench.lease().await;
    let settled = bench.settle(lease, Next::Finish(Ending::GivenUp(invalid()))).await.unwrap();
    assert_eq!(settled.state, MessageState::DeadLettered);
    let dead_letters = bench.dead_letters().await;
    let [dead_letter] = dead_letters.as_slice() else { panic!("{dead_letters:?}") };
    assert_eq!((dead_letter.id.position, dead_letter.stage), (None, Stage::Validate));
    assert_eq!((dead_letter.flow_version.as_str(), dead_letter.reason.code.as_str()), ("v1", "invalid"));
    assert_eq!(dead_letter.expires_at, None, "this flow keeps them for ever");
}

#[tokio::test]
async fn a_message_that_waits_is_leased_again_when_it_is_due() {
    let bench = Bench::new();
    let mut lease = bench.lease().await;
    lease.envelope.run = 2;
    let wait = Wait { due: START.after(Duration::from_secs(60)), held: Vec::new() };
    assert!(bench.settle(lease, Next::Wait(wait)).await.is_none());
    assert_eq!(bench.store.depth(&bench.flow).scheduled, 1);
    bench.clock.advance(Duration::from_secs(60));
    assert_eq!(bench.next().await.envelope.run, 2, "as it was put back");
}

/// A gate of this bench's flow, and how often it has woken the queue.
fn gate(bench: &Bench) -> (Arc<Gate>, Arc<AtomicUsize>) {
    let woken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&woken);
    let store = bench.store.clone();
    let flow = bench.flow.clone();
    let wake_queue = Arc::new(move || {
        count.fetch_add(1, Ordering::SeqCst);
        store.wake(&flow);
    });
    let limits = Limits { concurrency: 1, share: None };
    let gate = Gate::new(limits, TargetHealthPolicy::default(), StopFlag::default(), wake_queue);
    (Arc::new(gate), woken)
}

#[tokio::test]
async fn a_message_that_a_gate_held_back_is_leased_again_as_soon_as_that_opens() {
    let bench = Bench::new();
    let (gate, woken) = gate(&bench);
    let lease = bench.lease().await;
    let held = vec![HeldBack { gate: Arc::clone(&gate), since: gate.open_epoch() }];
    bench.settle(lease, Next::Wait(Wait { due: START.after(Duration::from_secs(300)), held })).await;
    assert_eq!(bench.store.depth(&bench.flow).scheduled, 1);
    assert_eq!(woken.load(Ordering::SeqCst), 0, "nothing has opened");
    gate.resume();
    bench.next().await;
}

#[tokio::test]
async fn a_message_whose_gate_opened_while_it_went_back_into_the_queue_is_leased_again_at_once() {
    let bench = Bench::new();
    let (gate, woken) = gate(&bench);
    let lease = bench.lease().await;
    let held = vec![HeldBack { gate: Arc::clone(&gate), since: gate.open_epoch() }];
    gate.resume();
    bench.settle(lease, Next::Wait(Wait { due: START.after(Duration::from_secs(300)), held })).await;
    assert_eq!(woken.load(Ordering::SeqCst), 2, "by the opening, and by the message that missed it");
    bench.next().await;
}

#[tokio::test]
async fn a_store_that_fails_stops_the_host() {
    let bench = Bench::new();
    let lease = bench.lease().await;
    bench.store.clone().close().await.unwrap();
    assert!(bench.settle(lease, Next::Finish(Ending::Delivered)).await.is_none());
    assert!(bench.settler.services.broken.is_cancelled());
    assert_eq!(bench.metrics.counts().delivered, 0, "what isn't written down is not counted");
}
