//! The admin API's client.

mod plugins;

use std::time::Duration;

use gantry_api::v1::{
    AlertReport, CloseRequest, Code, NDJSON, Problem, ReloadReport, TargetCommand, TargetReport, TestAnswer,
};
use gantry_config::HostConfig;
use gantry_core::Secret;
use gantry_security::{AdminToken, process_environment};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::DeskError;
use super::runtime_file::RuntimeFile;

/// How long the host may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How long a reload may take: new plugins are compiled in it.
const RELOAD_TIMEOUT: Duration = Duration::from_secs(600);

/// What a running host answered to a reload.
pub(crate) enum Reloaded {
    /// What changed.
    Done(ReloadReport),
    /// Nothing changed, and why.
    Refused(Problem),
}

/// A running host.
pub(crate) struct Remote {
    pub(super) client: Client,
    address: String,
    token: Secret<String>,
}

impl Remote {
    /// The host that serves this data directory; none when none runs.
    pub(crate) async fn find(config: &HostConfig) -> Result<Option<Self>, DeskError> {
        let Some(file) = RuntimeFile::read(&config.data_dir) else { return Ok(None) };
        let address = file.admin.to_string();
        let unreachable = |problem: String| DeskError::Unreachable { address: file.admin.to_string(), problem };
        // The admin API speaks plain HTTP, but the client is not built without somebody who would speak TLS. An error
        // means that one is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().timeout(TIMEOUT).no_proxy().build().map_err(|e| unreachable(e.to_string()))?;
        if client.get(format!("http://{address}/healthz")).send().await.is_err() {
            return Ok(None);
        }
        let token = AdminToken::for_client(config.admin_token.as_ref(), &config.data_dir, &process_environment);
        let token = token.map_err(|error| unreachable(error.to_string()))?.secret().clone();
        Ok(Some(Self { client, address, token }))
    }

    /// What a path answers; `what` and `id` name what is missing when it isn't there.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        what: &'static str,
        id: impl std::fmt::Display,
    ) -> Result<T, DeskError> {
        self.answer(self.client.get(self.url(path)), what, id).await
    }

    /// The same with queries, one behind the other.
    pub(super) async fn query<T: DeserializeOwned>(
        &self,
        path: &str,
        query: (&impl Serialize, &impl Serialize),
    ) -> Result<T, DeskError> {
        self.answer(self.client.get(self.url(path)).query(query.0).query(query.1), "resource", path).await
    }

    /// Sends JSON.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        what: &'static str,
        id: impl std::fmt::Display,
    ) -> Result<T, DeskError> {
        self.answer(self.client.post(self.url(path)).json(body), what, id).await
    }

    /// Sends lines of JSON.
    pub(super) async fn post_lines<T: DeserializeOwned>(&self, path: &str, lines: Vec<u8>) -> Result<T, DeskError> {
        let request = self.client.post(self.url(path)).header(CONTENT_TYPE, NDJSON).body(lines);
        self.answer(request, "resource", path).await
    }

    /// Every alert, with what fires.
    pub(crate) async fn alerts(&self) -> Result<Vec<AlertReport>, DeskError> {
        self.get("alerts", "alerts", "").await
    }

    /// What an endpoint answers to a trial.
    pub(crate) async fn test_alert(&self, name: &str) -> Result<Vec<TestAnswer>, DeskError> {
        // A name with a slash is no name of an alert, and must not become another path.
        let path = format!("alerts/{}/test", name.replace('/', "%2F"));
        self.post(&path, &serde_json::json!({}), "alert", name).await
    }

    pub(super) async fn targets(&self) -> Result<Vec<TargetReport>, DeskError> {
        self.answer(self.client.get(self.url("targets")), "targets", "").await
    }

    pub(super) async fn command_target(
        &self,
        target: &str,
        command: TargetCommand,
        by: &str,
        reason: &str,
    ) -> Result<TargetReport, DeskError> {
        let request = CloseRequest { by: by.to_owned(), reason: reason.to_owned() };
        let url = self.url(&format!("targets/{target}/{command}"));
        self.answer(self.client.post(url).json(&request), "target", target).await
    }

    pub(super) async fn reload(&self) -> Result<Reloaded, DeskError> {
        let unreachable = |error: reqwest::Error| DeskError::Unreachable {
            address: self.address.clone(),
            problem: error.to_string(),
        };
        let request = self.client.post(self.url("reload")).timeout(RELOAD_TIMEOUT).bearer_auth(self.token.expose());
        let response = request.send().await.map_err(unreachable)?;
        if response.status().is_success() {
            return Ok(Reloaded::Done(response.json().await.map_err(unreachable)?));
        }
        let problem: Problem = response.json().await.map_err(unreachable)?;
        match problem.code {
            Code::ReloadRefused => Ok(Reloaded::Refused(problem)),
            _ => Err(DeskError::Refused(problem.detail)),
        }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}/v1/{path}", self.address)
    }

    /// The answer, or the problem it tells of: what was not found is named by the host where it says more than we know.
    pub(super) async fn answer<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        what: &'static str,
        id: impl std::fmt::Display,
    ) -> Result<T, DeskError> {
        let unreachable = |error: reqwest::Error| DeskError::Unreachable {
            address: self.address.clone(),
            problem: error.to_string(),
        };
        let response = request.bearer_auth(self.token.expose()).send().await.map_err(unreachable)?;
        match response.status() {
            status if status.is_success() => response.json().await.map_err(unreachable),
            StatusCode::NOT_FOUND => {
                let detail = response.json::<Problem>().await.ok().map(|problem| problem.detail);
                Err(detail.map_or_else(|| DeskError::NotFound { what, id: id.to_string() }, DeskError::Missing))
            }
            _ => {
                let problem: Problem = response.json().await.map_err(unreachable)?;
                Err(match problem.code {
                    Code::PluginRefused | Code::PluginUntrusted => DeskError::PluginRefused(problem.detail),
                    _ => DeskError::Refused(problem.detail),
                })
            }
        }
    }
}
