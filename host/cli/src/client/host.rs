//! Requests that need a running host: flows, targets, alerts, and reloads.

use std::time::Duration;

use gantry_api::v1::{
    AlertReport, CloseIntakeRequest, CloseRequest, Code, FlowReport, IntakeClosure, Problem, ReloadReport,
    TargetCommand, TargetReport, TargetRequest, TestAnswer,
};
use gantry_core::{FlowName, Timestamp};
use reqwest::Method;

use super::{Client, ClientError};

/// How long a reload may take, including compiling new plugins.
const RELOAD_TIMEOUT: Duration = Duration::from_secs(600);

/// The result of a reload.
pub(crate) enum Reloaded {
    /// The changes.
    Done(ReloadReport),
    /// Nothing changed; the problem says why.
    Refused(Problem),
}

impl Client {
    /// The report of every flow.
    pub(crate) async fn flows(&self) -> Result<Vec<FlowReport>, ClientError> {
        self.transport.read("flows").await
    }

    /// Closes the intake of a flow; returns who closed it, be it now or before.
    pub(crate) async fn close_intake(
        &self,
        flow: &FlowName,
        request: &CloseIntakeRequest,
    ) -> Result<IntakeClosure, ClientError> {
        self.transport.post(&format!("flows/{flow}/close-intake"), request).await
    }

    /// Opens the intake of a flow; returns who had closed it.
    pub(crate) async fn open_intake(
        &self,
        flow: &FlowName,
        request: &CloseIntakeRequest,
    ) -> Result<Option<IntakeClosure>, ClientError> {
        self.transport.post(&format!("flows/{flow}/open-intake"), request).await
    }

    /// Reloads the flow files.
    pub(crate) async fn reload(&self, by: &str) -> Result<Reloaded, ClientError> {
        let body = CloseRequest { by: by.to_owned(), reason: String::new() };
        let request = self.transport.request(Method::POST, "reload").timeout(RELOAD_TIMEOUT);
        match self.transport.answer(request.json(&body)).await {
            Ok(report) => Ok(Reloaded::Done(report)),
            Err(ClientError::Problem { problem, .. }) if problem.code == Code::ReloadRefused => {
                Ok(Reloaded::Refused(*problem))
            }
            Err(error) => Err(error),
        }
    }

    /// Every target of the active flows.
    pub(crate) async fn targets(&self) -> Result<Vec<TargetReport>, ClientError> {
        self.transport.read("targets").await
    }

    /// Executes a command for a target, `FLOW/TARGET`; returns the changed target.
    pub(crate) async fn command_target(
        &self,
        target: &str,
        command: TargetCommand,
        by: &str,
        reason: &str,
        until: Option<Timestamp>,
    ) -> Result<TargetReport, ClientError> {
        let request = TargetRequest { by: by.to_owned(), reason: reason.to_owned(), until };
        self.transport.post(&format!("targets/{target}/{command}"), &request).await
    }

    /// Every alert with the conditions that fire.
    pub(crate) async fn alerts(&self) -> Result<Vec<AlertReport>, ClientError> {
        self.transport.read("alerts").await
    }

    /// Tests an endpoint; returns its answers.
    pub(crate) async fn test_alert(&self, name: &str, by: &str) -> Result<Vec<TestAnswer>, ClientError> {
        // A slash in the name must not lead to another path.
        let path = format!("alerts/{}/test", name.replace('/', "%2F"));
        let request = CloseRequest { by: by.to_owned(), reason: String::new() };
        self.transport.post(&path, &request).await
    }
}
