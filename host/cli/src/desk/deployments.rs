//! Deployments of a running host, over its admin API.

use gantry_api::v1::{
    CloseRequest, DeployRequest, Deployment, DeploymentQuery, DryRunRequest, FlowReport, ShadowReport,
};

use super::DeskError;
use super::remote::Remote;

impl Remote {
    /// Begins a deployment.
    pub(crate) async fn deploy(&self, request: &DeployRequest) -> Result<Deployment, DeskError> {
        self.answer(self.client.post(self.url("deployments")).json(request), "deployment", "").await
    }

    /// Deployments, oldest first.
    pub(crate) async fn deployments(&self, query: &DeploymentQuery) -> Result<Vec<Deployment>, DeskError> {
        self.answer(self.client.get(self.url("deployments")).query(query), "deployments", "").await
    }

    /// One deployment as it stands.
    pub(crate) async fn deployment(&self, number: u64) -> Result<Deployment, DeskError> {
        self.answer(self.client.get(self.url(&format!("deployments/{number}"))), "deployment", number).await
    }

    /// On to its next phase.
    pub(crate) async fn approve(&self, number: u64, by: &str) -> Result<Deployment, DeskError> {
        let request = CloseRequest { by: by.to_owned(), reason: String::new() };
        let url = self.url(&format!("deployments/{number}/approve"));
        self.answer(self.client.post(url).json(&request), "deployment", number).await
    }

    /// Back to the version before it.
    pub(crate) async fn roll_back(&self, number: u64, by: &str, reason: &str) -> Result<Deployment, DeskError> {
        let request = CloseRequest { by: by.to_owned(), reason: reason.to_owned() };
        let url = self.url(&format!("deployments/{number}/rollback"));
        self.answer(self.client.post(url).json(&request), "deployment", number).await
    }

    /// Back to the plugin that the flow's file names.
    pub(crate) async fn reset(&self, flow: &str, step: &str, by: &str, reason: &str) -> Result<Deployment, DeskError> {
        let request = CloseRequest { by: by.to_owned(), reason: reason.to_owned() };
        let url = self.url(&format!("flows/{flow}/steps/{step}/reset"));
        self.answer(self.client.post(url).json(&request), "step", format!("{flow}/{step}")).await
    }

    /// What another version would say of dead letters.
    pub(crate) async fn dry_run(&self, request: &DryRunRequest) -> Result<ShadowReport, DeskError> {
        self.answer(self.client.post(self.url("deployments/dry-run")).json(request), "dead letter", "").await
    }

    /// Every flow, and how it does.
    pub(crate) async fn flows(&self) -> Result<Vec<FlowReport>, DeskError> {
        self.answer(self.client.get(self.url("flows")), "flows", "").await
    }
}
