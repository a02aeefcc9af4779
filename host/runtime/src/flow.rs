//! A flow that runs: its definition joined with loaded plugins, opened targets and its metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use gantry_config::Flow;
use gantry_core::{Clock, Envelope, FlowName, PluginRef, RetryPolicy, TargetName};
use gantry_sandbox::{LoadError, PrepareError, Sandbox};
use gantry_schema::Schema;
use gantry_security::Environment;
use gantry_store::Store;
use gantry_transport::target::BuildError;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::deploy::{InForceMap, Samples};
use crate::events::Events;
use crate::gate::Gate;
use crate::metrics::FlowMetrics;
use crate::roster::InForce;
use crate::step::{PluginStep, RunningStep};
use crate::switchboard::Switchboard;
use crate::tables::{TableError, Tables};
use crate::targets::{self, RunningTarget};

/// Most plugins of earlier versions that are remembered by name; of older ones the digest is left.
const MAX_RETIRED: usize = 64;

/// What every flow of a host shares.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Arc<dyn Clock>,
    /// Which plugins were deployed to which steps, in place of those the flows' files name.
    pub(crate) deployed: InForceMap,
    /// How many plugin calls run at once in the whole host; waiting is first come, first served, so that no flow
    /// starves another.
    pub(crate) plugin_threads: Arc<Semaphore>,
    /// Cancelled when the host can't go on, because the store fails.
    pub(crate) broken: CancellationToken,
    pub(crate) events: Events,
    pub(crate) switches: Switchboard,
}

/// A flow with everything it needs to work. Clones are versions of it that share all that did not change.
#[derive(Clone)]
pub(crate) struct RunningFlow {
    pub(crate) name: FlowName,
    pub(crate) version: String,
    pub(crate) ordered: bool,
    /// What messages are held to when they come in.
    pub(crate) input_schema: Option<Schema>,
    pub(crate) steps: Vec<RunningStep>,
    /// Plugins of earlier versions: deliveries that they made may still be on their way.
    pub(crate) retired: Vec<PluginRef>,
    /// The last messages it took on: new plugin versions are tried on them.
    pub(crate) samples: Arc<Samples>,
    pub(crate) targets: BTreeMap<TargetName, RunningTarget>,
    pub(crate) default_target: TargetName,
    pub(crate) retry: RetryPolicy,
    pub(crate) batch_messages: usize,
    pub(crate) batch_bytes: usize,
    pub(crate) batch_wait: Duration,
    pub(crate) in_flight: usize,
    pub(crate) in_flight_bytes: usize,
    pub(crate) keep_dead_letters: Option<std::time::Duration>,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) plugin_threads: Arc<Semaphore>,
    pub(crate) broken: CancellationToken,
    pub(crate) events: Events,
    pub(crate) switches: Switchboard,
    pub(crate) metrics: FlowMetrics,
}

/// The version of a flow that another one follows.
pub(crate) struct Predecessor {
    pub(crate) flow: Arc<RunningFlow>,
    /// Whether its targets would prove themselves as before.
    pub(crate) same_secrets: bool,
}

/// A flow can't be started as it is written. The text names the file and what to change.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The component file can't be read.
    #[error("{place}: failed to read plugin {}", path.display())]
    ReadPlugin {
        /// `file:line` of the step.
        place: String,
        /// The component file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The component can't be loaded.
    #[error("{place}: failed to load plugin {}", path.display())]
    LoadPlugin {
        /// `file:line` of the step.
        place: String,
        /// The component file.
        path: PathBuf,
        /// Why.
        source: LoadError,
    },
    /// Settings, grants or limits don't fit the plugin.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// A lookup table can't be read.
    #[error("flow `{flow}`: failed to load table `{table}`")]
    Table {
        /// The flow.
        flow: FlowName,
        /// The table.
        table: String,
        /// Why.
        source: TableError,
    },
    /// It is named like the flow of an alert.
    #[error("flow `{flow}`: an alert of the host file queues its messages under this name; give the flow another")]
    NameTaken {
        /// The flow.
        flow: FlowName,
    },
    /// A target can't be opened.
    #[error("flow `{flow}`: failed to open target `{target}`")]
    Target {
        /// The flow.
        flow: FlowName,
        /// The target.
        target: TargetName,
        /// Why.
        source: BuildError,
    },
}

impl RunningFlow {
    /// Loads the plugins and tables and opens the targets. Reports every fault it finds, not just the first.
    pub(crate) fn start(
        flow: &Flow,
        shared: &Shared,
        metrics: FlowMetrics,
        env: Environment<'_>,
        predecessor: Option<&Predecessor>,
    ) -> Result<Self, Vec<FlowError>> {
        let mut errors = Vec::new();
        let targets = targets::open(flow, env, predecessor, &shared.switches, &mut errors);
        let steps = load_steps(flow, &shared.sandbox, &shared.deployed, &mut errors);
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
            switches: shared.switches.clone(),
            metrics,
        })
    }

    /// The steps with a plugin.
    pub(crate) fn plugin_steps(&self) -> impl DoubleEndedIterator<Item = &PluginStep> {
        self.steps.iter().filter_map(RunningStep::plugin)
    }

    /// The same flow with another step in place of the one of that name: the next version of it.
    pub(crate) fn with_step(&self, step: PluginStep) -> Self {
        let mut next = self.clone();
        let step = RunningStep::Plugin(Box::new(step));
        next.steps =
            self.steps.iter().map(|old| if old.name() == step.name() { &step } else { old }).cloned().collect();
        next.retired = self.retire(&next.steps);
        next
    }

    /// The plugins that made this message's deliveries; before there are any, those that would.
    pub(crate) fn plugins_of(&self, envelope: &Envelope) -> Vec<PluginRef> {
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
    pub(crate) fn plugins_in_force(&self) -> Vec<InForce> {
        let in_force = |step: &PluginStep| {
            let PluginRef { name, version, digest } = step.server.reference().clone();
            InForce { step: step.name.clone(), name, version, digest, on_trial: step.on_trial().cloned() }
        };
        self.plugin_steps().map(in_force).collect()
    }

    /// The gates before the targets, as operators see them.
    pub(crate) fn gates(&self) -> BTreeMap<TargetName, Arc<Gate>> {
        self.targets.iter().map(|(name, target)| (name.clone(), Arc::clone(&target.gate))).collect()
    }

    /// All plugins known here that `steps` don't use, the newest first.
    fn retire(&self, steps: &[RunningStep]) -> Vec<PluginRef> {
        let used: Vec<_> = steps.iter().filter_map(RunningStep::plugin).flat_map(PluginStep::plugins).collect();
        let all = self.plugin_steps().flat_map(PluginStep::plugins).chain(&self.retired);
        all.filter(|plugin| !used.contains(plugin)).take(MAX_RETIRED).cloned().collect()
    }

    /// The span that everything logged about this message stands in.
    pub(crate) fn span(&self, envelope: &Envelope) -> tracing::Span {
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
pub(crate) fn check(flow: &Flow, sandbox: &Sandbox, env: Environment<'_>) -> Vec<FlowError> {
    let mut errors = Vec::new();
    targets::check(flow, env, &mut errors);
    load_steps(flow, sandbox, &InForceMap::default(), &mut errors);
    errors
}

/// Loads and prepares the plugins of a flow; every fault is added to `errors`.
fn load_steps(flow: &Flow, sandbox: &Sandbox, deployed: &InForceMap, errors: &mut Vec<FlowError>) -> Vec<RunningStep> {
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
        let deployed = deployed.at(&flow.name, &step.name);
        match RunningStep::load(flow, step, sandbox, &routes, &tables, &deployed) {
            Ok(step) => steps.push(step),
            Err(error) => errors.push(error),
        }
    }
    steps
}
