//! What deployments read of steps and do to them: which plugin serves a step, what a flow's file names for it, and the
//! swap itself. A swap is for the flow's next batch; what is in flight ends as it began.

use std::sync::Arc;

use gantry_core::{Digest, FlowName, PluginRef, Timestamp};
use gantry_engine::canary::CanaryPlan;
use gantry_engine::flow::{RunningFlow, Shared};
use gantry_engine::overrides::StepId;
use gantry_sandbox::Plugin;
use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;

use super::catalogue::CatalogueView;
use super::deployable::deployable;
use super::deployments::Deployments;
use super::error::DeployError;
use super::record::Deployment;
use crate::diagnose::chain;
use crate::registry::FlowRegistry;

/// The steps of the flows in force; cheap to clone.
#[derive(Clone)]
pub(super) struct Steps {
    pub(super) shared: Shared,
    pub(super) registry: Arc<tokio::sync::Mutex<FlowRegistry>>,
    pub(super) catalogue: CatalogueView,
    pub(super) deployments: Deployments,
    /// Cancelled when the host stops.
    pub(super) stop: CancellationToken,
}

impl Steps {
    /// What serves a step now, a canary aside.
    pub(super) async fn serving(&self, step: &StepId) -> Result<PluginRef, DeployError> {
        let flow = self.running(&step.0).await?;
        Ok(deployable(&flow, &step.1)?.1.server.reference().clone())
    }

    /// The same; of a flow that doesn't run, what is deployed to the step on record, whether that can be loaded or not.
    pub(super) async fn serving_on_record(&self, step: &StepId) -> Result<PluginRef, DeployError> {
        match self.serving(step).await {
            Err(DeployError::Broken(broken)) => self.deployed(step).ok_or(DeployError::Broken(broken)),
            serving => serving,
        }
    }

    fn deployed(&self, (flow, step): &StepId) -> Option<PluginRef> {
        let deployed = self.shared.overrides.at(flow, step);
        let gone = deployed.gone.map(|gone| gone.plugin);
        gone.or_else(|| deployed.plugin.map(|plugin| plugin.reference().clone()))
    }

    /// The version of a flow that is in force.
    pub(super) async fn running(&self, flow: &FlowName) -> Result<Arc<RunningFlow>, DeployError> {
        running(&*self.registry.lock().await, flow)
    }

    /// Whether the step is served by what its flow's file names.
    pub(super) fn is_served_by_file(&self, (flow, step): &StepId) -> bool {
        let deployed = self.shared.overrides.at(flow, step);
        deployed.plugin.is_none() && deployed.gone.is_none()
    }

    /// Puts a version on canary at a step, or takes it away; what is taken away is gone even if its flow is, too.
    pub(super) async fn set_canary(&self, step: &StepId, plan: Option<CanaryPlan>) -> Result<(), DeployError> {
        let bound = self.bind(step, None, plan.clone()).await;
        if bound.is_ok() || plan.is_none() {
            self.shared.overrides.change(step, |deployed| deployed.canary = plan);
        }
        let (mut registry, next) = bound?;
        registry.install(next);
        Ok(())
    }

    /// Binds, writes down that this deployment is in force, then puts it in force. A plugin that doesn't bind changes
    /// nothing; and no reload comes in between.
    pub(super) async fn put_in_force(&self, record: &Deployment, plugin: Plugin) -> Result<(), DeployError> {
        let step = record.step_id();
        let (mut registry, next) = self.bind(&step, Some(plugin.clone()), None).await?;
        self.record(record, plugin).await?;
        registry.install(next);
        // Shown last: who sees that it is deployed may count on the next batch.
        self.deployments.show(record);
        Ok(())
    }

    /// The same for a step back of a flow that doesn't run: the next reload starts it with this plugin, if it can run then.
    pub(super) async fn put_on_record(&self, record: &Deployment, plugin: Plugin) -> Result<(), DeployError> {
        self.record(record, plugin).await?;
        self.deployments.show(record);
        Ok(())
    }

    /// Writes down which plugin serves the step, for the flow's next version.
    async fn record(&self, record: &Deployment, plugin: Plugin) -> Result<(), DeployError> {
        let served = (!record.to_file).then_some(&record.to);
        self.deployments.record_in_force(record, served).await?;
        self.shared.overrides.change(&record.step_id(), |deployed| {
            deployed.plugin = served.map(|_| plugin);
            deployed.canary = None;
            deployed.gone = None;
        });
        Ok(())
    }

    /// The registry, held, and the flow's next version. A plugin configures itself in this: guest code, off the async threads.
    async fn bind(
        &self,
        step: &StepId,
        server: Option<Plugin>,
        canary: Option<CanaryPlan>,
    ) -> Result<(OwnedMutexGuard<FlowRegistry>, Arc<RunningFlow>), DeployError> {
        let registry = Arc::clone(&self.registry).lock_owned().await;
        let step = step.clone();
        let rebound = tokio::task::spawn_blocking(move || {
            let next = rebind(&registry, &step, server, canary.as_ref());
            (registry, next)
        });
        let (registry, next) = rebound.await.map_err(|_| DeployError::Stopping)?;
        Ok((registry, next?))
    }

    /// Runs this where plugins run, in turn with the flows. None: it panicked, or the host stops.
    pub(super) async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let _thread = tokio::select! {
            biased;
            () = self.stop.cancelled() => return None,
            thread = self.shared.plugin_threads.acquire() => thread.ok(),
        };
        tokio::task::spawn_blocking(work).await.ok()
    }

    /// What the flow's file names for this step, as it lies there now.
    pub(super) async fn load_file(&self, step: &StepId) -> Result<Plugin, DeployError> {
        let bytes = self.file_bytes(step).await?;
        self.catalogue.compile(bytes.into()).await
    }

    async fn file_bytes(&self, step: &StepId) -> Result<Vec<u8>, DeployError> {
        let missing = || DeployError::NoFile { step: step.1.clone() };
        let path = self.registry.lock().await.plugin_file(step).ok_or_else(missing)?;
        tokio::fs::read(&path).await.map_err(|_| missing())
    }

    /// Keeps the bytes that are about to be replaced: the file may be another one when they are wanted back.
    pub(super) async fn keep_file(&self, step: &StepId, from: &PluginRef) {
        let kept = match self.file_bytes(step).await {
            Ok(bytes) if Digest::of(&bytes) == from.digest => self.catalogue.keep(bytes.into()).await,
            Ok(_) => Err(DeployError::NoFile { step: step.1.clone() }),
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            let error = chain(&error);
            tracing::warn!(
                plugin = %from, error, "the version in force can't be kept: a rollback would need its file to be put back"
            );
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }
}

/// The version of a flow that is in force.
fn running(registry: &FlowRegistry, flow: &FlowName) -> Result<Arc<RunningFlow>, DeployError> {
    registry.refuse_broken(flow)?;
    registry.running(flow).ok_or_else(|| DeployError::NoFlow(flow.clone()))
}

/// The next version of a flow: this step served by `server`, if one is given, and with this canary or none. Blocks for
/// as long as a plugin takes to configure itself; changes nothing.
fn rebind(
    registry: &FlowRegistry,
    (flow, step): &StepId,
    server: Option<Plugin>,
    canary: Option<&CanaryPlan>,
) -> Result<Arc<RunningFlow>, DeployError> {
    let running = running(registry, flow)?;
    let (_, current) = deployable(&running, step)?;
    Ok(Arc::new(running.with_step(current.served_by(server, canary)?)))
}
