//! What happens to leased messages in the steps, and when the host panics.

use std::sync::Arc;

use gantry_core::clock::ManualClock;
use gantry_core::{Event, Outcome};
use gantry_store::{NewMessage, Store, StoreConfig};

use super::*;
use crate::fixtures::{START, envelope};
use crate::metrics::Metrics;
use crate::scripted::{Scripted, emit, payload};
use crate::step::{Ask, RunningStep};

/// A transformer, and a store from which its messages are leased.
struct Bench {
    transformer: Arc<Transformer>,
    store: Store,
    flow: FlowName,
    _dir: tempfile::TempDir,
}

impl Bench {
    fn of(steps: &[&Arc<Scripted>]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(START));
        let store = Store::open(dir.path(), StoreConfig::new(Arc::clone(&clock))).unwrap();
        let flow: FlowName = "orders".parse().unwrap();
        let steps = steps.iter().map(|step| RunningStep::Scripted(Arc::clone(step) as Arc<dyn Ask>));
        let services = TransformServices {
            clock,
            plugin_threads: Arc::new(Semaphore::new(1)),
            metrics: Metrics::new().unwrap().flow("orders"),
        };
        let transformer = Transformer::scripted(flow.clone(), Steps::scripted(steps.collect()), services);
        Self { transformer: Arc::new(transformer), store, flow, _dir: dir }
    }

    /// Queues messages with these payloads, leases them as one batch and runs it.
    async fn run(&self, texts: &[&str]) -> Vec<Transformed> {
        self.store.enqueue(texts.iter().map(|text| message(text)).collect()).await.unwrap();
        let batch = self.store.lease(&self.flow, texts.len(), usize::MAX).await.unwrap();
        assert_eq!(batch.len(), texts.len());
        self.transformer.run(batch).await
    }
}

fn message(text: &str) -> NewMessage {
    let mut envelope = envelope();
    envelope.message.payload = text.to_owned().into();
    NewMessage { envelope, dedupe_window: None, idempotency: None, signed: None }
}

/// The result for a message: what is sent, or the code that it ended with.
fn summary(transformed: &Transformed) -> String {
    match &transformed.verdict {
        Verdict::Deliver => {
            let sent = transformed.lease.envelope.deliveries.iter();
            sent.map(|delivery| String::from_utf8_lossy(&delivery.payload).into_owned()).collect::<Vec<_>>().join("+")
        }
        Verdict::Skip(fault) | Verdict::RunAgain { fault, .. } => fault.code.clone(),
        Verdict::GiveUp(failure) => format!("{}: {}", failure.stage.name(), failure.reason.code),
    }
}

/// A step that makes the host panic on each message with the payload `panic`.
fn panicking() -> Arc<Scripted> {
    Arc::new(Scripted::new("map", |question| match payload(question.invocation.message).as_str() {
        "panic" => panic!("a panic of the host, as this test wants it"),
        text => emit(&[&text.to_uppercase()]),
    }))
}

#[tokio::test]
async fn what_the_steps_emit_becomes_deliveries_and_an_entry_in_the_timeline() {
    let step = Arc::new(Scripted::new("split", |_| emit(&["one", "two"])));
    let transformed = Bench::of(&[&step]).run(&["order"]).await.pop().unwrap();
    assert_eq!(summary(&transformed), "one+two");
    let envelope = transformed.lease.envelope;
    assert_eq!(envelope.plugins, [step.component()]);
    let targets: Vec<_> = envelope.deliveries.iter().map(|delivery| delivery.target.as_str()).collect();
    assert_eq!(targets, ["api", "api"]);
    let made = Event::Transformed { outputs: 2, plugins: vec![step.component()] };
    assert_eq!(envelope.timeline.last().map(|entry| &entry.event), Some(&made));
}

#[tokio::test]
async fn a_message_that_has_deliveries_is_not_run_again() {
    let step = Arc::new(Scripted::new("map", |_| emit(&["mapped"])));
    let bench = Bench::of(&[&step]);
    let first = bench.run(&["order"]).await.pop().unwrap();
    let deliveries = first.lease.envelope.deliveries.clone();
    let again = bench.transformer.run(vec![first.lease]).await.pop().unwrap();
    assert!(matches!(again.verdict, Verdict::Deliver));
    assert_eq!(again.lease.envelope.deliveries, deliveries);
    assert_eq!(step.calls().len(), 1);
}

#[tokio::test]
async fn a_message_that_makes_the_host_panic_twice_is_given_up_and_its_neighbours_are_not() {
    let step = panicking();
    let results: Vec<_> = Bench::of(&[&step]).run(&["a", "panic", "z"]).await.iter().map(summary).collect();
    assert_eq!(results, ["A", "transform: host-panic", "Z"]);
    let calls: Vec<_> = step.calls().into_iter().map(|call| call.join(" ")).collect();
    assert_eq!(calls, ["a panic z", "a", "panic", "z"], "once together, then one by one");
}

#[tokio::test]
async fn a_message_that_makes_the_host_panic_alone_is_run_once_more_before_it_is_given_up() {
    let step = panicking();
    let results: Vec<_> = Bench::of(&[&step]).run(&["panic"]).await.iter().map(summary).collect();
    assert_eq!((results, step.calls().len()), (vec!["transform: host-panic".to_owned()], 2));
}

#[tokio::test]
async fn a_panic_that_does_not_come_back_costs_no_message_its_delivery() {
    let is_first = std::sync::atomic::AtomicBool::new(true);
    let step = Arc::new(Scripted::new("map", move |_| {
        assert!(!is_first.swap(false, std::sync::atomic::Ordering::Relaxed), "the first call panics");
        emit(&["mapped"])
    }));
    let results: Vec<_> = Bench::of(&[&step]).run(&["a", "b"]).await.iter().map(summary).collect();
    assert_eq!(results, ["mapped", "mapped"]);
}

#[tokio::test]
async fn the_inputs_of_a_step_have_the_index_of_their_message_and_are_not_counted() {
    let split = Arc::new(Scripted::new("split", |question| match payload(question.invocation.message).as_str() {
        "bad" => Ok(Outcome::Reject(gantry_core::Fault::new("bad", ""))),
        text => emit(&[&format!("{text}1"), &format!("{text}2")]),
    }));
    let never = Arc::new(Scripted::new("never", |_| emit(&[])));
    let bench = Bench::of(&[&split, &never]);
    let messages = ["a", "bad", "z"].map(|text| message(text).envelope.message);
    let inputs = bench.transformer.inputs_of_step(1, &messages.iter().collect::<Vec<_>>(), START);
    let inputs: Vec<_> = inputs.iter().map(|(owner, message)| (*owner, payload(message))).collect();
    assert_eq!(inputs, [(0, "a1"), (0, "a2"), (2, "z1"), (2, "z2")].map(|(owner, text)| (owner, text.to_owned())));
    assert!(never.calls().is_empty(), "the step itself is not asked");
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_sent_and_what_would_fail_and_counts_nothing() {
    let map = Arc::new(Scripted::new("map", |question| match payload(question.invocation.message).as_str() {
        "skip" => Ok(Outcome::Skip(gantry_core::Fault::new("not-ours", "another shop"))),
        "reject" => Ok(Outcome::Reject(gantry_core::Fault::new("no-price", "article 4711 has no price"))),
        text => emit(&[&text.to_uppercase()]),
    }));
    let bench = Bench::of(&[&map]);
    let envelopes = ["a", "skip", "reject"].map(|text| message(text).envelope);
    let results = bench.transformer.dry_run(&envelopes);
    let [DryRun::Deliver(deliveries), DryRun::Skip(fault), DryRun::GiveUp { stage, reason, .. }] = &results[..] else {
        panic!("{results:?}")
    };
    assert_eq!((deliveries.len(), &deliveries[0].payload[..]), (1, &b"A"[..]));
    assert_eq!((fault.code.as_str(), *stage, reason.code.as_str()), ("not-ours", Stage::Transform, "no-price"));
    assert_eq!(bench.transformer.samples().last(10).len(), 0, "they are no samples for a rollout");
}
