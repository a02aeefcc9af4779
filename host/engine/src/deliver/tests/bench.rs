//! A flow with one scripted target and a manual clock: no store, no network.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use gantry_config::Target as TargetConfig;
use gantry_core::clock::ManualClock;
use gantry_core::{
    BreakerPolicy, Clock, DeliveryState, Envelope, FlowName, HostEvent, HostEventKind, RetryPolicy, TargetHealthPolicy,
    TargetName, TargetStop,
};
use gantry_store::{NewMessage, StoreError};
use gantry_transport::target::http::HttpTarget;
use gantry_transport::target::{Accepted, Failure, ProbeError, Request, Target};
use parking_lot::Mutex;
use tokio::sync::{Notify, broadcast};

use crate::deliver::{Deliverer, DeliveryServices};
use crate::events::Events;
use crate::fixtures::{self, START, target_name};
use crate::gate::{Gate, Limits};
use crate::metrics::{FlowMetrics, Metrics};
use crate::state::{Ending, Next, Verdict, Wait};
use crate::target_stops::{RecordStop, StopFlag};
use crate::targets::RunningTarget;

pub(super) const SECOND: Duration = Duration::from_secs(1);

/// Three attempts, a second after the first and two after the second.
const RETRY: RetryPolicy = RetryPolicy {
    attempts: 3,
    base: SECOND,
    cap: Duration::from_secs(60),
    retry_after_cap: Duration::from_secs(90),
    jitter: false,
};

/// Answers by its script, and with 200 when the script is empty.
#[derive(Default)]
pub(super) struct ScriptedTarget {
    pub(super) answers: Mutex<VecDeque<Result<Accepted, Failure>>>,
    /// Position and number of each attempt.
    pub(super) attempts: Mutex<Vec<(u32, u32)>>,
}

#[async_trait]
impl Target for ScriptedTarget {
    async fn send(&self, request: Request<'_>) -> Result<Accepted, Failure> {
        self.attempts.lock().push((request.delivery.position, request.attempt));
        let answer = self.answers.lock().pop_front();
        answer.unwrap_or_else(|| Ok(Accepted { status: Some(200), ..Accepted::default() }))
    }

    async fn probe(&self) -> Result<(), ProbeError> {
        Ok(())
    }
}

/// Takes what is sent, and answers only when notified.
#[derive(Default)]
pub(super) struct HangingTarget {
    pub(super) go_on: Notify,
}

#[async_trait]
impl Target for HangingTarget {
    async fn send(&self, _: Request<'_>) -> Result<Accepted, Failure> {
        self.go_on.notified().await;
        Ok(Accepted { status: Some(200), ..Accepted::default() })
    }

    async fn probe(&self) -> Result<(), ProbeError> {
        Ok(())
    }
}

/// Keeps the stop of the only target in memory.
struct StopInMemory(StopFlag);

#[async_trait]
impl RecordStop for StopInMemory {
    async fn record(
        &self,
        _: &FlowName,
        _: &TargetName,
        stop: TargetStop,
        _: Vec<NewMessage>,
    ) -> Result<(), StoreError> {
        *self.0.lock() = Some(stop);
        Ok(())
    }
}

/// A flow with one scripted target, `api`.
pub(super) struct Bench {
    pub(super) deliverer: Deliverer,
    pub(super) target: Arc<ScriptedTarget>,
    pub(super) gate: Arc<Gate>,
    pub(super) stop: StopFlag,
    pub(super) clock: ManualClock,
    pub(super) metrics: FlowMetrics,
    pub(super) events: broadcast::Receiver<Arc<HostEvent>>,
    /// How often messages that were held back were woken.
    pub(super) woken: Arc<AtomicUsize>,
}

/// What a bench is built with.
pub(super) struct Setting {
    pub(super) url: &'static str,
    pub(super) is_ordered: bool,
    pub(super) breaker: Option<BreakerPolicy>,
}

impl Default for Setting {
    fn default() -> Self {
        Self { url: "https://api.example/orders", is_ordered: true, breaker: None }
    }
}

impl Setting {
    pub(super) fn build(self) -> Bench {
        let clock = ManualClock::at(START);
        let stop = StopFlag::default();
        let woken = Arc::new(AtomicUsize::new(0));
        let config = self.config();
        let gate = Arc::new(gate(&config, stop.clone(), Arc::clone(&woken)));
        let target = Arc::new(ScriptedTarget::default());
        let running = RunningTarget::new(&config, Arc::clone(&target) as Arc<dyn Target>, Arc::clone(&gate), None);
        let host_clock: Arc<dyn Clock> = Arc::new(clock.clone());
        let all = Metrics::new().unwrap();
        let metrics = all.flow("orders");
        let (events, _outbox) = Events::new(all, Arc::clone(&host_clock), "gantry");
        let receiver = events.listen();
        let stops = Arc::new(StopInMemory(stop.clone()));
        let services = DeliveryServices { clock: host_clock, metrics: metrics.clone(), events, stops };
        let targets = BTreeMap::from([(target_name("api"), running)]);
        let deliverer = Deliverer::new("orders".parse().unwrap(), self.is_ordered, targets, services);
        Bench { deliverer, target, gate, stop, clock, metrics, events: receiver, woken }
    }

    pub(super) fn config(&self) -> TargetConfig {
        let http = HttpTarget { connect_timeout: SECOND, timeout: SECOND, ..HttpTarget::to(self.url) };
        TargetConfig {
            settings: Arc::new(http),
            schema: None,
            concurrency: 4,
            retry: RETRY.into(),
            health: TargetHealthPolicy { breaker: self.breaker, ..TargetHealthPolicy::default() },
            after: None,
        }
    }
}

pub(super) fn gate(config: &TargetConfig, stop: StopFlag, woken: Arc<AtomicUsize>) -> Gate {
    let limits = Limits { concurrency: config.concurrency, share: None };
    let wake_queue = Arc::new(move || {
        woken.fetch_add(1, Ordering::SeqCst);
    });
    Gate::new(limits, config.health, stop, wake_queue)
}

impl Bench {
    pub(super) fn new() -> Self {
        Setting::default().build()
    }

    /// Adds failures that the target answers with, in this order.
    pub(super) fn answers(&self, answers: impl IntoIterator<Item = Failure>) {
        self.target.answers.lock().extend(answers.into_iter().map(Err));
    }

    /// One run of the message; none when nothing is pending any more.
    pub(super) async fn run(&self, envelope: &mut Envelope) -> Option<Wait> {
        match self.deliverer.next(envelope, Verdict::Deliver).await {
            Next::Wait(wait) => Some(wait),
            Next::Finish(Ending::Delivered) => None,
            Next::Finish(_) => unreachable!("deliveries end as deliveries"),
        }
    }

    /// Positions that were attempted, in order.
    pub(super) fn attempted(&self) -> Vec<u32> {
        self.target.attempts.lock().iter().map(|(position, _)| *position).collect()
    }

    /// What was published since the last call.
    pub(super) fn published(&mut self) -> Vec<HostEventKind> {
        std::iter::from_fn(|| self.events.try_recv().ok()).map(|event| event.what.clone()).collect()
    }

    pub(super) fn times_woken(&self) -> usize {
        self.woken.load(Ordering::SeqCst)
    }
}

pub(super) fn status(status: u16) -> Failure {
    Failure::of_status(status)
}

/// A message with deliveries to these targets.
pub(super) fn message_to(targets: &[&str]) -> Envelope {
    let mut envelope = fixtures::envelope();
    let deliveries = (0..).zip(targets).map(|(position, target)| fixtures::delivery(&envelope, position, target));
    envelope.deliveries = deliveries.collect();
    envelope
}

pub(super) fn states(envelope: &Envelope) -> Vec<DeliveryState> {
    envelope.deliveries.iter().map(|delivery| delivery.state).collect()
}
