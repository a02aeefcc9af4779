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
    /// Its metrics.
    pub metrics: FlowMetrics,
    /// The plugins that serve its steps.
    pub plugins: Vec<InForce>,
    /// The gates before its targets.
    pub targets: BTreeMap<TargetName, Arc<Gate>>,
    /// Since when this version is in force.
    pub since: Timestamp,
}

/// The list of flows in force; clones share it.
#[derive(Clone, Default)]
pub struct ActiveFlows(Arc<RwLock<Arc<[ActiveFlow]>>>);

impl ActiveFlows {
    /// Replaces the list.
    pub fn replace(&self, entries: Vec<ActiveFlow>) {
        *self.0.write() = entries.into();
    }

    /// Replaces the plugins of one flow.
    pub fn renew_plugins(&self, flow: &FlowName, plugins: &[InForce]) {
        let mut entries = self.0.write();
        let mut renewed = entries.to_vec();
        for entry in renewed.iter_mut().filter(|entry| entry.flow.name == *flow) {
            entry.plugins = plugins.to_vec();
        }
        *entries = renewed.into();
    }

    /// Sets the metrics that show the versions in force.
    pub fn observe_versions(&self, metrics: &Metrics) {
        let entries = self.entries();
        metrics.host().observe_versions(entries.iter().map(|entry| FlowVersion {
            flow: &entry.flow.name,
            version: &entry.flow.version,
            plugins: &entry.plugins,
        }));
    }

    /// A report on every target of the flows in force.
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

    /// The metrics of a flow; none when the flow isn't in force.
    pub fn metrics(&self, flow: &FlowName) -> Option<FlowMetrics> {
        self.0.read().iter().find(|entry| entry.flow.name == *flow).map(|entry| entry.metrics.clone())
    }

    /// How much a flow may have in its queue; none when the flow isn't in force.
    pub fn queue_bounds(&self, flow: &FlowName) -> Option<QueueBounds> {
        self.0.read().iter().find(|entry| entry.flow.name == *flow).map(|entry| entry.flow.queue)
    }
}
