//! A flow that runs: its definition joined with loaded plugins, opened targets and its metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use gantry_config::Flow;
use gantry_core::{Clock, Envelope, FlowName, PluginRef, RetryPolicy, TargetName};
use gantry_sandbox::Sandbox;
use gantry_schema::Schema;
use gantry_security::Environment;
use gantry_store::Store;
use gantry_transport::target::TargetContext;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::events::Events;
use crate::flow_error::FlowError;
use crate::gate::Gate;
use crate::in_force::InForce;
use crate::metrics::FlowMetrics;
use crate::overrides::StepOverrides;
use crate::samples::Samples;
use crate::step::{PluginStep, RunningStep};
use crate::tables::Tables;
use crate::target_stops::TargetStops;
use crate::targets::{self, RunningTarget};

/// Most plugins of earlier versions that are remembered by name; of older ones the digest is left.
const MAX_RETIRED: usize = 64;

/// What every flow of a host shares.
#[derive(Clone)]
pub struct Shared {
    /// Queue, dead letters and history.
    pub store: Store,
    /// What runs plugins.
    pub sandbox: Sandbox,
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// Which plugins were deployed to which steps, in place of those the flows' files name.
    pub overrides: StepOverrides,
    /// How many plugin calls run at once in the whole host; waiting is first come, first served, so that no flow
    /// starves another.
    pub plugin_threads: Arc<Semaphore>,
    /// Cancelled when the host can't go on, because the store fails.
    pub broken: CancellationToken,
    /// What happens, and where it is published.
    pub events: Events,
    /// Which targets get nothing because somebody said so.
    pub stops: TargetStops,
}

/// A flow with everything it needs to work. Clones are versions of it that share all that did not change.
#[derive(Clone)]
pub struct RunningFlow {
    /// Its name.
    pub name: FlowName,
    /// Digest of its definition.
    pub version: String,
    /// Whether messages that share a key go in order.
    pub ordered: bool,
    /// What messages are held to when they come in.
    pub input_schema: Option<Schema>,
    /// What its messages go through, in order.
    pub steps: Vec<RunningStep>,
    /// Plugins of earlier versions: deliveries that they made may still be on their way.
    pub retired: Vec<PluginRef>,
    /// The last messages it took on: new plugin versions are tried on them.
    pub samples: Arc<Samples>,
    /// Where its deliveries go.
    pub targets: BTreeMap<TargetName, RunningTarget>,
    /// Where a delivery without a route goes.
    pub default_target: TargetName,
    /// How often, and after how long, a plugin may ask for another run.
    pub retry: RetryPolicy,
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
    /// How long dead letters are kept; none: for ever.
    pub keep_dead_letters: Option<std::time::Duration>,
    /// Queue, dead letters and history.
    pub store: Store,
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// How many plugin calls run at once in the whole host.
    pub plugin_threads: Arc<Semaphore>,
    /// Cancelled when the host can't go on.
    pub broken: CancellationToken,
    /// What happens, and where it is published.
    pub events: Events,
    /// Which targets get nothing because somebody said so.
    pub stops: TargetStops,
    /// What it has done.
    pub metrics: FlowMetrics,
}

/// The version of a flow that another one follows.
pub struct Predecessor {
    /// The version.
    pub flow: Arc<RunningFlow>,
    /// Whether its targets would prove themselves as before.
    pub same_secrets: bool,
}

impl RunningFlow {
    /// Loads the plugins and tables and opens the targets. Reports every fault it finds, not just the first.
    pub fn start(
        flow: &Flow,
        shared: &Shared,
        metrics: FlowMetrics,
        env: Environment<'_>,
        predecessor: Option<&Predecessor>,
    ) -> Result<Self, Vec<FlowError>> {
        let mut errors = Vec::new();
        let open =
            predecessor.filter(|predecessor| predecessor.same_secrets).map(|predecessor| &predecessor.flow.targets);
        let context = TargetContext { env, clock: &shared.clock };
        let targets = targets::open(flow, context, open, &shared.stops, &mut errors);
        let steps = load_steps(flow, &shared.sandbox, &shared.overrides, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            name: flow.name.clone(),
            version: flow.version.clone(),
            ordered: flow.ordering == gantry_config::Ordering::Key,
            input_schema: flow.input_schema.clone(),
            retired: predecessor.map(|predecessor| predecessor.flow.retire(&steps)).unwrap_or_default(),
            samples: predecessor.map(|predecessor| Arc::clone(&predecessor.flow.samples)).unwrap_or_default(),
            steps,
            targets,
            default_target: flow.default_target.clone(),
            retry: flow.retry,
            batch_messages: flow.batch_messages,
            batch_bytes: flow.batch_bytes,
            batch_wait: flow.batch_wait,
            in_flight: flow.in_flight,
            in_flight_bytes: flow.in_flight_bytes,
            keep_dead_letters: flow.keep_dead_letters,
            store: shared.store.clone(),
            clock: Arc::clone(&shared.clock),
            plugin_threads: Arc::clone(&shared.plugin_threads),
            broken: shared.broken.clone(),
            events: shared.events.clone(),
            stops: shared.stops.clone(),
            metrics,
        })
    }

    /// The steps with a plugin.
    pub fn plugin_steps(&self) -> impl DoubleEndedIterator<Item = &PluginStep> {
        self.steps.iter().filter_map(RunningStep::plugin)
    }

    /// The same flow with another step in place of the one of that name: the next version of it.
    pub fn with_step(&self, step: PluginStep) -> Self {
        let mut next = self.clone();
        let step = RunningStep::Plugin(Box::new(step));
        next.steps =
            self.steps.iter().map(|old| if old.name() == step.name() { &step } else { old }).cloned().collect();
        next.retired = self.retire(&next.steps);
        next
    }

    /// The plugins that made this message's deliveries; before there are any, those that would.
    pub fn plugins_of(&self, envelope: &Envelope) -> Vec<PluginRef> {
        if envelope.plugins.is_empty() {
            return self.plugin_steps().map(|step| step.plugin_of(&envelope.message).clone()).collect();
        }
        let known: Vec<_> = self.plugin_steps().flat_map(PluginStep::plugins).chain(&self.retired).collect();
        let named = |digest| known.iter().find(|plugin| plugin.digest == digest).map(|plugin| (*plugin).clone());
        // One of before the host's start: its name went with it, and the digest is what counts.
        let unnamed = |digest| PluginRef { name: String::new(), version: String::new(), digest };
        envelope.plugins.iter().map(|digest| named(*digest).unwrap_or_else(|| unnamed(*digest))).collect()
    }

    /// The plugins, as operators see them.
    pub fn plugins_in_force(&self) -> Vec<InForce> {
        let in_force = |step: &PluginStep| {
            let PluginRef { name, version, digest } = step.server.reference().clone();
            InForce { step: step.name.clone(), name, version, digest, on_trial: step.on_canary().cloned() }
        };
        self.plugin_steps().map(in_force).collect()
    }

    /// The gates before the targets, as operators see them.
    pub fn gates(&self) -> BTreeMap<TargetName, Arc<Gate>> {
        self.targets.iter().map(|(name, target)| (name.clone(), Arc::clone(&target.gate))).collect()
    }

    /// All plugins known here that `steps` don't use, the newest first.
    fn retire(&self, steps: &[RunningStep]) -> Vec<PluginRef> {
        let used: Vec<_> = steps.iter().filter_map(RunningStep::plugin).flat_map(PluginStep::plugins).collect();
        let all = self.plugin_steps().flat_map(PluginStep::plugins).chain(&self.retired);
        all.filter(|plugin| !used.contains(plugin)).take(MAX_RETIRED).cloned().collect()
    }

    /// The span that everything logged about this message stands in.
    pub fn span(&self, envelope: &Envelope) -> tracing::Span {
        let last = self.plugin_steps().next_back().map(|step| step.plugin_of(&envelope.message));
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

/// Everything [`RunningFlow::start`] would find wrong, without a store and without keeping anything.
pub fn check(flow: &Flow, sandbox: &Sandbox, context: TargetContext<'_>) -> Vec<FlowError> {
    let mut errors = Vec::new();
    targets::check(flow, context, &mut errors);
    load_steps(flow, sandbox, &StepOverrides::default(), &mut errors);
    errors
}

/// Loads and prepares the plugins of a flow; every fault is added to `errors`.
fn load_steps(
    flow: &Flow,
    sandbox: &Sandbox,
    overrides: &StepOverrides,
    errors: &mut Vec<FlowError>,
) -> Vec<RunningStep> {
    let tables = match Tables::load(&flow.tables) {
        Ok(tables) => Arc::new(tables),
        Err(faults) => {
            errors.extend(faults.into_iter().map(|(table, source)| FlowError::Table {
                flow: flow.name.clone(),
                table,
                source,
            }));
            Arc::new(Tables::default())
        }
    };
    let routes: BTreeSet<_> = flow.targets.keys().cloned().collect();
    let mut steps = Vec::with_capacity(flow.steps.len());
    for step in &flow.steps {
        let deployed = overrides.at(&flow.name, &step.name);
        match RunningStep::load(flow, step, sandbox, &routes, &tables, &deployed) {
            Ok(step) => steps.push(step),
            Err(error) => errors.push(error),
        }
    }
    steps
}
