//! A step as host functions and checks see it.

use std::collections::BTreeSet;
use std::sync::Arc;

use gantry_core::{FlowName, Grants, Limits, PluginRef, TargetName};

use crate::host::log::rate::LogRate;
use crate::tables::Tables;

/// What host functions and checks need to know of a step.
pub(crate) struct StepContext {
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
