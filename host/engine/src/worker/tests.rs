//! A panic of the host on one message affects that message and no other.

use std::collections::BTreeMap;

use async_trait::async_trait;
use gantry_config::{HostConfig, SettingsInForce, Target as TargetConfig};
use gantry_core::clock::ManualClock;
use gantry_core::{Clock, FlowName, RetryPolicy, Stage, TargetHealthPolicy, TargetName};
use gantry_store::{Filter, NewMessage, Page, Store, StoreConfig};
use gantry_transport::target::file::FileTarget;
use gantry_transport::target::{Accepted, Failure, ProbeError, Request, Target};
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use super::*;
use crate::dead_letter::DeadLetterWriter;
use crate::dead_letter_room::DeadLetterRoom;
use crate::deliver::{Deliverer, DeliveryServices};
use crate::events::Events;
use crate::fixtures::{START, envelope, target_name};
use crate::gate::{Gate, Limits};
use crate::metrics::Metrics;
use crate::settle::{SettleServices, Settler};
use crate::target_stops::{StopFlag, TargetStops};
use crate::targets::RunningTarget;
use crate::transformer::{TransformServices, Transformer};

/// Makes the host panic on each delivery with the payload `panic`, and accepts the others.
#[derive(Default)]
struct PanickingTarget {
    sent: Mutex<Vec<String>>,
}

#[async_trait]
impl Target for PanickingTarget {
    async fn send(&self, request: Request<'_>) -> Result<Accepted, Failure> {
        let text = String::from_utf8_lossy(&request.delivery.payload).into_owned();
        let is_panic = text == "panic";
        self.sent.lock().push(text);
        assert!(!is_panic, "a panic of the host, as this test wants it");
        Ok(Accepted { status: Some(200), ..Accepted::default() })
    }

    async fn probe(&self) -> Result<(), ProbeError> {
        Ok(())
    }
}

/// A flow without steps, with one target, `api`.
struct Bench {
    flow: Arc<RunningFlow>,
    target: Arc<PanickingTarget>,
    faults: Arc<HostFaults>,
    _dir: tempfile::TempDir,
}

impl Bench {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(START));
        let store = Store::open(dir.path(), StoreConfig::new(Arc::clone(&clock))).unwrap();
        let target = Arc::new(PanickingTarget::default());
        let flow = Arc::new(running_flow(store, clock, Arc::clone(&target)).await);
        Self { flow, target, faults: Arc::new(HostFaults::without_pauses()), _dir: dir }
    }

    async fn enqueue(&self, texts: &[&str]) {
        let messages = texts.iter().map(|text| message(text)).collect();
        self.flow.store.enqueue(messages).await.unwrap();
    }

    /// Leases what there is as one batch, and processes it.
    async fn work(&self) {
        let mut in_flight = InFlightLimit::new(10, 1 << 20);
        let (batch, permits) = lease(&self.flow, &mut in_flight).await.unwrap();
        process(Arc::clone(&self.flow), batch, permits, Arc::clone(&self.faults), CancellationToken::new()).await;
    }

    /// Code and stage of each dead letter.
    async fn dead_letters(&self) -> Vec<(String, Stage)> {
        let page = Page::first(10);
        let found = self.flow.store.dead_letters(Filter::default(), page).await.unwrap().dead_letters;
        found.into_iter().map(|found| (found.reason.code, found.stage)).collect()
    }

    fn sent(&self) -> Vec<String> {
        std::mem::take(&mut *self.target.sent.lock())
    }
}

fn message(text: &str) -> NewMessage {
    let mut envelope = envelope();
    envelope.message.payload = text.to_owned().into();
    NewMessage { envelope, dedupe_window: None, idempotency: None, signed: None }
}

async fn running_flow(store: Store, clock: Arc<dyn Clock>, target: Arc<PanickingTarget>) -> RunningFlow {
    let name: FlowName = "orders".parse().unwrap();
    let all = Metrics::new().unwrap();
    let metrics = all.flow("orders");
    let (events, _outbox) = Events::new(all, Arc::clone(&clock), "gantry");
    let broken = CancellationToken::new();
    let transforming = TransformServices {
        clock: Arc::clone(&clock),
        plugin_threads: Arc::new(Semaphore::new(1)),
        metrics: metrics.clone(),
    };
    let delivering = DeliveryServices {
        clock: Arc::clone(&clock),
        metrics: metrics.clone(),
        events: events.clone(),
        stops: Arc::new(TargetStops::load(store.clone()).await.unwrap()),
    };
    let settling = SettleServices {
        store: store.clone(),
        clock: Arc::clone(&clock),
        metrics: metrics.clone(),
        events,
        broken: broken.clone(),
    };
    let transformer = Transformer::scripted(name.clone(), crate::steps::Steps::default(), transforming);
    let dead_letters = DeadLetterWriter::new(name.clone(), "v1".to_owned(), None, Arc::default());
    RunningFlow {
        name: name.clone(),
        version: "v1".to_owned(),
        transformer: Arc::new(transformer),
        deliverer: Arc::new(Deliverer::new(name.clone(), true, targets(target), delivering)),
        settler: Arc::new(Settler::new(name, dead_letters, settling)),
        batch_messages: 10,
        batch_bytes: 1 << 20,
        batch_wait: std::time::Duration::ZERO,
        in_flight: 10,
        in_flight_bytes: 1 << 20,
        dead_letter_bytes: u64::MAX,
        dead_letters: DeadLetterRoom::new(store.clone(), SettingsInForce::new(HostConfig::default()), clock.clone()),
        store,
        clock,
        broken,
        metrics,
    }
}

fn targets(target: Arc<PanickingTarget>) -> BTreeMap<TargetName, RunningTarget> {
    let config = TargetConfig {
        settings: Arc::new(FileTarget { path: "unused".into() }),
        schema: None,
        concurrency: 4,
        retry: RetryPolicy::default().into(),
        health: TargetHealthPolicy::default(),
        after: None,
    };
    let limits = Limits { concurrency: 4, share: None };
    let gate = Gate::new(limits, TargetHealthPolicy::default(), StopFlag::default(), Arc::new(|| ()));
    BTreeMap::from([(target_name("api"), RunningTarget::new(&config, target, Arc::new(gate), None))])
}

#[tokio::test]
async fn a_message_that_makes_the_host_panic_on_delivery_is_given_up_the_second_time() {
    let bench = Bench::new().await;
    bench.enqueue(&["panic"]).await;
    for _ in 0..2 {
        bench.work().await;
        assert_eq!(bench.sent(), ["panic"]);
        assert_eq!(bench.flow.store.backlog(&bench.flow.name).messages, 1, "it is back in the queue");
    }
    bench.work().await;
    assert_eq!(bench.dead_letters().await, [("host-panic".to_owned(), Stage::Deliver)]);
    assert!(bench.sent().is_empty(), "it is not sent a third time");
    assert_eq!(bench.flow.store.backlog(&bench.flow.name).messages, 0);
}

#[tokio::test]
async fn a_message_that_makes_the_host_panic_takes_none_of_its_batch_with_it() {
    let bench = Bench::new().await;
    bench.enqueue(&["a", "panic", "z"]).await;
    bench.work().await;
    let mut sent = bench.sent();
    sent.sort();
    assert_eq!(sent, ["a", "panic", "z"]);
    assert_eq!(bench.flow.store.backlog(&bench.flow.name).messages, 1, "only the one is back in the queue");
}

#[tokio::test]
async fn a_panic_that_does_not_come_back_is_forgotten() {
    let bench = Bench::new().await;
    bench.enqueue(&["fine"]).await;
    let lease = bench.flow.store.lease(&bench.flow.name, 1, usize::MAX).await.unwrap().pop().unwrap();
    let message = lease.envelope.message.id;
    bench.faults.count(message);
    drop(lease);
    bench.work().await;
    assert_eq!(bench.sent(), ["fine"]);
    assert_eq!(bench.faults.pause(message), None);
}
