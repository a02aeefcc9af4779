//! What the admin API, reports and commands may see and do of a running host.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gantry_config::Flow;
use gantry_core::{Clock, FlowName};
use gantry_store::Store;
use tokio_util::sync::CancellationToken;

use crate::disk::DiskGuard;
use crate::flow::Shared;
use crate::metrics::{FlowMetrics, Metrics, MetricsError};
use crate::report::{FlowReport, criteria};

/// A view of the running host; cheap to clone.
#[derive(Clone)]
pub struct HostHandle {
    store: Store,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    flows: Arc<Vec<(Flow, FlowMetrics)>>,
    disk: DiskGuard,
    broken: CancellationToken,
    ready: Arc<AtomicBool>,
}

/// Why the host should get no traffic just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotReady {
    /// It is shutting down.
    Stopping,
    /// The store fails.
    StoreUnavailable,
    /// Less disk is free than the reserve.
    DiskLow,
}

impl HostHandle {
    pub(crate) fn new(shared: &Shared, metrics: Metrics, flows: &[Flow], disk: DiskGuard) -> Self {
        let flows = flows.iter().map(|flow| (flow.clone(), metrics.flow(flow.name.as_str()))).collect();
        Self {
            store: shared.store.clone(),
            clock: Arc::clone(&shared.clock),
            metrics,
            flows: Arc::new(flows),
            disk,
            broken: shared.broken.clone(),
            ready: Arc::new(AtomicBool::new(true)),
        }
    }

    /// The store: queue, dead letters and history.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// True while the process can do its work at all.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.store.is_healthy() && !self.broken.is_cancelled()
    }

    /// Whether the host should get traffic.
    pub fn ready(&self) -> Result<(), NotReady> {
        if !self.is_healthy() {
            Err(NotReady::StoreUnavailable)
        } else if !self.ready.load(Ordering::Relaxed) {
            Err(NotReady::Stopping)
        } else if self.disk.is_low() {
            Err(NotReady::DiskLow)
        } else {
            Ok(())
        }
    }

    pub(crate) fn not_ready(&self) {
        self.ready.store(false, Ordering::Relaxed);
    }

    pub(crate) fn flow_metrics(&self, name: &FlowName) -> FlowMetrics {
        let known = self.flows.iter().find(|(flow, _)| flow.name == *name);
        known.map_or_else(|| self.metrics.flow(name.as_str()), |(_, metrics)| metrics.clone())
    }

    /// All metrics in Prometheus' text format, with the queue's gauges read just now.
    pub fn scrape(&self) -> Result<String, MetricsError> {
        for (flow, _) in self.flows.iter() {
            let (depth, letters) = (self.store.depth(&flow.name), self.store.dead_letter_counts(&flow.name));
            self.metrics.observe_queue(flow.name.as_str(), &depth, letters.open, self.clock.now());
        }
        self.metrics.render()
    }

    /// The account of every flow.
    #[must_use]
    pub fn reports(&self) -> Vec<FlowReport> {
        self.flows.iter().map(|(flow, metrics)| self.report(flow, metrics)).collect()
    }

    fn report(&self, flow: &Flow, metrics: &FlowMetrics) -> FlowReport {
        let counts = metrics.counts();
        FlowReport {
            name: flow.name.to_string(),
            version: flow.version.clone(),
            purpose: flow.purpose.clone(),
            counts,
            queue: (&self.store.depth(&flow.name)).into(),
            open_dead_letters: self.store.dead_letter_counts(&flow.name).open,
            criteria: criteria(&flow.purpose, &counts),
        }
    }
}
