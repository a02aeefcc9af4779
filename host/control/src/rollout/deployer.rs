//! Where deployments are begun, looked at and ordered about. Each runs as a task of its own; what they share is here:
//! the board with every deployment's record, the registry whose flows they change, the journal and the catalogue.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use gantry_core::rollout::{Terms, TermsChange};
use gantry_core::{DeadLetterId, Digest, FlowName, Happening, PluginRef, Timestamp};
use gantry_engine::flow::Shared;
use gantry_engine::overrides::StepId;
use gantry_engine::tasks::TaskGroup;
use gantry_sandbox::Plugin;
use gantry_store::StoreError;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::GANTRY;
use super::catalogue::CatalogueView;
use super::compare::{Pair, Sample};
use super::error::DeployError;
use super::journal::{Journal, Recalled, place_of};
use super::record::{Deployment, Phase, ShadowReport};
use super::rolled_back::RolledBack;
use super::run::Run;
use crate::registry::FlowRegistry;

/// Begins, shows and directs deployments; cheap to clone.
#[derive(Clone)]
pub struct Deployer(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) shared: Shared,
    pub(super) registry: Arc<tokio::sync::Mutex<FlowRegistry>>,
    pub(super) journal: Journal,
    pub(super) catalogue: CatalogueView,
    terms: Terms,
    tasks: TaskGroup,
    board: Mutex<Board>,
    /// Held while one is begun: two at a time must not get the same step, nor the same number.
    beginning: tokio::sync::Mutex<()>,
}

/// Every deployment, and the way to those that are under way.
#[derive(Default)]
pub(super) struct Board {
    records: BTreeMap<u64, Deployment>,
    /// The highest number there was at the start, those of unreadable records included.
    last_recalled: u64,
    /// Whether all records could be read.
    complete: bool,
    orders: BTreeMap<u64, mpsc::UnboundedSender<Order>>,
}

impl Board {
    fn last(&self) -> u64 {
        self.records.keys().last().copied().unwrap_or(0).max(self.last_recalled)
    }
}

/// What an operator says to a deployment under way.
pub(crate) enum Order {
    /// On from this phase.
    GoOn { by: String, from: Phase },
    /// Back to the old version, at once.
    RollBack { by: String, reason: String },
}

/// Asks for a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeployRequest {
    /// The flow.
    pub flow: FlowName,
    /// The step.
    pub step: String,
    /// `NAME@VERSION` in the catalogue.
    pub plugin: String,
    /// Who asks.
    #[serde(default)]
    pub by: String,
    /// Terms other than the host's.
    #[serde(default)]
    pub terms: TermsChange,
}

impl Deployer {
    /// Deployments of this registry's flows, from this catalogue, under these terms unless told otherwise.
    #[must_use]
    pub fn new(
        shared: Shared,
        registry: Arc<tokio::sync::Mutex<FlowRegistry>>,
        catalogue: CatalogueView,
        terms: Terms,
        tasks: TaskGroup,
    ) -> Self {
        let journal = Journal(shared.store.clone());
        let (board, beginning) = (Mutex::default(), tokio::sync::Mutex::default());
        Self(Arc::new(Inner { shared, registry, journal, catalogue, terms, tasks, board, beginning }))
    }

    /// Begins a deployment. What is wrong with the plugin itself is found out on the way and stands in the record.
    pub async fn begin(&self, request: DeployRequest) -> Result<Deployment, DeployError> {
        let deployer = self.clone();
        detached(async move { deployer.begin_now(request).await }).await
    }

    /// Puts the old version back: of a deployment under way, or of one that is in force.
    pub async fn roll_back(&self, number: u64, by: String, reason: String) -> Result<Deployment, DeployError> {
        let deployer = self.clone();
        detached(async move { deployer.roll_back_now(number, by, reason).await }).await
    }

    /// Puts in force what the flow's file names, whatever was deployed.
    pub async fn reset(&self, step: StepId, by: String, reason: String) -> Result<Deployment, DeployError> {
        let deployer = self.clone();
        detached(async move { deployer.reset_now(step, by, reason).await }).await
    }

    async fn begin_now(&self, request: DeployRequest) -> Result<Deployment, DeployError> {
        let _only = self.0.beginning.lock().await;
        let terms = self.0.terms.with(&request.terms)?;
        let place = (request.flow, request.step);
        self.refuse_a_second(&place)?;
        let from = self.serving(&place).await?;
        let to = self.0.catalogue.find(&request.plugin).await?;
        if to.digest == from.digest {
            return Err(DeployError::InForce { plugin: to });
        }
        let from_file = self.0.shared.overrides.at(&place.0, &place.1).plugin.is_none();
        if from_file {
            self.keep_file(&place, &from).await;
        }
        let mut record = self.record(&place, (from, from_file), (to, false), &request.by, terms);
        record.enter(Phase::Checking, self.now(), &request.by, format!("deploy {}", request.plugin));
        self.save(&record).await?;
        self.show(&record);
        self.emit(&record);
        self.start(record.clone());
        Ok(record)
    }

    /// Tells a deployment under way to go on from the phase it is in; said twice, it is heard once.
    pub fn approve(&self, number: u64, by: String) -> Result<Deployment, DeployError> {
        let phase = self.find(number)?.phase;
        if phase < Phase::Waiting {
            return Err(DeployError::TooEarly { number, phase });
        }
        self.order(number, Order::GoOn { by, from: phase })
    }

    pub(super) async fn roll_back_now(
        &self,
        number: u64,
        by: String,
        reason: String,
    ) -> Result<Deployment, DeployError> {
        let record = self.find(number)?;
        if !record.phase.is_over() {
            return self.order(number, Order::RollBack { by, reason });
        }
        if let Some(undone) = record.undoes {
            return Err(DeployError::StepBack { number, undone });
        }
        let _only = self.0.beginning.lock().await;
        let place = place_of(&record);
        self.refuse_a_second(&place)?;
        let now = self.serving(&place).await?;
        if record.phase != Phase::Deployed || now.digest != record.to.digest {
            return Err(DeployError::NotInForce { number, plugin: record.to });
        }
        let (plugin, to_file) = self.before(&record).await?;
        let (from, to) = ((now, record.to_file), (record.from, to_file));
        let mut back = self.record(&place, from, to, &by, self.0.terms);
        back.undoes = Some(number);
        self.put_back(back, plugin, format!("roll back deployment {number}: {reason}")).await
    }

    async fn reset_now(&self, place: StepId, by: String, reason: String) -> Result<Deployment, DeployError> {
        let _only = self.0.beginning.lock().await;
        self.refuse_a_second(&place)?;
        let now = self.serving(&place).await?;
        if self.0.shared.overrides.at(&place.0, &place.1).plugin.is_none() {
            return Err(DeployError::InForce { plugin: now });
        }
        let plugin = self.load_file(&place).await?;
        let file = plugin.reference().clone();
        let back = self.record(&place, (now, false), (file, true), &by, self.0.terms);
        self.put_back(back, plugin, format!("reset to the flow's file: {reason}")).await
    }

    /// Every deployment, in the order of their beginning.
    pub fn all(&self) -> Vec<Deployment> {
        self.0.board.lock().records.values().cloned().collect()
    }

    /// For each step the last version that the host itself took back, unless one was deployed since.
    pub fn rolled_back(&self) -> Vec<RolledBack> {
        RolledBack::among(self.0.board.lock().records.values())
    }

    /// The versions a rollback may want back, whether or not the catalogue lists them. None: there are records that
    /// can't be read, and nobody knows which versions they name.
    pub fn kept(&self) -> Option<HashSet<Digest>> {
        let board = self.0.board.lock();
        let named = || board.records.values().flat_map(|record| [record.from.digest, record.to.digest]).collect();
        board.complete.then(named)
    }

    /// One deployment as it stands.
    pub fn find(&self, number: u64) -> Result<Deployment, DeployError> {
        self.0.board.lock().records.get(&number).cloned().ok_or(DeployError::NoDeployment(number))
    }

    /// What another version would say of these dead letters, against the one in force.
    pub async fn dry_run(
        &self,
        place: StepId,
        plugin: &str,
        letters: Vec<DeadLetterId>,
    ) -> Result<ShadowReport, DeployError> {
        self.serving(&place).await?;
        let reference = self.0.catalogue.find(plugin).await?;
        let new = self.0.catalogue.load(&reference).await?;
        let flow = self.running(&place.0).await.ok_or_else(|| DeployError::NoFlow(place.0.clone()))?;
        let (bound_flow, step) = (Arc::clone(&flow), place.1.clone());
        let pair = self.compute(move || Pair::bind(&bound_flow, &step, &new)).await.ok_or(DeployError::Stopping)??;
        let (pair, mut report) = (Arc::new(pair), ShadowReport::default());
        // A batch at a time: the flows have their turn in between, and few letters are in memory.
        for ids in letters.chunks(flow.batch_messages) {
            let samples = self.letters(&place.0, ids).await?;
            let (pair, flow) = (Arc::clone(&pair), Arc::clone(&flow));
            let turn = move || {
                pair.compare(&flow, &samples, &mut report);
                report
            };
            report = self.compute(turn).await.ok_or(DeployError::Stopping)?;
        }
        Ok(report)
    }

    async fn letters(&self, flow: &FlowName, ids: &[DeadLetterId]) -> Result<Vec<Sample>, DeployError> {
        let mut samples = Vec::with_capacity(ids.len());
        for id in ids {
            let letter = self.0.shared.store.dead_letter(*id).await?.filter(|letter| letter.flow == *flow);
            let message = letter.ok_or(DeployError::NoDeadLetter(*id))?.received;
            samples.push(Sample { message, is_dead_letter: true });
        }
        Ok(samples)
    }

    /// Goes on with the deployments that were under way when the host stopped.
    pub fn resume(&self, recalled: Recalled) {
        {
            let mut board = self.0.board.lock();
            (board.last_recalled, board.complete) = (recalled.last, recalled.complete);
        }
        for record in recalled.records {
            self.show(&record);
            if !record.phase.is_over() {
                tracing::info!(deployment = record.number, phase = record.phase.name(), "going on with a deployment");
                self.start(record);
            }
        }
    }

    fn start(&self, record: Deployment) {
        let (sender, orders) = mpsc::unbounded_channel();
        self.0.board.lock().orders.insert(record.number, sender);
        self.0.tasks.tasks.spawn(Run { deployer: self.clone(), record, orders }.drive());
    }

    fn order(&self, number: u64, order: Order) -> Result<Deployment, DeployError> {
        let board = self.0.board.lock();
        let record = board.records.get(&number).ok_or(DeployError::NoDeployment(number))?;
        let sent = board.orders.get(&number).filter(|_| !record.phase.is_over()).map(|orders| orders.send(order));
        match sent {
            Some(Ok(())) => Ok(record.clone()),
            _ => Err(DeployError::Over { number, phase: record.phase }),
        }
    }

    /// What a deployment replaced, and whether it is what the flow's file names still.
    async fn before(&self, record: &Deployment) -> Result<(Plugin, bool), DeployError> {
        if record.from_file {
            let file = self.load_file(&place_of(record)).await.ok();
            if let Some(plugin) = file.filter(|plugin| plugin.reference().digest == record.from.digest) {
                return Ok((plugin, true));
            }
        }
        Ok((self.0.catalogue.load(&record.from).await?, false))
    }

    /// A step back needs no proof: what is put in force was in force before, or stands in the flow's file.
    async fn put_back(&self, mut record: Deployment, plugin: Plugin, why: String) -> Result<Deployment, DeployError> {
        let by = record.by.clone();
        record.enter(Phase::Deployed, self.now(), &by, why);
        self.put_in_force(&record, plugin).await?;
        self.emit(&record);
        Ok(record)
    }

    fn record(
        &self,
        place: &StepId,
        (from, from_file): (PluginRef, bool),
        (to, to_file): (PluginRef, bool),
        by: &str,
        terms: Terms,
    ) -> Deployment {
        let number = self.0.board.lock().last() + 1;
        let (flow, step) = place.clone();
        let now = self.now();
        Deployment {
            number,
            flow,
            step,
            from,
            from_file,
            to,
            to_file,
            undoes: None,
            by: by.to_owned(),
            at: now,
            terms,
            phase: Phase::Checking,
            since: now,
            golden: None,
            shadow: None,
            canary: None,
            watch: None,
            events: Vec::new(),
        }
    }

    fn refuse_a_second(&self, place: &StepId) -> Result<(), DeployError> {
        let board = self.0.board.lock();
        let busy = board.records.values().find(|record| place_of(record) == *place && !record.phase.is_over());
        busy.map_or(Ok(()), |record| Err(DeployError::Busy { number: record.number, phase: record.phase }))
    }

    pub(crate) async fn save(&self, record: &Deployment) -> Result<(), StoreError> {
        self.0.journal.write(record).await
    }

    /// Puts the record on the board as it is now.
    pub(crate) fn show(&self, record: &Deployment) {
        self.0.board.lock().records.insert(record.number, record.clone());
    }

    /// One line for the audit log, and an event when it is over.
    pub(crate) fn emit(&self, record: &Deployment) {
        let Deployment { number, flow, step, from, to, phase, events, .. } = record;
        let (by, text) = events.last().map_or((GANTRY, ""), |event| (event.by.as_str(), event.text.as_str()));
        tracing::info!(
            target: "gantry::audit",
            deployment = number, %flow, step, %from, %to, digest = %to.digest, phase = phase.name(), by, "deployment: {text}"
        );
        if let Some(outcome) = phase.outcome() {
            let ended = Happening::DeploymentEnded {
                deployment: *number,
                step: step.clone(),
                plugin: to.to_string(),
                phase: outcome,
                by: by.to_owned(),
                reason: text.to_owned(),
            };
            self.0.shared.events.publish(flow, ended);
        }
    }

    pub(crate) fn catalogue(&self) -> &CatalogueView {
        &self.0.catalogue
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.shared.clock.now()
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.0.tasks.stop.is_cancelled()
    }

    pub(crate) async fn stopped(&self) {
        self.0.tasks.stop.cancelled().await;
    }
}

/// Goes on when the caller doesn't wait for it: there is no half deployment, and no half rollback.
async fn detached(
    work: impl Future<Output = Result<Deployment, DeployError>> + Send + 'static,
) -> Result<Deployment, DeployError> {
    tokio::spawn(work).await.unwrap_or(Err(DeployError::Stopping))
}
