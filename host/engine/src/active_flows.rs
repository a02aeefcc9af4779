//! The flows in force, as intake, reports and metrics see them. The list is built whole and replaced whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use gantry_config::{Flow, QueueBounds};
use gantry_core::{FlowName, TargetName, Timestamp};
use parking_lot::RwLock;

use crate::gate::Gate;
use crate::in_force::InForce;
use crate::metrics::{FlowMetrics, FlowVersion, Metrics};
use crate::target_report::TargetReport;

/// A flow in force.
#[derive(Clone)]
pub struct ActiveFlow {
    /// Its definition.
    pub flow: Flow,
    /// What it has done.
    pub metrics: FlowMetrics,
    /// What serves its steps.
    pub plugins: Vec<InForce>,
    /// The gates before its targets.
    pub targets: BTreeMap<TargetName, Arc<Gate>>,
    /// Since when this version of it.
    pub since: Timestamp,
}

/// The list; clones show the same one.
#[derive(Clone, Default)]
pub struct ActiveFlows(Arc<RwLock<Arc<[ActiveFlow]>>>);

impl ActiveFlows {
    /// Other flows are in force from now on.
    pub fn replace(&self, entries: Vec<ActiveFlow>) {
        *self.0.write() = entries.into();
    }

    /// Other plugins serve a flow's steps.
    pub fn renew_plugins(&self, flow: &FlowName, plugins: &[InForce]) {
        let renewed = |entry: &ActiveFlow| match entry.flow.name == *flow {
            true => ActiveFlow { plugins: plugins.to_vec(), ..entry.clone() },
            false => entry.clone(),
        };
        let mut entries = self.0.write();
        *entries = entries.iter().map(renewed).collect();
    }

    /// The versions in force, as metrics show them.
    pub fn observe_versions(&self, metrics: &Metrics) {
        let entries = self.entries();
        metrics.host().observe_versions(entries.iter().map(|entry| FlowVersion {
            flow: &entry.flow.name,
            version: &entry.flow.version,
            plugins: &entry.plugins,
        }));
    }

    /// Every target of the flows in force.
    #[must_use]
    pub fn targets(&self, now: Timestamp) -> Vec<TargetReport> {
        let entries = self.entries();
        let gates = entries.iter().flat_map(|entry| entry.targets.iter().map(move |(name, gate)| (entry, name, gate)));
        gates.map(|(entry, name, gate)| TargetReport::of(&entry.flow.name, name, gate.status(now))).collect()
    }

    /// The list as it is now.
    pub fn entries(&self) -> Arc<[ActiveFlow]> {
        Arc::clone(&self.0.read())
    }

    /// The metrics of a flow; none when it isn't in force.
    pub fn metrics(&self, flow: &FlowName) -> Option<FlowMetrics> {
        self.0.read().iter().find(|entry| entry.flow.name == *flow).map(|entry| entry.metrics.clone())
    }

    /// What a flow may have in its queue; none when it isn't in force.
    pub fn queue_bounds(&self, flow: &FlowName) -> Option<QueueBounds> {
        self.0.read().iter().find(|entry| entry.flow.name == *flow).map(|entry| entry.flow.queue)
    }
}
