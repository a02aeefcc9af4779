//! A plugin bound to a step of a flow: its settings, its grants, its limits.
//!
//! Every mistake is found here, before a message is accepted: imports that the step doesn't grant, settings that the
//! plugin's schema or its `configure` refuses, limits that this sandbox can't enforce.

pub(crate) mod context;
mod error;
mod prepare;

use std::collections::BTreeSet;
use std::sync::Arc;

use gantry_core::{FlowName, Grants, Limits, Place, PluginRef, Reuse, TargetName};

use crate::guest::EnricherPre;
use crate::instance::Warm;
use crate::shared::Shared;
use crate::state::State;
use crate::tables::Tables;
use context::StepContext;

pub use error::{LimitError, PrepareError, PrepareProblem};

/// A step as its flow states it.
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
    /// How long its instances are used.
    pub reuse: Reuse,
    /// The targets an output may name.
    pub routes: BTreeSet<TargetName>,
    /// The flow's reference tables; only granted ones are read.
    pub tables: Arc<dyn Tables>,
}

/// A plugin ready to run in a step. Clones share everything and may run in several threads at once.
#[derive(Clone)]
pub struct PreparedStep {
    pub(crate) shared: Arc<Shared>,
    pub(crate) context: Arc<StepContext>,
    pub(crate) pre: EnricherPre<State>,
    pub(crate) warm: Arc<Warm>,
}

impl PreparedStep {
    /// Which plugin runs here.
    #[must_use]
    pub fn plugin(&self) -> &PluginRef {
        &self.context.plugin
    }

    /// The step's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.context.step
    }
}

impl std::fmt::Debug for PreparedStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreparedStep").field("step", &self.context.step).field("plugin", &self.context.plugin).finish()
    }
}
