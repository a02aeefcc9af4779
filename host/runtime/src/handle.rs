//! The services of a running host, for the admin API and the command line.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gantry_config::{HostConfig, SettingsInForce};
use gantry_control::reload::ReloadReport;
use gantry_control::rollout::{DeployError, Deployment, DryReplay, DryReplayReport, ShadowReport};
use gantry_core::{DeadLetterId, FlowName, HostEvent, Timestamp};
use gantry_engine::events::Events;
use gantry_engine::metrics::{Metrics, MetricsError};
use gantry_engine::target_report::TargetReport;
use gantry_observe::alerts::AlertReport;
use gantry_observe::report::{FlowReport, Reports};
use gantry_observe::status::StatusReport;
use gantry_observe::view::HostView;
use gantry_operations::{HostServices, Operations};
use gantry_store::Store;
use tokio::sync::broadcast;

/// A handle on the running host; cheap to clone.
#[derive(Clone)]
pub struct HostHandle {
    pub(crate) store: Store,
    pub(crate) health: Health,
    pub(crate) operations: Operations,
    pub(crate) services: HostServices,
    pub(crate) reports: Reports,
    pub(crate) events: Events,
    pub(crate) metrics: Metrics,
    pub(crate) settings: SettingsInForce,
}

/// Whether a host works, and should get traffic; clones share the state.
#[derive(Clone)]
pub(crate) struct Health {
    view: HostView,
    stopping: Arc<AtomicBool>,
}

/// Why the host should get no traffic now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// It is shutting down.
    Stopping,
    /// The store has failed.
    StoreUnavailable,
    /// Less disk space is free than the reserve.
    DiskLow,
}

impl Health {
    pub(crate) fn new(view: HostView) -> Self {
        Self { view, stopping: Arc::default() }
    }

    fn is_healthy(&self) -> bool {
        self.view.is_healthy()
    }

    fn ready(&self) -> Result<(), NotReady> {
        if !self.is_healthy() {
            Err(NotReady::StoreUnavailable)
        } else if self.stopping.load(Ordering::Relaxed) {
            Err(NotReady::Stopping)
        } else if self.view.disk.is_low() {
            Err(NotReady::DiskLow)
        } else {
            Ok(())
        }
    }
}

impl NotReady {
    /// The reason as written in answers.
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

    /// The operations: the only way to change something.
    #[must_use]
    pub const fn operations(&self) -> &Operations {
        &self.operations
    }

    /// True while the process can work.
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

    /// The host's settings in force.
    #[must_use]
    pub fn settings(&self) -> Arc<HostConfig> {
        self.settings.now()
    }

    /// The last reload; none before the first.
    #[must_use]
    pub fn last_reload(&self) -> Option<ReloadReport> {
        self.services.reloader.last()
    }

    /// Every deployment, in the order in which they began.
    #[must_use]
    pub fn deployments(&self) -> Vec<Deployment> {
        self.services.deployer.all()
    }

    /// One deployment.
    pub fn deployment(&self, number: u64) -> Result<Deployment, DeployError> {
        self.services.deployer.find(number)
    }

    /// Runs dead letters through the current version of a step and one from the catalogue, and compares the outcomes.
    /// Changes nothing.
    pub async fn dry_run(
        &self,
        flow: FlowName,
        step: String,
        plugin: &str,
        dead_letters: Vec<DeadLetterId>,
    ) -> Result<ShadowReport, DeployError> {
        self.services.deployer.dry_run((flow, step), plugin, dead_letters).await
    }

    /// Tries a replay of dead letters with the flows in force. Sends and changes nothing.
    pub async fn dry_replay(&self, dry_replay: DryReplay) -> Result<DryReplayReport, DeployError> {
        self.services.deployer.dry_replay(dry_replay).await
    }

    /// The flows that can't run as their files say.
    #[must_use]
    pub fn broken_flows(&self) -> Vec<FlowName> {
        self.services.flows.broken().iter().map(|flow| flow.name.clone()).collect()
    }

    /// Those of them that run with the configuration that was last in force, with the time at which that came into force.
    #[must_use]
    pub fn flows_on_last_good(&self) -> BTreeMap<FlowName, Timestamp> {
        let broken = self.services.flows.broken();
        broken.iter().filter_map(|flow| Some((flow.name.clone(), flow.last_good?))).collect()
    }

    /// Every target of the active flows.
    #[must_use]
    pub fn targets(&self) -> Vec<TargetReport> {
        self.services.targets.reports()
    }

    /// Every alert, by name, with the conditions that fire.
    #[must_use]
    pub fn alerts(&self) -> Vec<AlertReport> {
        self.services.alerting.reports()
    }

    /// Everything that needs somebody now.
    pub async fn status(&self) -> StatusReport {
        self.services.alerting.status().await
    }

    /// A subscription to host events from now on: dead letters, changes of breakers and targets.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Arc<HostEvent>> {
        self.events.listen()
    }

    /// Counts a refused request to the admin API.
    pub fn observe_refused_request(&self, reason: &str) {
        self.metrics.observe_refused_without_flow(reason);
    }

    /// All metrics in Prometheus' text format; gauges of the queue are read at this moment.
    pub fn scrape(&self) -> Result<String, MetricsError> {
        self.reports.scrape()
    }

    /// The report of every flow; broken flows come first, removed ones last.
    #[must_use]
    pub fn reports(&self) -> Vec<FlowReport> {
        self.reports.flows()
    }
}
