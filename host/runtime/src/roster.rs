//! The flows in force, as intake, reports and metrics see them. The list is built whole and replaced whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use gantry_config::{Flow, QueueBounds};
use gantry_core::{Digest, FlowName, PluginRef, TargetName, Timestamp};
use parking_lot::RwLock;
use serde::Serialize;

use crate::gate::Gate;
use crate::metrics::FlowMetrics;

/// A flow in force.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) flow: Flow,
    pub(crate) metrics: FlowMetrics,
    pub(crate) plugins: Vec<InForce>,
    pub(crate) targets: BTreeMap<TargetName, Arc<Gate>>,
    /// Since when this version of it.
    pub(crate) since: Timestamp,
}

/// The plugin of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = PluginInForce)]
pub struct InForce {
    /// The step.
    pub step: String,
    /// The plugin's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its bytes.
    pub digest: Digest,
    /// A version that proves itself beside it; see `deploy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_trial: Option<PluginRef>,
}

/// The list; clones show the same one.
#[derive(Clone, Default)]
pub(crate) struct Roster(Arc<RwLock<Arc<[Entry]>>>);

impl Roster {
    pub(crate) fn replace(&self, entries: Vec<Entry>) {
        *self.0.write() = entries.into();
    }

    /// Other plugins serve a flow's steps.
    pub(crate) fn renew_plugins(&self, flow: &FlowName, plugins: &[InForce]) {
        let renewed = |entry: &Entry| match entry.flow.name == *flow {
            true => Entry { plugins: plugins.to_vec(), ..entry.clone() },
            false => entry.clone(),
        };
        let mut entries = self.0.write();
        *entries = entries.iter().map(renewed).collect();
    }

    /// The list as it is now.
    pub(crate) fn entries(&self) -> Arc<[Entry]> {
        Arc::clone(&self.0.read())
    }

    /// The metrics of a flow; none when it isn't in force.
    pub(crate) fn metrics(&self, flow: &FlowName) -> Option<FlowMetrics> {
        self.0.read().iter().find(|entry| entry.flow.name == *flow).map(|entry| entry.metrics.clone())
    }

    /// What a flow may have in its queue; none when it isn't in force.
    pub(crate) fn queue_bounds(&self, flow: &FlowName) -> Option<QueueBounds> {
        self.0.read().iter().find(|entry| entry.flow.name == *flow).map(|entry| entry.flow.queue)
    }
}
