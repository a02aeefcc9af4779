//! Where deployments are begun, looked at and ordered about. Each runs as a task of its own; what they share is here:
//! the board with every deployment's record, the crew whose flows they change, the journal and the catalogue.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use gantry_core::rollout::{Terms, TermsChange};
use gantry_core::{DeadLetterId, DeadLetterState, Digest, FlowName, Happening, PluginRef, Timestamp};
use gantry_sandbox::Plugin;
use gantry_store::{Filter, Page, StoreError};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::GANTRY;
use super::compare::{Pair, Sample};
use super::error::DeployError;
use super::force::Place;
use super::journal::{Journal, place_of};
use super::record::{Deployment, Phase, ShadowReport};
use super::run::{Run, Stop};
use super::shelf::Shelf;
use super::trial::TrialPlan;
use crate::crew::Crew;
use crate::flow::{RunningFlow, Shared};
use crate::host::Stage;

/// Begins, shows and directs deployments; cheap to clone.
#[derive(Clone)]
pub(crate) struct Deployer(Arc<Inner>);

struct Inner {
    shared: Shared,
    crew: Arc<tokio::sync::Mutex<Crew>>,
    journal: Journal,
    shelf: Shelf,
    terms: Terms,
    tasks: Stage,
    board: Mutex<Board>,
    /// Held while one is begun: two at a time must not get the same step, nor the same number.
    beginning: tokio::sync::Mutex<()>,
}

/// Every deployment, and the way to those that are under way.
#[derive(Default)]
struct Board {
    records: BTreeMap<u64, Deployment>,
    orders: BTreeMap<u64, mpsc::UnboundedSender<Order>>,
}

/// What an operator says to a deployment under way.
pub(crate) enum Order {
    /// On to the next phase.
    GoOn { by: String },
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
    pub(crate) fn new(
        shared: Shared,
        crew: Arc<tokio::sync::Mutex<Crew>>,
        shelf: Shelf,
        terms: Terms,
        tasks: Stage,
    ) -> Self {
        let journal = Journal(shared.store.clone());
        let (board, beginning) = (Mutex::default(), tokio::sync::Mutex::default());
        Self(Arc::new(Inner { shared, crew, journal, shelf, terms, tasks, board, beginning }))
    }

    /// Begins a deployment. What is wrong with the plugin itself is found out on the way and stands in the record.
    pub(crate) async fn begin(&self, request: DeployRequest) -> Result<Deployment, DeployError> {
        let _only = self.0.beginning.lock().await;
        let terms = self.0.terms.with(&request.terms)?;
        let place = (request.flow, request.step);
        let from = self.serving(&place).await?;
        self.refuse_a_second(&place)?;
        let to = self.0.shelf.find(&request.plugin).await?;
        if to.digest == from.digest {
            return Err(DeployError::InForce { plugin: to });
        }
        let from_file = self.0.shared.deployed.at(&place.0, &place.1).plugin.is_none();
        if from_file {
            self.keep_file(&place, &from).await;
        }
        let mut record = self.record(&place, (from, from_file), (to, false), &request.by, terms);
        record.enter(Phase::Checking, self.now(), &request.by, format!("deploy {}", request.plugin));
        self.save(&record).await?;
        self.show(&record);
        self.announce(&record);
        self.start(record.clone());
        Ok(record)
    }

    /// Tells a deployment under way to go on.
    pub(crate) fn approve(&self, number: u64, by: String) -> Result<Deployment, DeployError> {
        self.order(number, Order::GoOn { by })
    }

    /// Puts the old version back: of a deployment under way, or of one that is in force.
    pub(crate) async fn roll_back(&self, number: u64, by: String, reason: String) -> Result<Deployment, DeployError> {
        let record = self.find(number)?;
        if !record.phase.is_over() {
            return self.order(number, Order::RollBack { by, reason });
        }
        let _only = self.0.beginning.lock().await;
        let place = place_of(&record);
        let now = self.serving(&place).await?;
        self.refuse_a_second(&place)?;
        if record.phase != Phase::Deployed || now.digest != record.to.digest {
            return Err(DeployError::NotInForce { number, plugin: record.to });
        }
        let to_file = record.from_file && self.file_of(&place).await.is_some_and(|it| it.digest == record.from.digest);
        let (from, to) = ((now, record.to_file), (record.from, to_file));
        self.put_back(&place, from, to, &by, format!("roll back deployment {number}: {reason}")).await
    }

    /// Puts in force what the flow's file names, whatever was deployed.
    pub(crate) async fn reset(&self, place: Place, by: String, reason: String) -> Result<Deployment, DeployError> {
        let _only = self.0.beginning.lock().await;
        let now = self.serving(&place).await?;
        self.refuse_a_second(&place)?;
        if self.0.shared.deployed.at(&place.0, &place.1).plugin.is_none() {
            return Err(DeployError::InForce { plugin: now });
        }
        let file = self.file_of(&place).await.ok_or(DeployError::NoFile { step: place.1.clone() })?;
        self.put_back(&place, (now, false), (file, true), &by, format!("reset to the flow's file: {reason}")).await
    }

    /// Every deployment, in the order of their beginning.
    pub(crate) fn all(&self) -> Vec<Deployment> {
        self.0.board.lock().records.values().cloned().collect()
    }

    /// The versions a rollback may want back, whether or not the catalogue lists them.
    pub(crate) fn kept(&self) -> HashSet<Digest> {
        self.0.board.lock().records.values().flat_map(|record| [record.from.digest, record.to.digest]).collect()
    }

    /// One deployment as it stands.
    pub(crate) fn find(&self, number: u64) -> Result<Deployment, DeployError> {
        self.0.board.lock().records.get(&number).cloned().ok_or(DeployError::NoDeployment(number))
    }

    /// What another version would say of these dead letters, against the one in force.
    pub(crate) async fn dry_run(
        &self,
        place: Place,
        plugin: &str,
        letters: Vec<DeadLetterId>,
    ) -> Result<ShadowReport, DeployError> {
        self.serving(&place).await?;
        let reference = self.0.shelf.find(plugin).await?;
        let new = self.0.shelf.load(&reference).await?;
        let flow = self.running(&place.0).await.ok_or_else(|| DeployError::NoFlow(place.0.clone()))?;
        let mut samples = Vec::with_capacity(letters.len());
        for id in letters {
            let letter = self.0.shared.store.dead_letter(id).await?;
            let letter = letter.filter(|letter| letter.flow == place.0).ok_or(DeployError::NoDeadLetter(id))?;
            samples.push(Sample { message: letter.received, is_dead_letter: true });
        }
        let step = place.1.clone();
        let compared = self.compute(move || {
            let Some(pair) = Pair::bind(&flow, &step, &new)? else { return Ok(None) };
            let mut report = ShadowReport::default();
            samples.chunks(flow.batch_messages).for_each(|batch| pair.compare(&flow, batch, &mut report));
            Ok(Some(report))
        });
        let compared = compared.await.ok_or(DeployError::Stopping)?;
        compared.map_err(DeployError::Misfit)?.ok_or(DeployError::NoStep { flow: place.0, step: place.1 })
    }

    /// Goes on with the deployments that were under way when the host stopped.
    pub(crate) fn resume(&self, records: Vec<Deployment>) {
        for record in records {
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

    /// A step back needs no proof: what is put in force was in force before, or stands in the flow's file.
    async fn put_back(
        &self,
        place: &Place,
        from: (PluginRef, bool),
        to: (PluginRef, bool),
        by: &str,
        why: String,
    ) -> Result<Deployment, DeployError> {
        let plugin = match to.1 {
            true => self.load_file(place).await?,
            false => self.0.shelf.load(&to.0).await?,
        };
        let mut record = self.record(place, from, to, by, self.0.terms);
        record.enter(Phase::Deployed, self.now(), by, why);
        self.put_in_force(&record, plugin).await?;
        self.announce(&record);
        Ok(record)
    }

    fn record(
        &self,
        place: &Place,
        (from, from_file): (PluginRef, bool),
        (to, to_file): (PluginRef, bool),
        by: &str,
        terms: Terms,
    ) -> Deployment {
        let number = self.0.board.lock().records.keys().last().map_or(1, |last| last + 1);
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

    fn refuse_a_second(&self, place: &Place) -> Result<(), DeployError> {
        let board = self.0.board.lock();
        let busy = board.records.values().find(|record| place_of(record) == *place && !record.phase.is_over());
        busy.map_or(Ok(()), |record| Err(DeployError::Busy { number: record.number, phase: record.phase }))
    }

    /// What serves a step now, a trial aside.
    async fn serving(&self, place: &Place) -> Result<PluginRef, DeployError> {
        let flow = self.running(&place.0).await.ok_or_else(|| DeployError::NoFlow(place.0.clone()))?;
        let step = flow.steps.iter().find(|step| step.name == place.1);
        let step = step.ok_or_else(|| DeployError::NoStep { flow: place.0.clone(), step: place.1.clone() })?;
        Ok(step.server.reference().clone())
    }

    pub(crate) async fn running(&self, flow: &FlowName) -> Option<Arc<RunningFlow>> {
        self.0.crew.lock().await.member(flow).map(crate::crew::Member::running)
    }

    /// Puts a version on trial at a step, or takes it away.
    pub(crate) async fn try_out(&self, place: &Place, plan: Option<TrialPlan>) -> Result<(), DeployError> {
        self.0.shared.deployed.change(place, |deployed| deployed.trial = plan);
        self.rebind(place, None).await
    }

    /// Writes down that this deployment is in force, then puts it in force.
    pub(crate) async fn put_in_force(&self, record: &Deployment, plugin: Plugin) -> Result<(), DeployError> {
        let served = (!record.to_file).then_some(&record.to);
        self.0.journal.put_in_force(record, served).await?;
        let place = place_of(record);
        self.0.shared.deployed.change(&place, |deployed| {
            deployed.plugin = served.map(|_| plugin.clone());
            deployed.trial = None;
        });
        let bound = self.rebind(&place, Some(plugin)).await;
        // On the board last: who sees that it is deployed may count on the next batch.
        self.show(record);
        bound
    }

    /// The flow's next batch meets what is deployed at this step.
    async fn rebind(&self, place: &Place, server: Option<Plugin>) -> Result<(), DeployError> {
        let (mut crew, place) = (Arc::clone(&self.0.crew).lock_owned().await, place.clone());
        // A plugin configures itself when it is bound: guest code, off the async threads.
        let bound = tokio::task::spawn_blocking(move || crew.rebind(&place, server)).await;
        bound.unwrap_or(Err(DeployError::Stopping))
    }

    /// The flow's last messages and its open dead letters, up to `most` of each.
    pub(crate) async fn samples(&self, flow: &RunningFlow, most: usize) -> Result<Vec<Sample>, Stop> {
        if most == 0 {
            return Ok(Vec::new());
        }
        let filter = Filter { flow: Some(flow.name.clone()), state: Some(DeadLetterState::Open), ..Filter::default() };
        let page = Page { after: None, limit: most };
        let letters = self.0.shared.store.dead_letters(filter, page).await.map_err(|_| Stop::Interrupted)?.letters;
        let letters = letters.into_iter().filter(|letter| letter.stage != gantry_core::Stage::Deliver);
        let mut samples: Vec<_> =
            letters.map(|letter| Sample { message: letter.received, is_dead_letter: true }).collect();
        let known: HashSet<_> = samples.iter().map(|sample| sample.message.id).collect();
        let recent = flow.samples.last(most).into_iter().filter(|message| !known.contains(&message.id));
        samples.extend(recent.map(|message| Sample { message, is_dead_letter: false }));
        Ok(samples)
    }

    /// Runs this where plugins run, in turn with the flows. None: it panicked, or the host stops.
    pub(crate) async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let _thread = self.0.shared.plugin_threads.acquire().await.ok();
        tokio::task::spawn_blocking(work).await.ok()
    }

    /// What the flow's file names for this step, as it lies there now.
    async fn file_of(&self, place: &Place) -> Option<PluginRef> {
        self.load_file(place).await.ok().map(|plugin| plugin.reference().clone())
    }

    async fn load_file(&self, place: &Place) -> Result<Plugin, DeployError> {
        let bytes = self.file_bytes(place).await?;
        self.0.shelf.compile(bytes.into()).await
    }

    async fn file_bytes(&self, place: &Place) -> Result<Vec<u8>, DeployError> {
        let missing = || DeployError::NoFile { step: place.1.clone() };
        let path = self.0.crew.lock().await.plugin_file(place).ok_or_else(missing)?;
        tokio::fs::read(&path).await.map_err(|_| missing())
    }

    /// Keeps the bytes that are about to be replaced: the file may be another one when they are wanted back.
    async fn keep_file(&self, place: &Place, from: &PluginRef) {
        let kept = match self.file_bytes(place).await {
            Ok(bytes) if Digest::of(&bytes) == from.digest => self.0.shelf.keep(bytes.into()).await,
            Ok(_) => Err(DeployError::NoFile { step: place.1.clone() }),
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            let error = super::chain(&error);
            tracing::warn!(
                plugin = %from, error, "the version in force can't be kept: a rollback would need its file to be put back"
            );
        }
    }

    pub(crate) async fn save(&self, record: &Deployment) -> Result<(), StoreError> {
        self.0.journal.write(record).await
    }

    /// Puts the record on the board as it is now.
    pub(crate) fn show(&self, record: &Deployment) {
        self.0.board.lock().records.insert(record.number, record.clone());
    }

    /// One line for the audit log, and an event when it is over.
    pub(crate) fn announce(&self, record: &Deployment) {
        let Deployment { number, flow, step, from, to, phase, events, .. } = record;
        let (by, text) = events.last().map_or((GANTRY, ""), |event| (event.by.as_str(), event.text.as_str()));
        tracing::info!(
            target: "gantry::audit",
            deployment = number, %flow, step, %from, %to, digest = %to.digest, phase = phase.name(), by, "deployment: {text}"
        );
        if phase.is_over() {
            let ended = Happening::DeploymentEnded {
                deployment: *number,
                step: step.clone(),
                plugin: to.to_string(),
                phase: phase.name().to_owned(),
                by: by.to_owned(),
                reason: text.to_owned(),
            };
            self.0.shared.events.tell(flow, ended);
        }
    }

    pub(crate) fn shelf(&self) -> &Shelf {
        &self.0.shelf
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.shared.clock.now()
    }

    pub(crate) async fn stopped(&self) {
        self.0.tasks.stop.cancelled().await;
    }
}
