//! Steps back: a version is put back that was in force before, or that stands in the flow's file. It needs no proof. A flow
//! that doesn't run, perhaps because of what was deployed to it, gets the version with the next reload.

use gantry_engine::overrides::StepId;
use gantry_sandbox::Plugin;

use super::audit;
use super::deployer::{Deployer, detached};
use super::error::DeployError;
use super::order::Order;
use super::record::{Deployment, Phase, Version};

impl Deployer {
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

    async fn roll_back_now(&self, number: u64, by: String, reason: String) -> Result<Deployment, DeployError> {
        let record = self.find(number)?;
        if !record.phase.is_over() {
            return self.deployments().order(number, Order::RollBack { by, reason });
        }
        if let Some(undone) = record.undoes {
            return Err(DeployError::StepBack { number, undone });
        }
        let _only = self.beginning().await;
        let step = record.step_id();
        self.deployments().refuse_a_second(&step)?;
        let serving = self.steps().serving_on_record(&step).await?;
        if record.phase != Phase::Deployed || serving.digest != record.to.digest {
            return Err(DeployError::NotInForce { number, plugin: record.to });
        }
        let (plugin, is_of_file) = self.replaced_by(&record).await?;
        let from = Version { plugin: serving, is_of_file: record.to_file };
        let to = Version { plugin: record.from, is_of_file };
        let mut back = self.new_record(&step, from, to, &by, self.terms());
        back.undoes = Some(number);
        self.put_back(back, plugin, format!("roll back deployment {number}: {reason}")).await
    }

    async fn reset_now(&self, step: StepId, by: String, reason: String) -> Result<Deployment, DeployError> {
        let _only = self.beginning().await;
        self.deployments().refuse_a_second(&step)?;
        let serving = self.steps().serving_on_record(&step).await?;
        if self.steps().is_served_by_file(&step) {
            return Err(DeployError::InForce { plugin: serving });
        }
        let plugin = self.steps().load_file(&step).await?;
        let to = Version { plugin: plugin.reference().clone(), is_of_file: true };
        let back = self.new_record(&step, Version::of_catalogue(serving), to, &by, self.terms());
        self.put_back(back, plugin, format!("reset to the flow's file: {reason}")).await
    }

    /// What a deployment replaced, and whether it is what the flow's file names still.
    async fn replaced_by(&self, record: &Deployment) -> Result<(Plugin, bool), DeployError> {
        if record.from_file {
            let file = self.steps().load_file(&record.step_id()).await.ok();
            if let Some(plugin) = file.filter(|plugin| plugin.reference().digest == record.from.digest) {
                return Ok((plugin, true));
            }
        }
        Ok((self.steps().catalogue.load(&record.from).await?, false))
    }

    async fn put_back(&self, mut record: Deployment, plugin: Plugin, why: String) -> Result<Deployment, DeployError> {
        let by = record.by.clone();
        record.enter(Phase::Deployed, self.steps().now(), &by, why);
        match self.steps().put_in_force(&record, plugin.clone()).await {
            Err(DeployError::Broken(_)) => self.steps().put_on_record(&record, plugin).await?,
            done => done?,
        }
        audit::emit(&self.steps().shared.events, &record);
        Ok(record)
    }
}
