//! A step as host functions and checks see it.

use std::collections::BTreeSet;
use std::sync::Arc;

use gantry_core::{FlowName, Grants, Limits, PluginRef, TargetName};

use crate::host::log::rate::LogRate;
use crate::tables::Tables;
use crate::wasi::folders::Folders;

/// What host functions and checks need to know of a step.
pub(crate) struct StepContext {
    pub(crate) flow: FlowName,
    pub(crate) step: String,
    pub(crate) plugin: PluginRef,
    /// JSON text for `configure`.
    pub(crate) settings: String,
    pub(crate) grants: Grants,
    /// Those of the grants, open.
    pub(crate) folders: Folders,
    pub(crate) limits: Limits,
    pub(crate) routes: BTreeSet<TargetName>,
    pub(crate) tables: Arc<dyn Tables>,
    /// What it may log over time, all instances together.
    pub(crate) log: LogRate,
}
