//! A plugin bound to a step of a flow: its settings, its grants, its limits.
//!
//! Everything that can be wrong is found here, before a message is accepted: what the plugin imports but the step
//! doesn't grant, settings its schema or its `configure` refuses, limits this sandbox can't keep.

mod error;
mod prepare;

use std::collections::BTreeSet;
use std::sync::Arc;

use gantry_core::{FlowName, Grants, Limits, Place, PluginRef, Reuse, TargetName};

use crate::engine::Shared;
use crate::guest::EnricherPre;
use crate::host::log::LogRate;
use crate::host::lookup::Tables;
use crate::instance::Warm;
use crate::state::State;

pub use error::{LimitError, PrepareError, PrepareProblem};

/// What a flow says of one step.
#[derive(Clone)]
pub struct StepConfig {
    /// The flow's name, for the log.
    pub flow: FlowName,
    /// The step's name, for the log.
    pub step: String,
    /// Where the step is written; errors begin with it.
    pub place: Place,
    /// A JSON object for the plugin's `configure`; null stands for the empty object.
    pub settings: serde_json::Value,
    /// What the plugin may use.
    pub grants: Grants,
    /// What it may consume.
    pub limits: Limits,
    /// For how long its instances are used.
    pub reuse: Reuse,
    /// The targets an output may name.
    pub routes: BTreeSet<TargetName>,
    /// The flow's reference tables; only granted ones are asked for.
    pub tables: Arc<dyn Tables>,
}

/// A plugin ready to run in a step. Clones share everything; every thread may run them at once.
#[derive(Clone)]
pub struct PreparedStep {
    pub(crate) shared: Arc<Shared>,
    pub(crate) bound: Arc<Bound>,
    pub(crate) pre: EnricherPre<State>,
    pub(crate) warm: Arc<Warm>,
}

/// What host functions and checks need to know of the step.
pub(crate) struct Bound {
    pub(crate) flow: FlowName,
    pub(crate) step: String,
    pub(crate) plugin: PluginRef,
    /// JSON text for `configure`.
    pub(crate) settings: String,
    pub(crate) grants: Grants,
    pub(crate) limits: Limits,
    pub(crate) routes: BTreeSet<TargetName>,
    pub(crate) tables: Arc<dyn Tables>,
    /// What it may log over time, all instances together.
    pub(crate) log: LogRate,
}

impl PreparedStep {
    /// Which plugin runs here.
    #[must_use]
    pub fn plugin(&self) -> &PluginRef {
        &self.bound.plugin
    }

    /// The step's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.bound.step
    }
}

impl std::fmt::Debug for PreparedStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreparedStep").field("step", &self.bound.step).field("plugin", &self.bound.plugin).finish()
    }
}
