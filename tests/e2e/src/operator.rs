//! What an operator does to a host, each in one line: operations as the holder of the admin token, for whom the test names.

use std::future::Future;

use gantry_control::reload::{ReloadReport, Trigger};
use gantry_control::rollout::{DeployError, DeployRequest, Deployment, Phase};
use gantry_control::targets::{TargetCommand, TargetError};
use gantry_core::{FlowName, TargetName};
use gantry_engine::target_report::TargetReport;
use gantry_operations::{
    Actor, ApproveDeployment, BeginDeployment, CloseBreaker, DisableTarget, EnableTarget, Operation, OperationError,
    PauseTarget, Publish, Reload, ResetStep, ResumeTarget, RollBackDeployment,
};
use gantry_runtime::HostHandle;
use gantry_store::Publication;

/// An operator of this host.
pub trait Operator {
    /// Begins a deployment.
    fn deploy(&self, request: DeployRequest) -> impl Future<Output = Result<Deployment, DeployError>> + Send;

    /// Lets a deployment go on from the phase it is in.
    fn approve_deployment(
        &self,
        number: u64,
        by: String,
    ) -> impl Future<Output = Result<Deployment, DeployError>> + Send;

    /// Lets a deployment go on from this phase.
    fn approve_phase(
        &self,
        number: u64,
        phase: Phase,
        by: String,
    ) -> impl Future<Output = Result<Deployment, DeployError>> + Send;

    /// Puts the version before back.
    fn roll_back(
        &self,
        number: u64,
        by: String,
        reason: String,
    ) -> impl Future<Output = Result<Deployment, DeployError>> + Send;

    /// Puts the plugin of the flow's file back.
    fn reset_step(
        &self,
        flow: FlowName,
        step: String,
        by: String,
        reason: String,
    ) -> impl Future<Output = Result<Deployment, DeployError>> + Send;

    /// Gives a target a command.
    fn command_target(
        &self,
        flow: &FlowName,
        target: &TargetName,
        command: TargetCommand,
        by: String,
        reason: String,
    ) -> impl Future<Output = Result<TargetReport, TargetError>> + Send;

    /// Has the flow files read again.
    fn reload(&self) -> impl Future<Output = ReloadReport> + Send;

    /// Publishes a plugin without a signature.
    fn publish(&self, plugin: Vec<u8>) -> impl Future<Output = Publication> + Send;
}

impl Operator for HostHandle {
    async fn deploy(&self, request: DeployRequest) -> Result<Deployment, DeployError> {
        let DeployRequest { flow, step, plugin, by, terms } = request;
        act(self, &by, BeginDeployment { flow, step, plugin, terms }).await.map_err(of_deployment)
    }

    async fn approve_deployment(&self, number: u64, by: String) -> Result<Deployment, DeployError> {
        let phase = self.deployment(number)?.phase;
        act(self, &by, approval(number, phase)).await.map_err(of_deployment)
    }

    async fn approve_phase(&self, number: u64, phase: Phase, by: String) -> Result<Deployment, DeployError> {
        act(self, &by, approval(number, phase)).await.map_err(of_deployment)
    }

    async fn roll_back(&self, number: u64, by: String, reason: String) -> Result<Deployment, DeployError> {
        act(self, &by, RollBackDeployment { number, reason }).await.map_err(of_deployment)
    }

    async fn reset_step(
        &self,
        flow: FlowName,
        step: String,
        by: String,
        reason: String,
    ) -> Result<Deployment, DeployError> {
        act(self, &by, ResetStep { flow, step, reason }).await.map_err(of_deployment)
    }

    async fn command_target(
        &self,
        flow: &FlowName,
        target: &TargetName,
        command: TargetCommand,
        by: String,
        reason: String,
    ) -> Result<TargetReport, TargetError> {
        let flow = flow.clone();
        let target = target.clone();
        let done = match command {
            TargetCommand::Pause => act(self, &by, PauseTarget { flow, target, until: None, reason }).await,
            TargetCommand::Resume => act(self, &by, ResumeTarget { flow, target, reason }).await,
            TargetCommand::Disable => act(self, &by, DisableTarget { flow, target, reason }).await,
            TargetCommand::Enable => act(self, &by, EnableTarget { flow, target, reason }).await,
            TargetCommand::CloseBreaker => act(self, &by, CloseBreaker { flow, target, reason }).await,
        };
        done.map_err(|error| match error {
            OperationError::Target(error) => error,
            other => panic!("{other}"),
        })
    }

    async fn reload(&self) -> ReloadReport {
        act(self, "", Reload { trigger: Trigger::Api, reason: String::new() })
            .await
            .expect("the reload comes to a decision")
    }

    async fn publish(&self, plugin: Vec<u8>) -> Publication {
        let publish = Publish { bytes: plugin.into(), signatures: None };
        act(self, "test", publish).await.expect("the catalogue takes it")
    }
}

fn approval(number: u64, phase: Phase) -> ApproveDeployment {
    ApproveDeployment { number, phase, reason: String::new() }
}

async fn act<O: Operation>(host: &HostHandle, by: &str, operation: O) -> Result<O::Output, OperationError> {
    host.operations().execute(&Actor::admin().on_behalf_of(by), operation).await
}

fn of_deployment(error: OperationError) -> DeployError {
    match error {
        OperationError::Deployment(error) => error,
        other => panic!("{other}"),
    }
}
