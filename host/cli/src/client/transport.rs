//! How a request is answered: by a running host over HTTP, or by the same routes in this process.

use std::sync::Arc;
use std::time::Duration;

use gantry_admin::{Cause, InProcess};
use gantry_api::v1::Problem;
use gantry_config::HostConfig;
use gantry_control::publish::{Publisher, open_catalogue};
use gantry_core::{Secret, SystemClock};
use gantry_operations::{Actor, Operations};
use gantry_runtime::{open_sandbox, open_store};
use gantry_security::{AdminToken, process_environment};
use gantry_store::Store;
use reqwest::{Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::ClientError;
use super::runtime_file::RuntimeFile;
use crate::args::by;
use crate::command::compile_component::compiler_process;

/// How long the host may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The address of the routes in this process, in what is said of them.
const THIS_PROCESS: &str = "this process";

/// What a store is opened for, with no host running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// What is in it.
    Records,
    /// To publish a plugin, which is compiled.
    Publish,
}

/// How requests are answered.
pub(super) struct Transport {
    requests: reqwest::Client,
    to: Destination,
}

enum Destination {
    /// A running host.
    Host { address: String, token: Secret<String> },
    /// This process, over the store that it opened.
    InProcess { routes: InProcess, store: Store },
}

impl Transport {
    /// To the host that serves this data directory; none when none runs.
    pub(super) async fn to_host(config: &HostConfig) -> Result<Option<Self>, ClientError> {
        let Some(file) = RuntimeFile::read(&config.data_dir) else { return Ok(None) };
        let address = file.admin.to_string();
        let requests = requests().map_err(|error| unreachable(&address, &error))?;
        if requests.get(format!("http://{address}/healthz")).send().await.is_err() {
            return Ok(None);
        }
        let token = AdminToken::for_client(config.admin_token.as_ref(), &config.data_dir, &process_environment);
        let token = token.map_err(|error| unreachable(&address, &error))?.secret().clone();
        Ok(Some(Self { requests, to: Destination::Host { address, token } }))
    }

    /// To the routes in this process. Whoever may open the store acts as the local user.
    pub(super) fn in_process(config: &HostConfig, purpose: Purpose) -> Result<Self, ClientError> {
        let store = open_store(config, Arc::new(SystemClock))?;
        let publisher = match purpose {
            Purpose::Records => None,
            Purpose::Publish => {
                let sandbox = open_sandbox(Some(&config.data_dir), Some(compiler_process()?))?;
                Some(Publisher::open(config, store.clone(), sandbox, Arc::new(SystemClock))?)
            }
        };
        let operations = Operations::at_rest(store.clone(), open_catalogue(config, store.clone())?, publisher);
        let routes = gantry_admin::in_process(operations, Actor::local_user(&by(None)));
        let requests = requests().map_err(|error| unreachable(THIS_PROCESS, &error))?;
        Ok(Self { requests, to: Destination::InProcess { routes, store } })
    }

    pub(super) const fn is_to_host(&self) -> bool {
        matches!(self.to, Destination::Host { .. })
    }

    /// Done: what was written is on disk.
    pub(super) async fn close(self) {
        if let Destination::InProcess { routes, store } = self.to {
            drop(routes);
            if let Err(error) = store.close().await {
                tracing::warn!(%error, "the store was not closed in order; what was written is on disk");
            }
        }
    }

    /// A request for a path under `/v1`.
    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let host = match &self.to {
            Destination::Host { address, .. } => address,
            Destination::InProcess { .. } => "in-process",
        };
        self.requests.request(method, format!("http://{host}/v1/{path}"))
    }

    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// What a path answers.
    pub(super) async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.answer(self.get(path)).await
    }

    /// Sends JSON.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, ClientError> {
        self.answer(self.request(Method::POST, path).json(body)).await
    }

    /// The answer, or the problem it tells of.
    pub(super) async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ClientError> {
        let response = self.send(request).await?;
        self.body(response).await
    }

    /// What a successful response holds.
    pub(super) async fn body<T: DeserializeOwned>(&self, response: Response) -> Result<T, ClientError> {
        response.json().await.map_err(|error| self.failed(&error))
    }

    /// The response, if it is a success; else the problem it tells of.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        let response = match &self.to {
            Destination::Host { token, .. } => {
                request.bearer_auth(token.expose()).send().await.map_err(|error| self.failed(&error))?
            }
            Destination::InProcess { routes, .. } => in_this_process(routes, request).await?,
        };
        if response.status().is_success() {
            return Ok(response);
        }
        let cause = response.extensions().get::<Cause>().cloned();
        let problem: Problem = response.json().await.map_err(|error| self.failed(&error))?;
        Err(ClientError::of(problem, cause.as_ref()))
    }

    fn failed(&self, error: &reqwest::Error) -> ClientError {
        match &self.to {
            Destination::Host { address, .. } => unreachable(address, error),
            Destination::InProcess { .. } => unreachable(THIS_PROCESS, error),
        }
    }
}

async fn in_this_process(routes: &InProcess, request: RequestBuilder) -> Result<Response, ClientError> {
    let failed = |error: &dyn std::fmt::Display| unreachable(THIS_PROCESS, error);
    let request = request.build().map_err(|error| failed(&error))?;
    let request = http::Request::<reqwest::Body>::try_from(request).map_err(|error| failed(&error))?;
    let response = routes.answer(request).await.map_err(|error| failed(&error))?;
    Ok(response.into())
}

/// The admin API speaks plain HTTP, but the client is not built without somebody who would speak TLS.
fn requests() -> reqwest::Result<reqwest::Client> {
    // An error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(TIMEOUT).no_proxy().build()
}

fn unreachable(address: &str, error: &dyn std::fmt::Display) -> ClientError {
    ClientError::Unreachable { address: address.to_owned(), problem: error.to_string() }
}
