//! A flow that runs: its definition joined with loaded plugins, opened targets and its metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use gantry_config::{Flow, Step};
use gantry_core::{Clock, Envelope, FlowName, PluginRef, RetryPolicy, TargetName};
use gantry_sandbox::{LoadError, PrepareError, PreparedStep, Sandbox, StepConfig};
use gantry_schema::Schema;
use gantry_security::Environment;
use gantry_store::Store;
use gantry_transport::target::{self, BuildError};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::gate::Gate;
use crate::metrics::FlowMetrics;
use crate::tables::{TableError, Tables};

/// What every flow of a host shares.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Arc<dyn Clock>,
    /// How many plugin calls run at once in the whole host; waiting is first come, first served, so that no flow
    /// starves another.
    pub(crate) plugin_threads: Arc<Semaphore>,
    /// Cancelled when the host can't go on, because the store fails.
    pub(crate) broken: CancellationToken,
}

/// A flow with everything it needs to work.
pub(crate) struct RunningFlow {
    pub(crate) name: FlowName,
    pub(crate) version: String,
    pub(crate) ordered: bool,
    /// What messages are held to when they come in.
    pub(crate) input_schema: Option<Schema>,
    pub(crate) steps: Vec<RunningStep>,
    pub(crate) targets: BTreeMap<TargetName, RunningTarget>,
    pub(crate) default_target: TargetName,
    pub(crate) retry: RetryPolicy,
    pub(crate) batch_messages: usize,
    pub(crate) in_flight: usize,
    pub(crate) keep_dead_letters: Option<std::time::Duration>,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) plugin_threads: Arc<Semaphore>,
    pub(crate) broken: CancellationToken,
    pub(crate) metrics: FlowMetrics,
}

/// One plugin of a flow, ready to be called.
pub(crate) struct RunningStep {
    pub(crate) name: String,
    pub(crate) plugin: PluginRef,
    pub(crate) prepared: PreparedStep,
}

/// One target of a flow, open.
pub(crate) struct RunningTarget {
    pub(crate) target: Arc<dyn target::Target>,
    /// What is sent is held to it.
    pub(crate) schema: Option<Schema>,
    pub(crate) retry: RetryPolicy,
    /// How many deliveries are under way at once, and whether the target is paused.
    pub(crate) gate: Gate,
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
    ) -> Result<Self, Vec<FlowError>> {
        let mut errors = Vec::new();
        let targets = open_targets(flow, env, &mut errors);
        let steps = load_steps(flow, &shared.sandbox, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            name: flow.name.clone(),
            version: flow.version.clone(),
            ordered: flow.ordering == gantry_config::Ordering::Key,
            input_schema: flow.input_schema.clone(),
            steps,
            targets,
            default_target: flow.default_target.clone(),
            retry: flow.retry,
            batch_messages: flow.batch_messages,
            in_flight: flow.in_flight,
            keep_dead_letters: flow.keep_dead_letters,
            store: shared.store.clone(),
            clock: Arc::clone(&shared.clock),
            plugin_threads: Arc::clone(&shared.plugin_threads),
            broken: shared.broken.clone(),
            metrics,
        })
    }

    /// The span that everything logged about this message stands in.
    pub(crate) fn span(&self, envelope: &Envelope) -> tracing::Span {
        let last = self.steps.last().map(|step| &step.plugin);
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
    open_targets(flow, env, &mut errors);
    load_steps(flow, sandbox, &mut errors);
    errors
}

/// Loads and prepares the plugins of a flow; every fault is added to `errors`.
fn load_steps(flow: &Flow, sandbox: &Sandbox, errors: &mut Vec<FlowError>) -> Vec<RunningStep> {
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
        match load_step(flow, step, sandbox, &routes, &tables) {
            Ok(step) => steps.push(step),
            Err(error) => errors.push(error),
        }
    }
    steps
}

fn load_step(
    flow: &Flow,
    step: &Step,
    sandbox: &Sandbox,
    routes: &BTreeSet<TargetName>,
    tables: &Arc<Tables>,
) -> Result<RunningStep, FlowError> {
    let (place, path) = (step.place.clone(), step.plugin.clone());
    let bytes = std::fs::read(&step.plugin).map_err(|source| FlowError::ReadPlugin {
        place: place.clone(),
        path: path.clone(),
        source,
    })?;
    let plugin = sandbox.load(&bytes).map_err(|source| FlowError::LoadPlugin { place: place.clone(), path, source })?;
    let prepared = plugin.prepare(StepConfig {
        flow: flow.name.clone(),
        step: step.name.clone(),
        place,
        settings: step.settings.clone(),
        grants: step.grants.clone(),
        limits: step.limits,
        reuse: step.reuse,
        routes: routes.clone(),
        tables: Arc::clone(tables) as Arc<dyn gantry_sandbox::Tables>,
    })?;
    Ok(RunningStep { name: step.name.clone(), plugin: plugin.reference().clone(), prepared })
}

fn open_targets(flow: &Flow, env: Environment<'_>, errors: &mut Vec<FlowError>) -> BTreeMap<TargetName, RunningTarget> {
    let mut open = BTreeMap::new();
    for (name, target) in &flow.targets {
        match target::build(target, env) {
            Ok(opened) => {
                let gate = Gate::new(target.concurrency);
                open.insert(
                    name.clone(),
                    RunningTarget { target: opened, schema: target.schema.clone(), retry: target.retry, gate },
                );
            }
            Err(source) => {
                errors.push(FlowError::Target { flow: flow.name.clone(), target: name.clone(), source });
            }
        }
    }
    open
}
