//! Deployments of a running host.

use gantry_api::v1::{
    ApproveRequest, CloseRequest, DeployRequest, Deployment, DeploymentQuery, DryRunRequest, Phase, ShadowReport,
};

use super::{Client, ClientError};

impl Client {
    /// Begins a deployment.
    pub(crate) async fn deploy(&self, request: &DeployRequest) -> Result<Deployment, ClientError> {
        self.transport.post("deployments", request).await
    }

    /// Deployments, oldest first.
    pub(crate) async fn deployments(&self, query: &DeploymentQuery) -> Result<Vec<Deployment>, ClientError> {
        self.transport.answer(self.transport.get("deployments").query(query)).await
    }

    /// One deployment.
    pub(crate) async fn deployment(&self, number: u64) -> Result<Deployment, ClientError> {
        self.transport.read(&format!("deployments/{number}")).await
    }

    /// Lets a deployment continue from this phase.
    pub(crate) async fn approve(&self, number: u64, phase: Phase, by: &str) -> Result<Deployment, ClientError> {
        let request = ApproveRequest { by: by.to_owned(), reason: String::new(), phase };
        self.transport.post(&format!("deployments/{number}/approve"), &request).await
    }

    /// Restores the version before a deployment.
    pub(crate) async fn roll_back(&self, number: u64, by: &str, reason: &str) -> Result<Deployment, ClientError> {
        let request = CloseRequest { by: by.to_owned(), reason: reason.to_owned() };
        self.transport.post(&format!("deployments/{number}/rollback"), &request).await
    }

    /// Resets a step to the plugin version in the flow's file.
    pub(crate) async fn reset(
        &self,
        flow: &str,
        step: &str,
        by: &str,
        reason: &str,
    ) -> Result<Deployment, ClientError> {
        let request = CloseRequest { by: by.to_owned(), reason: reason.to_owned() };
        self.transport.post(&format!("flows/{flow}/steps/{step}/reset"), &request).await
    }

    /// Runs dead letters through another version and compares the outcomes.
    pub(crate) async fn dry_run(&self, request: &DryRunRequest) -> Result<ShadowReport, ClientError> {
        self.transport.post("deployments/dry-run", request).await
    }
}
