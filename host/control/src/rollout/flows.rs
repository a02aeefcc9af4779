//! What deployments see of flows and do to them: which plugin serves a step, what a flow's file names for it, the messages
//! to try a version on, and the swap itself. A swap is for the flow's next batch; what is in flight ends as it began.

use std::collections::HashSet;
use std::sync::Arc;

use gantry_config::Flow;
use gantry_core::{DeadLetterState, Digest, FlowName, Message, PluginRef, Stage};
use gantry_engine::canary::CanaryPlan;
use gantry_engine::flow::{RunningFlow, Shared};
use gantry_engine::overrides::StepId;
use gantry_engine::step::{PluginStep, RunningStep};
use gantry_sandbox::Plugin;
use gantry_store::{Filter, Page, StoreError};
use tokio::sync::OwnedMutexGuard;

use super::catalogue::CatalogueView;
use super::compare::Sample;
use super::deployer::Deployer;
use super::error::{DeployError, RecallError};
use super::journal::{Journal, Recalled, place_of};
use super::record::Deployment;
use super::run::Stop;
use crate::diagnose::chain;
use crate::registry::FlowRegistry;

/// Dead letters read at once, whole.
const LETTERS_AT_ONCE: usize = 100;
/// Payload bytes of dead letters beyond which no more are read to try a version on.
const SAMPLE_BYTES: usize = 16 << 20;

/// Loads what was deployed before, so that the flows start with it; gives every deployment on record.
pub async fn recall(shared: &Shared, catalogue: &CatalogueView, flows: &[Flow]) -> Result<Recalled, RecallError> {
    let journal = Journal(shared.store.clone());
    for served in journal.deployed().await.map_err(RecallError::Records)?.records {
        let place = (served.flow, served.step);
        match catalogue.load(&served.plugin).await {
            Ok(plugin) => shared.overrides.change(&place, |deployed| deployed.plugin = Some(plugin)),
            Err(source) if is_among(flows, &place) => {
                let (flow, step) = place;
                return Err(RecallError::Plugin { flow, step, source: Box::new(source) });
            }
            Err(error) => {
                let (flow, step, error) = (&place.0, &place.1, chain(&error));
                tracing::warn!(%flow, step, error, "what was deployed to a step that is gone can't be loaded");
            }
        }
    }
    journal.deployments().await.map_err(RecallError::Records)
}

fn is_among(flows: &[Flow], (flow, step): &StepId) -> bool {
    let has_plugin = |of: &gantry_config::Step| of.name == *step && of.plugin().is_some();
    flows.iter().any(|known| known.name == *flow && known.steps.iter().any(has_plugin))
}

/// A step that plugins can be deployed to, and where it stands in its flow.
pub(super) fn deployable<'a>(flow: &'a RunningFlow, name: &str) -> Result<(usize, &'a PluginStep), DeployError> {
    let step = name.to_owned();
    match flow.transformer.steps().list().iter().enumerate().find(|(_, step)| step.name() == name) {
        Some((at, RunningStep::Plugin(step))) => Ok((at, step)),
        Some((_, RunningStep::Rules(_))) => Err(DeployError::Rules { flow: flow.name.clone(), step }),
        None => Err(DeployError::NoStep { flow: flow.name.clone(), step }),
    }
}

/// The next version of a flow: the step of this place served by `server`, if one is given, and with this canary or none.
/// Blocks for as long as a plugin takes to configure itself; changes nothing.
fn rebind(
    registry: &FlowRegistry,
    (flow, step): &StepId,
    server: Option<Plugin>,
    canary: Option<&CanaryPlan>,
) -> Result<Arc<RunningFlow>, DeployError> {
    let running = registry.running(flow).ok_or_else(|| DeployError::NoFlow(flow.clone()))?;
    let (_, current) = deployable(&running, step)?;
    Ok(Arc::new(running.with_step(current.served_by(server, canary)?)))
}

impl Deployer {
    /// What serves a step now, a trial aside.
    pub(super) async fn serving(&self, place: &StepId) -> Result<PluginRef, DeployError> {
        let flow = self.running(&place.0).await.ok_or_else(|| DeployError::NoFlow(place.0.clone()))?;
        Ok(deployable(&flow, &place.1)?.1.server.reference().clone())
    }

    pub(super) async fn running(&self, flow: &FlowName) -> Option<Arc<RunningFlow>> {
        self.0.registry.lock().await.running(flow)
    }

    /// Puts a version on trial at a step, or takes it away; what is taken away is gone though its flow be gone, too.
    pub(super) async fn try_out(&self, place: &StepId, plan: Option<CanaryPlan>) -> Result<(), DeployError> {
        let bound = self.bind(place, None, plan.clone()).await;
        if bound.is_ok() || plan.is_none() {
            self.0.shared.overrides.change(place, |deployed| deployed.canary = plan);
        }
        let (mut registry, next) = bound?;
        registry.install(next);
        Ok(())
    }

    /// Binds, writes down that this deployment is in force, then puts it in force. A plugin that doesn't bind changes
    /// nothing; and no reload comes in between.
    pub(super) async fn put_in_force(&self, record: &Deployment, plugin: Plugin) -> Result<(), DeployError> {
        let place = place_of(record);
        let (mut registry, next) = self.bind(&place, Some(plugin.clone()), None).await?;
        let served = (!record.to_file).then_some(&record.to);
        self.0.journal.put_in_force(record, served).await?;
        self.0.shared.overrides.change(&place, |deployed| {
            deployed.plugin = served.map(|_| plugin);
            deployed.canary = None;
        });
        registry.install(next);
        // On the board last: who sees that it is deployed may count on the next batch.
        self.show(record);
        Ok(())
    }

    /// The registry, held, and the flow's next version. A plugin configures itself in this: guest code, off the async threads.
    async fn bind(
        &self,
        place: &StepId,
        server: Option<Plugin>,
        canary: Option<CanaryPlan>,
    ) -> Result<(OwnedMutexGuard<FlowRegistry>, Arc<RunningFlow>), DeployError> {
        let (registry, place) = (Arc::clone(&self.0.registry).lock_owned().await, place.clone());
        let work = move || {
            let next = rebind(&registry, &place, server, canary.as_ref());
            (registry, next)
        };
        let (registry, next) = tokio::task::spawn_blocking(work).await.map_err(|_| DeployError::Stopping)?;
        Ok((registry, next?))
    }

    /// The flow's last messages and its open dead letters, up to `most` of each, that a plugin would be given: those that
    /// the flow's own schema keeps out aren't among them.
    pub(super) async fn samples(&self, flow: &RunningFlow, most: usize) -> Result<Vec<Sample>, Stop> {
        let letters = self.open_letters(flow, most).await.map_err(|_| Stop::Interrupted)?;
        let known: HashSet<_> = letters.iter().map(|message| message.id).collect();
        let recent = flow.transformer.samples().last(most).into_iter().filter(|message| !known.contains(&message.id));
        let letters = letters.into_iter().map(|message| Sample { message, is_dead_letter: true });
        let all = letters.chain(recent.map(|message| Sample { message, is_dead_letter: false }));
        Ok(all.filter(|sample| flow.transformer.takes(&sample.message)).collect())
    }

    /// Messages that ended before a delivery, and that nobody has dealt with.
    async fn open_letters(&self, flow: &RunningFlow, most: usize) -> Result<Vec<Message>, StoreError> {
        let (mut found, mut bytes, mut after) = (Vec::new(), 0, None);
        while found.len() < most && bytes < SAMPLE_BYTES {
            let filter =
                Filter { flow: Some(flow.name.clone()), state: Some(DeadLetterState::Open), ..Filter::default() };
            let page = self.0.shared.store.dead_letters(filter, Page { after, limit: LETTERS_AT_ONCE }).await?;
            for letter in page.letters.into_iter().filter(|letter| letter.stage != Stage::Deliver) {
                bytes += letter.received.payload.len();
                found.push(letter.received);
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        found.truncate(most);
        Ok(found)
    }

    /// Runs this where plugins run, in turn with the flows. None: it panicked, or the host stops.
    pub(super) async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let _thread = tokio::select! {
            biased;
            () = self.stopped() => return None,
            thread = self.0.shared.plugin_threads.acquire() => thread.ok(),
        };
        tokio::task::spawn_blocking(work).await.ok()
    }

    /// What the flow's file names for this step, as it lies there now.
    pub(super) async fn load_file(&self, place: &StepId) -> Result<Plugin, DeployError> {
        let bytes = self.file_bytes(place).await?;
        self.0.catalogue.compile(bytes.into()).await
    }

    async fn file_bytes(&self, place: &StepId) -> Result<Vec<u8>, DeployError> {
        let missing = || DeployError::NoFile { step: place.1.clone() };
        let path = self.0.registry.lock().await.plugin_file(place).ok_or_else(missing)?;
        tokio::fs::read(&path).await.map_err(|_| missing())
    }

    /// Keeps the bytes that are about to be replaced: the file may be another one when they are wanted back.
    pub(super) async fn keep_file(&self, place: &StepId, from: &PluginRef) {
        let kept = match self.file_bytes(place).await {
            Ok(bytes) if Digest::of(&bytes) == from.digest => self.0.catalogue.keep(bytes.into()).await,
            Ok(_) => Err(DeployError::NoFile { step: place.1.clone() }),
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            let error = chain(&error);
            tracing::warn!(
                plugin = %from, error, "the version in force can't be kept: a rollback would need its file to be put back"
            );
        }
    }
}
