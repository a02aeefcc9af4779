//! The flows in force, and those that are broken, as intake, reports and metrics see them. The lists are built whole and
//! replaced whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use gantry_config::{Flow, QueueBounds};
use gantry_core::{FlowName, TargetName, Timestamp};
use parking_lot::RwLock;

use crate::broken_flow::{BrokenFlow, FlowBroken};
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

/// The list of flows in force, and that of broken ones; clones share them.
#[derive(Clone, Default)]
pub struct ActiveFlows(Arc<RwLock<Lists>>);

#[derive(Default)]
struct Lists {
    active: Arc<[ActiveFlow]>,
    broken: Arc<[BrokenFlow]>,
}

impl ActiveFlows {
    /// Replaces both lists.
    pub fn replace(&self, active: Vec<ActiveFlow>, broken: Vec<BrokenFlow>) {
        active.iter().for_each(|entry| entry.metrics.expect(&entry.flow));
        *self.0.write() = Lists { active: active.into(), broken: broken.into() };
    }

    /// Replaces the plugins of one flow.
    pub fn renew_plugins(&self, flow: &FlowName, plugins: &[InForce]) {
        let mut lists = self.0.write();
        let mut renewed = lists.active.to_vec();
        for entry in renewed.iter_mut().filter(|entry| entry.flow.name == *flow) {
            entry.plugins = plugins.to_vec();
        }
        lists.active = renewed.into();
    }

    /// Sets the metrics that show the versions in force.
    pub fn observe_versions(&self, metrics: &Metrics) {
        let entries = self.entries();
        metrics.host().observe_versions(entries.iter().map(|entry| FlowVersion {
            flow: &entry.flow.name,
            version: &entry.flow.version,
            plugins: &entry.plugins,
        }));
        let broken = self.broken();
        let active = entries.iter().filter(|entry| !entry.flow.source.is_about_the_host());
        let active = active.map(|entry| (&entry.flow.name, false));
        metrics.host().observe_broken(active.chain(broken.iter().map(|flow| (&flow.name, true))));
        metrics.host().observe_last_good(broken.iter().filter(|flow| flow.runs()).map(|flow| &flow.name));
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
        Arc::clone(&self.0.read().active)
    }

    /// The flows that can't run as their files say.
    pub fn broken(&self) -> Arc<[BrokenFlow]> {
        Arc::clone(&self.0.read().broken)
    }

    /// Refuses to do something with a flow that doesn't run.
    pub fn refuse_broken(&self, flow: &FlowName) -> Result<(), FlowBroken> {
        let lists = self.0.read();
        let broken = lists.broken.iter().find(|broken| broken.name == *flow && !broken.runs());
        broken.map_or(Ok(()), |broken| Err(broken.error()))
    }

    /// Reads something of a flow; none when the flow isn't in force.
    fn of<T>(&self, flow: &FlowName, read: impl FnOnce(&ActiveFlow) -> T) -> Option<T> {
        self.0.read().active.iter().find(|entry| entry.flow.name == *flow).map(read)
    }

    /// Whether a flow is in force.
    #[must_use]
    pub fn is_in_force(&self, flow: &FlowName) -> bool {
        self.of(flow, |_| ()).is_some()
    }

    /// The metrics of a flow; none when the flow isn't in force.
    pub fn metrics(&self, flow: &FlowName) -> Option<FlowMetrics> {
        self.of(flow, |entry| entry.metrics.clone())
    }

    /// How many bytes of dead letters a flow may have; none when the flow isn't in force.
    pub fn dead_letter_bytes(&self, flow: &FlowName) -> Option<u64> {
        self.of(flow, |entry| entry.flow.dead_letter_bytes)
    }

    /// How much a flow may have in its queue; none when the flow isn't in force.
    pub fn queue_bounds(&self, flow: &FlowName) -> Option<QueueBounds> {
        self.of(flow, |entry| entry.flow.queue)
    }
}
