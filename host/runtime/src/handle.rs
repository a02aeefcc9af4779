//! What the admin API and commands may see and do of a running host: its services, in one bundle.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gantry_control::reload::ReloadReport;
use gantry_control::rollout::{DeployError, Deployment, ShadowReport};
use gantry_core::{DeadLetterId, FlowName, HostEvent};
use gantry_engine::disk::DiskGuard;
use gantry_engine::events::Events;
use gantry_engine::metrics::MetricsError;
use gantry_engine::target_report::TargetReport;
use gantry_observe::alerts::AlertReport;
use gantry_observe::report::{FlowReport, Reports};
use gantry_operations::{HostServices, Operations};
use gantry_store::Store;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// A view of the running host; cheap to clone.
#[derive(Clone)]
pub struct HostHandle {
    pub(crate) store: Store,
    pub(crate) health: Health,
    pub(crate) operations: Operations,
    pub(crate) services: HostServices,
    pub(crate) reports: Reports,
    pub(crate) events: Events,
}

/// Whether a host can do its work, and should get traffic; clones show the same.
#[derive(Clone)]
pub(crate) struct Health {
    store: Store,
    broken: CancellationToken,
    disk: DiskGuard,
    stopping: Arc<AtomicBool>,
}

/// Why the host should get no traffic just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// It is shutting down.
    Stopping,
    /// The store fails.
    StoreUnavailable,
    /// Less disk is free than the reserve.
    DiskLow,
}

impl Health {
    pub(crate) fn new(store: Store, broken: CancellationToken, disk: DiskGuard) -> Self {
        Self { store, broken, disk, stopping: Arc::default() }
    }

    fn is_healthy(&self) -> bool {
        self.store.is_healthy() && !self.broken.is_cancelled()
    }

    fn ready(&self) -> Result<(), NotReady> {
        if !self.is_healthy() {
            Err(NotReady::StoreUnavailable)
        } else if self.stopping.load(Ordering::Relaxed) {
            Err(NotReady::Stopping)
        } else if self.disk.is_low() {
            Err(NotReady::DiskLow)
        } else {
            Ok(())
        }
    }
}

impl NotReady {
    /// The reason as answers spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stopping => "stopping",
            Self::StoreUnavailable => "store_unavailable",
            Self::DiskLow => "disk_low",
        }
    }
}

impl HostHandle {
    /// The store: queue, dead letters and history.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Everything that can be changed: nothing else here changes anything.
    #[must_use]
    pub const fn operations(&self) -> &Operations {
        &self.operations
    }

    /// True while the process can do its work at all.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.health.is_healthy()
    }

    /// Whether the host should get traffic.
    pub fn ready(&self) -> Result<(), NotReady> {
        self.health.ready()
    }

    pub(crate) fn not_ready(&self) {
        self.health.stopping.store(true, Ordering::Relaxed);
    }

    /// What came of the last reload; none before the first.
    #[must_use]
    pub fn last_reload(&self) -> Option<ReloadReport> {
        self.services.reloader.last()
    }

    /// Every deployment, in the order of their beginning.
    #[must_use]
    pub fn deployments(&self) -> Vec<Deployment> {
        self.services.deployer.all()
    }

    /// One deployment as it stands.
    pub fn deployment(&self, number: u64) -> Result<Deployment, DeployError> {
        self.services.deployer.find(number)
    }

    /// What a version from the catalogue would say of these dead letters, against the one in force. Changes nothing.
    pub async fn dry_run(
        &self,
        flow: FlowName,
        step: String,
        plugin: &str,
        letters: Vec<DeadLetterId>,
    ) -> Result<ShadowReport, DeployError> {
        self.services.deployer.dry_run((flow, step), plugin, letters).await
    }

    /// Every target of the flows in force.
    #[must_use]
    pub fn targets(&self) -> Vec<TargetReport> {
        self.services.targets.reports()
    }

    /// Every alert, by name, with what fires there.
    #[must_use]
    pub fn alerts(&self) -> Vec<AlertReport> {
        self.services.alerting.reports()
    }

    /// What happens from now on: dead letters, breakers and targets that change their state.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Arc<HostEvent>> {
        self.events.listen()
    }

    /// All metrics in Prometheus' text format, with the queue's gauges read just now.
    pub fn scrape(&self) -> Result<String, MetricsError> {
        self.reports.scrape()
    }

    /// The account of every flow; those that are gone come last.
    #[must_use]
    pub fn reports(&self) -> Vec<FlowReport> {
        self.reports.flows()
    }
}
