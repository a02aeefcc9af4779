//! What the admin API, reports and commands may see and do of a running host.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gantry_config::{Flow, Purpose};
use gantry_core::{Clock, DeadLetterId, FlowName, HostEvent};
use gantry_store::Store;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::alerts::Alerts;
use crate::deploy::{DeployError, DeployRequest, Deployer, Deployment, ShadowReport};
use crate::disk::DiskGuard;
use crate::events::Events;
use crate::metrics::{Counts, Metrics, MetricsError, OpenLetters};
use crate::publish::Publisher;
use crate::reload::{ReloadError, ReloadReport, Reloader, Trigger};
use crate::report::{FlowReport, FlowState, Queue, RulesInForce, criteria};
use crate::roster::{Entry, Roster};
use crate::switchboard::Switchboard;

/// A view of the running host; cheap to clone.
#[derive(Clone)]
pub struct HostHandle {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: Metrics,
    pub(crate) roster: Roster,
    pub(crate) disk: DiskGuard,
    pub(crate) broken: CancellationToken,
    pub(crate) ready: Arc<AtomicBool>,
    pub(crate) reloader: Arc<Reloader>,
    pub(crate) deployer: Deployer,
    pub(crate) publisher: Publisher,
    pub(crate) events: Events,
    pub(crate) switches: Switchboard,
    pub(crate) alerts: Alerts,
    /// How old a flow's oldest message may be, unless the flow says otherwise.
    pub(crate) queue_age: Duration,
}

/// Why the host should get no traffic just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
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
    /// The store: queue, dead letters and history.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Who takes plugins into the catalogue, and the catalogue itself.
    #[must_use]
    pub const fn publisher(&self) -> &Publisher {
        &self.publisher
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

    /// How old the oldest message of this flow may be.
    pub(crate) fn queue_age(&self, flow: &Flow) -> Duration {
        flow.queue_age.unwrap_or(self.queue_age)
    }

    pub(crate) fn not_ready(&self) {
        self.ready.store(false, Ordering::Relaxed);
    }

    /// Reads the flow files again and takes them in force, if nothing is wrong with them. Goes on when the caller
    /// doesn't wait for it.
    pub async fn reload(&self, trigger: Trigger) -> Result<ReloadReport, ReloadError> {
        self.reloader.reload(trigger).await
    }

    /// What came of the last reload; none before the first.
    #[must_use]
    pub fn last_reload(&self) -> Option<ReloadReport> {
        self.reloader.last()
    }

    /// Begins to replace the plugin of a step by a version from the catalogue; see [`crate::deploy`].
    pub async fn deploy(&self, request: DeployRequest) -> Result<Deployment, DeployError> {
        self.unhurried(|deployer| async move { deployer.begin(request).await }).await
    }

    /// Every deployment, in the order of their beginning.
    #[must_use]
    pub fn deployments(&self) -> Vec<Deployment> {
        self.deployer.all()
    }

    /// One deployment as it stands.
    pub fn deployment(&self, number: u64) -> Result<Deployment, DeployError> {
        self.deployer.find(number)
    }

    /// Tells a deployment that waits for its operator, or is in a canary or watched, to go on.
    pub fn approve_deployment(&self, number: u64, by: String) -> Result<Deployment, DeployError> {
        self.deployer.approve(number, by)
    }

    /// Puts the version before a deployment back, whether it is under way or in force.
    pub async fn roll_back(&self, number: u64, by: String, reason: String) -> Result<Deployment, DeployError> {
        self.unhurried(move |deployer| async move { deployer.roll_back(number, by, reason).await }).await
    }

    /// Puts in force what the flow's file names for this step, whatever was deployed.
    pub async fn reset_step(
        &self,
        flow: FlowName,
        step: String,
        by: String,
        reason: String,
    ) -> Result<Deployment, DeployError> {
        self.unhurried(|deployer| async move { deployer.reset((flow, step), by, reason).await }).await
    }

    /// Goes on when the caller doesn't wait for it: there is no half deployment, and no half rollback.
    async fn unhurried<F>(&self, work: impl FnOnce(Deployer) -> F) -> Result<Deployment, DeployError>
    where
        F: Future<Output = Result<Deployment, DeployError>> + Send + 'static,
    {
        tokio::spawn(work(self.deployer.clone())).await.unwrap_or(Err(DeployError::Stopping))
    }

    /// What a version from the catalogue would say of these dead letters, against the one in force. Changes nothing.
    pub async fn dry_run(
        &self,
        flow: FlowName,
        step: String,
        plugin: &str,
        letters: Vec<DeadLetterId>,
    ) -> Result<ShadowReport, DeployError> {
        self.deployer.dry_run((flow, step), plugin, letters).await
    }

    /// What happens from now on: dead letters, breakers and targets that change their state.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Arc<HostEvent>> {
        self.events.listen()
    }

    /// All metrics in Prometheus' text format, with the queue's gauges read just now.
    pub fn scrape(&self) -> Result<String, MetricsError> {
        let running = self.roster.entries();
        let names = running.iter().map(|entry| entry.flow.name.clone()).chain(self.left_behind(&running));
        for name in names {
            let (all, alarming) = (self.store.dead_letter_counts(&name).open, self.store.alarming_dead_letters(&name));
            let letters = OpenLetters { all, alarming };
            self.metrics.observe_queue(name.as_str(), &self.store.depth(&name), letters, self.clock.now());
            self.metrics.observe_queue_bytes(name.as_str(), self.store.backlog(&name).bytes);
        }
        self.metrics.observe_targets(&self.targets());
        self.metrics.render()
    }

    /// The account of every flow; those that are gone come last.
    #[must_use]
    pub fn reports(&self) -> Vec<FlowReport> {
        let running = self.roster.entries();
        let removed = self.left_behind(&running).into_iter().map(|name| self.report_removed(&name));
        running.iter().map(|entry| self.report(entry)).chain(removed).collect()
    }

    fn report(&self, entry: &Entry) -> FlowReport {
        let Entry { flow, metrics, plugins, since, .. } = entry;
        let counts = metrics.counts();
        FlowReport {
            name: flow.name.to_string(),
            version: flow.version.clone(),
            state: FlowState::Running,
            since: Some(*since),
            plugins: plugins.clone(),
            steps: flow.steps.iter().map(|step| step.name.clone()).collect(),
            rules: RulesInForce::of(flow),
            purpose: flow.purpose.clone(),
            counts,
            queue: Queue::of(&self.store, &flow.name),
            open_dead_letters: self.store.dead_letter_counts(&flow.name).open,
            criteria: criteria(&flow.purpose, &counts),
        }
    }

    fn report_removed(&self, name: &FlowName) -> FlowReport {
        FlowReport {
            name: name.to_string(),
            version: String::new(),
            state: FlowState::Removed,
            since: None,
            plugins: Vec::new(),
            steps: Vec::new(),
            rules: Vec::new(),
            purpose: Purpose::default(),
            counts: Counts::default(),
            queue: Queue::of(&self.store, name),
            open_dead_letters: self.store.dead_letter_counts(name).open,
            criteria: Vec::new(),
        }
    }

    /// Flows that don't run, but have messages or open dead letters: their files were removed, in this run of the host
    /// or before it.
    fn left_behind(&self, running: &[Entry]) -> Vec<FlowName> {
        let runs = |name: &FlowName| running.iter().any(|entry| entry.flow.name == *name);
        let waits =
            |name: &FlowName| self.store.backlog(name).messages > 0 || self.store.dead_letter_counts(name).open > 0;
        self.store.flows().into_iter().filter(|name| !runs(name) && waits(name)).collect()
    }
}
