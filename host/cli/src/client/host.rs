//! What only a running host has: flows at work, targets, alerts, and reloads.

use std::time::Duration;

use gantry_api::v1::{
    AlertReport, CloseRequest, Code, FlowReport, Problem, ReloadReport, TargetCommand, TargetReport, TestAnswer,
};
use reqwest::Method;

use super::{Client, ClientError};

/// How long a reload may take: new plugins are compiled in it.
const RELOAD_TIMEOUT: Duration = Duration::from_secs(600);

/// What a running host answered to a reload.
pub(crate) enum Reloaded {
    /// What changed.
    Done(ReloadReport),
    /// Nothing changed, and why.
    Refused(Problem),
}

impl Client {
    /// Every flow, and how it does.
    pub(crate) async fn flows(&self) -> Result<Vec<FlowReport>, ClientError> {
        self.transport.read("flows").await
    }

    /// Has the host read its flow files again.
    pub(crate) async fn reload(&self) -> Result<Reloaded, ClientError> {
        let request = self.transport.request(Method::POST, "reload").timeout(RELOAD_TIMEOUT);
        match self.transport.answer(request).await {
            Ok(report) => Ok(Reloaded::Done(report)),
            Err(ClientError::Problem { problem, .. }) if problem.code == Code::ReloadRefused => {
                Ok(Reloaded::Refused(*problem))
            }
            Err(error) => Err(error),
        }
    }

    /// Every target of the flows in force.
    pub(crate) async fn targets(&self) -> Result<Vec<TargetReport>, ClientError> {
        self.transport.read("targets").await
    }

    /// Gives a target, `FLOW/TARGET`, a command; answers with the target as it stands then.
    pub(crate) async fn command_target(
        &self,
        target: &str,
        command: TargetCommand,
        by: &str,
        reason: &str,
    ) -> Result<TargetReport, ClientError> {
        let request = CloseRequest { by: by.to_owned(), reason: reason.to_owned() };
        self.transport.post(&format!("targets/{target}/{command}"), &request).await
    }

    /// Every alert, with what fires.
    pub(crate) async fn alerts(&self) -> Result<Vec<AlertReport>, ClientError> {
        self.transport.read("alerts").await
    }

    /// What an endpoint answers to a trial.
    pub(crate) async fn test_alert(&self, name: &str) -> Result<Vec<TestAnswer>, ClientError> {
        // A name with a slash is no name of an alert, and must not become another path.
        let path = format!("alerts/{}/test", name.replace('/', "%2F"));
        self.transport.post(&path, &serde_json::json!({})).await
    }
}
