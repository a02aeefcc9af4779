//! Deployments: begin, approve, roll back, and reset to the version in the flow's file. Each changes flows in memory in
//! addition to its record, so each writes an audit intent first.

use gantry_control::rollout::{DeployRequest, Deployment, Phase};
use gantry_core::FlowName;
use gantry_core::rollout::TermsChange;

use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;

/// Begins to replace the plugin of a step with a version from the catalogue.
#[derive(Clone, Debug)]
pub struct BeginDeployment {
    /// The flow.
    pub flow: FlowName,
    /// The step.
    pub step: String,
    /// `NAME@VERSION` in the catalogue.
    pub plugin: String,
    /// Terms that differ from the host's.
    pub terms: TermsChange,
}

/// Lets a deployment continue that waits for approval, or ends its canary or watch early.
#[derive(Clone, Debug)]
pub struct ApproveDeployment {
    /// Its number.
    pub number: u64,
    /// The approved phase; the current one unless given.
    pub phase: Option<Phase>,
    /// Why; may be empty.
    pub reason: String,
}

/// Restores the version before a deployment, whether it is in progress or complete.
#[derive(Clone, Debug)]
pub struct RollBackDeployment {
    /// Its number.
    pub number: u64,
    /// Why; may be empty.
    pub reason: String,
}

/// Restores the version in the flow's file for a step, regardless of deployments.
#[derive(Clone, Debug)]
pub struct ResetStep {
    /// The flow.
    pub flow: FlowName,
    /// The step.
    pub step: String,
    /// Why; may be empty.
    pub reason: String,
}

impl Operation for BeginDeployment {
    const PERMISSION: Permission = Permission::BeginDeployments;
    const EFFECT: Effect = Effect::Outside;
    type Output = Deployment;

    fn subject(&self) -> String {
        format!("{}/{}", self.flow, self.step)
    }

    fn detail(&self) -> String {
        self.plugin.clone()
    }

    async fn run(self, call: Call) -> Result<Deployment, OperationError> {
        let Self { flow, step, plugin, terms } = self;
        let request = DeployRequest { flow, step, plugin, by: call.by(), terms };
        Ok(call.host()?.deployer.begin(request).await?)
    }
}

impl Operation for ApproveDeployment {
    const PERMISSION: Permission = Permission::ApproveDeployments;
    const EFFECT: Effect = Effect::Outside;
    type Output = Deployment;

    fn subject(&self) -> String {
        format!("deployment {}", self.number)
    }

    fn detail(&self) -> String {
        self.reason.clone()
    }

    async fn run(self, call: Call) -> Result<Deployment, OperationError> {
        Ok(call.host()?.deployer.approve(self.number, self.phase, call.by())?)
    }
}

impl Operation for RollBackDeployment {
    const PERMISSION: Permission = Permission::RollBackDeployments;
    const EFFECT: Effect = Effect::Outside;
    type Output = Deployment;

    fn subject(&self) -> String {
        format!("deployment {}", self.number)
    }

    fn detail(&self) -> String {
        self.reason.clone()
    }

    async fn run(self, call: Call) -> Result<Deployment, OperationError> {
        Ok(call.host()?.deployer.roll_back(self.number, call.by(), self.reason).await?)
    }
}

impl Operation for ResetStep {
    const PERMISSION: Permission = Permission::ResetSteps;
    const EFFECT: Effect = Effect::Outside;
    type Output = Deployment;

    fn subject(&self) -> String {
        format!("{}/{}", self.flow, self.step)
    }

    fn detail(&self) -> String {
        self.reason.clone()
    }

    async fn run(self, call: Call) -> Result<Deployment, OperationError> {
        Ok(call.host()?.deployer.reset((self.flow, self.step), call.by(), self.reason).await?)
    }
}
