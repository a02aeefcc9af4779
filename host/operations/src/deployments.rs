//! Deployments: begin, approve, roll back, and reset to the version in the flow's file. Each changes flows in memory in
//! addition to its record, so each writes an audit intent first.

use gantry_control::reload::Trigger;
use gantry_control::rollout::{DeployRequest, Deployment, Phase};
use gantry_core::FlowName;
use gantry_core::rollout::TermsChange;
use gantry_store::AuditOutcome;

use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;
use crate::services::HostServices;

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
    /// The approved phase; in any other phase the approval is refused.
    pub phase: Phase,
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

/// Restores the version in the flow's file for a step, whatever was deployed. Refused while a deployment of the step is in
/// progress.
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

    fn outcome(begun: &Deployment) -> (AuditOutcome, Option<String>) {
        (AuditOutcome::Done, Some(format!("deployment {}: {}", begun.number, begun.to)))
    }
}

impl Operation for ApproveDeployment {
    const PERMISSION: Permission = Permission::ApproveDeployments;
    const EFFECT: Effect = Effect::Outside;
    type Output = Deployment;

    fn subject(&self) -> String {
        deployment(self.number)
    }

    fn subject_at(&self, host: &HostServices) -> Option<String> {
        step_of(host, self.number)
    }

    fn words(&self) -> &str {
        &self.reason
    }

    fn detail(&self) -> String {
        with_reason(format!("{}, {}", deployment(self.number), self.phase.name()), &self.reason)
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
        deployment(self.number)
    }

    fn subject_at(&self, host: &HostServices) -> Option<String> {
        step_of(host, self.number)
    }

    fn words(&self) -> &str {
        &self.reason
    }

    fn detail(&self) -> String {
        with_reason(deployment(self.number), &self.reason)
    }

    async fn run(self, call: Call) -> Result<Deployment, OperationError> {
        let host = call.host()?;
        let back = host.deployer.roll_back(self.number, call.by(), self.reason).await?;
        mend(host, &back.flow).await;
        Ok(back)
    }
}

impl Operation for ResetStep {
    const PERMISSION: Permission = Permission::ResetSteps;
    const EFFECT: Effect = Effect::Outside;
    type Output = Deployment;

    fn subject(&self) -> String {
        format!("{}/{}", self.flow, self.step)
    }

    fn words(&self) -> &str {
        &self.reason
    }

    async fn run(self, call: Call) -> Result<Deployment, OperationError> {
        let host = call.host()?;
        let back = host.deployer.reset((self.flow, self.step), call.by(), self.reason).await?;
        mend(host, &back.flow).await;
        Ok(back)
    }

    fn outcome(reset: &Deployment) -> (AuditOutcome, Option<String>) {
        let why = reset.events.last().map(|event| event.text.as_str()).unwrap_or_default();
        (AuditOutcome::Done, Some(with_reason(deployment(reset.number), why)))
    }
}

/// Tries a broken flow again, now that another plugin serves one of its steps. The reloader logs what comes of it.
async fn mend(host: &HostServices, flow: &FlowName) {
    if !host.flows.broken().iter().any(|broken| broken.name == *flow) {
        return;
    }
    if let Err(error) = host.reloader.reload(Trigger::Api).await {
        tracing::warn!(%flow, %error, "the flow was not tried again");
    }
}

fn deployment(number: u64) -> String {
    format!("deployment {number}")
}

fn with_reason(what: String, reason: &str) -> String {
    if reason.is_empty() { what } else { format!("{what}: {reason}") }
}

/// `FLOW/STEP` of a deployment, as it is the subject where one begins.
fn step_of(host: &HostServices, number: u64) -> Option<String> {
    let found = host.deployer.find(number).ok()?;
    Some(format!("{}/{}", found.flow, found.step))
}
