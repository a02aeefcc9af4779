//! A running flow: what transforms, delivers and settles its messages, and how much its worker takes at once. It is built
//! from its definition as a whole, and the next version replaces it as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gantry_config::{Flow, Ordering};
use gantry_core::{Clock, Envelope, FlowName, TargetName};
use gantry_sandbox::Sandbox;
use gantry_security::Environment;
use gantry_store::Store;
use gantry_transport::target::TargetContext;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::dead_letter::DeadLetterWriter;
use crate::dead_letter_room::DeadLetterRoom;
use crate::deliver::{Deliverer, DeliveryServices};
use crate::events::Events;
use crate::flow_error::FlowError;
use crate::gate::{Gate, WakeQueue};
use crate::metrics::FlowMetrics;
use crate::overrides::StepOverrides;
use crate::samples::Samples;
use crate::settle::{SettleServices, Settler};
use crate::step::PluginStep;
use crate::steps::Steps;
use crate::target_stops::TargetStops;
use crate::targets::{self, GateServices, RunningTarget};
use crate::transformer::{TransformServices, Transformer};

/// What every flow of a host shares.
#[derive(Clone)]
pub struct Shared {
    /// Queue, dead letters and history.
    pub store: Store,
    /// The sandbox that runs plugins.
    pub sandbox: Sandbox,
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// The plugins deployed to steps, in place of those that the flows' files name.
    pub overrides: StepOverrides,
    /// How many plugin calls run at once in the whole host. They wait first come, first served, so that no flow starves
    /// another.
    pub plugin_threads: Arc<Semaphore>,
    /// Cancelled when the host can't go on because the store failed.
    pub broken: CancellationToken,
    /// Where host events are published.
    pub events: Events,
    /// The targets that are paused or disabled.
    pub stops: TargetStops,
    /// Whether more dead letters may arise.
    pub dead_letters: DeadLetterRoom,
}

/// A flow with everything it needs to run. Clones share everything that did not change between versions.
#[derive(Clone)]
pub struct RunningFlow {
    /// Its name.
    pub name: FlowName,
    /// Digest of its definition.
    pub version: String,
    /// Turns messages into deliveries.
    pub transformer: Arc<Transformer>,
    /// Sends deliveries.
    pub deliverer: Arc<Deliverer>,
    /// Writes to the store how messages end.
    pub settler: Arc<Settler>,
    /// Most messages a plugin is given at once.
    pub batch_messages: usize,
    /// Most payload bytes a plugin is given at once.
    pub batch_bytes: usize,
    /// How long a batch waits to fill up.
    pub batch_wait: Duration,
    /// Most messages between lease and settlement.
    pub in_flight: usize,
    /// Most bytes between lease and settlement.
    pub in_flight_bytes: usize,
    /// Most bytes of dead letters that are open or acknowledged.
    pub dead_letter_bytes: u64,
    /// Whether more of them may arise.
    pub dead_letters: DeadLetterRoom,
    /// Where messages are leased.
    pub store: Store,
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// Cancelled when the host can't go on.
    pub broken: CancellationToken,
    /// Its metrics.
    pub metrics: FlowMetrics,
}

/// The version of a flow that is in force before the next one.
pub struct Predecessor {
    /// The version.
    pub flow: Arc<RunningFlow>,
    /// Whether its targets would log in with the same secrets as before.
    pub same_secrets: bool,
}

/// The parts of a flow, loaded and open.
struct Parts {
    steps: Arc<Steps>,
    samples: Arc<Samples>,
    targets: BTreeMap<TargetName, RunningTarget>,
}

impl RunningFlow {
    /// Loads the plugins and tables and opens the targets. Reports all faults, not just the first.
    pub fn start(
        flow: &Flow,
        shared: &Shared,
        metrics: FlowMetrics,
        env: Environment<'_>,
        predecessor: Option<&Predecessor>,
    ) -> Result<Self, Vec<FlowError>> {
        let parts = Parts::load(flow, shared, env, predecessor)?;
        Ok(Self::of(flow, shared, metrics, parts))
    }

    fn of(flow: &Flow, shared: &Shared, metrics: FlowMetrics, parts: Parts) -> Self {
        let Parts { steps, samples, targets } = parts;
        let name = &flow.name;
        let is_ordered = flow.ordering == Ordering::Key;
        let deliverer = Deliverer::new(name.clone(), is_ordered, targets, shared.delivery_services(&metrics));
        let version = flow.version.clone();
        let dead_letters = DeadLetterWriter::new(name.clone(), version, flow.keep_dead_letters, Arc::clone(&steps));
        let settler = Settler::new(name.clone(), dead_letters, shared.settle_services(&metrics));
        let transformer = Transformer::new(flow, steps, samples, shared.transform_services(&metrics));
        Self {
            name: name.clone(),
            version: flow.version.clone(),
            transformer: Arc::new(transformer),
            deliverer: Arc::new(deliverer),
            settler: Arc::new(settler),
            batch_messages: flow.batch_messages,
            batch_bytes: flow.batch_bytes,
            batch_wait: flow.batch_wait,
            in_flight: flow.in_flight,
            in_flight_bytes: flow.in_flight_bytes,
            dead_letter_bytes: flow.dead_letter_bytes,
            dead_letters: shared.dead_letters.clone(),
            store: shared.store.clone(),
            clock: Arc::clone(&shared.clock),
            broken: shared.broken.clone(),
            metrics,
        }
    }

    /// The next version of the flow: the same, but with this step in place of the step of the same name.
    #[must_use]
    pub fn with_step(&self, step: PluginStep) -> Self {
        let steps = Arc::new(self.transformer.steps().with(step));
        Self {
            transformer: Arc::new(self.transformer.with_steps(Arc::clone(&steps))),
            settler: Arc::new(self.settler.with_steps(steps)),
            ..self.clone()
        }
    }

    /// The gates before the targets, as operators see them.
    #[must_use]
    pub fn gates(&self) -> BTreeMap<TargetName, Arc<Gate>> {
        let targets = self.deliverer.targets().iter();
        targets.map(|(name, target)| (name.clone(), Arc::clone(&target.gate))).collect()
    }

    /// The span for everything that is logged about this message.
    pub fn span(&self, envelope: &Envelope) -> tracing::Span {
        let last = self.transformer.steps().last_plugin_of(&envelope.message);
        tracing::info_span!(
            "message",
            message_id = %envelope.message.id,
            flow = %self.name,
            plugin = last.map_or("", |plugin| plugin.name.as_str()),
            plugin_version = last.map_or("", |plugin| plugin.version.as_str()),
            attempt = envelope.run,
        )
    }
}

impl Parts {
    /// Loads the parts, and takes over from the version before what did not change.
    fn load(
        flow: &Flow,
        shared: &Shared,
        env: Environment<'_>,
        predecessor: Option<&Predecessor>,
    ) -> Result<Self, Vec<FlowError>> {
        let mut errors = Vec::new();
        let open = predecessor.filter(|predecessor| predecessor.same_secrets);
        let open = open.map(|predecessor| predecessor.flow.deliverer.targets());
        let gates = GateServices { stops: &shared.stops, wake_queue: shared.wake_queue(&flow.name) };
        let context = TargetContext { env, clock: &shared.clock };
        let targets = targets::open(flow, context, open, &gates, &mut errors);
        let before = predecessor.map(|predecessor| &**predecessor.flow.transformer.steps());
        let steps = Steps::load(flow, &shared.sandbox, &shared.overrides, before, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(match predecessor.map(|predecessor| &predecessor.flow.transformer) {
            Some(before) => {
                let steps = steps.following(before.steps());
                Self { steps: Arc::new(steps), samples: Arc::clone(before.samples()), targets }
            }
            None => Self { steps: Arc::new(steps), samples: Arc::default(), targets },
        })
    }
}

impl Shared {
    /// A callback that wakes the held messages of a flow.
    fn wake_queue(&self, flow: &FlowName) -> WakeQueue {
        let store = self.store.clone();
        let flow = flow.clone();
        Arc::new(move || store.wake(&flow))
    }

    fn transform_services(&self, metrics: &FlowMetrics) -> TransformServices {
        TransformServices {
            clock: Arc::clone(&self.clock),
            plugin_threads: Arc::clone(&self.plugin_threads),
            metrics: metrics.clone(),
        }
    }

    fn delivery_services(&self, metrics: &FlowMetrics) -> DeliveryServices {
        DeliveryServices {
            clock: Arc::clone(&self.clock),
            metrics: metrics.clone(),
            events: self.events.clone(),
            stops: Arc::new(self.stops.clone()),
        }
    }

    fn settle_services(&self, metrics: &FlowMetrics) -> SettleServices {
        SettleServices {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            metrics: metrics.clone(),
            events: self.events.clone(),
            broken: self.broken.clone(),
        }
    }
}

/// Everything that [`RunningFlow::start`] would report, without a store; keeps nothing.
pub fn check(flow: &Flow, sandbox: &Sandbox, context: TargetContext<'_>) -> Vec<FlowError> {
    let mut errors = Vec::new();
    targets::check(flow, context, &mut errors);
    Steps::load(flow, sandbox, &StepOverrides::default(), None, &mut errors);
    errors
}
