//! Sends requests: to a running host over HTTP, or to the same routes in this process.

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
use super::socket::{self, Socket};
use crate::args::user;
use crate::command::compile_component::compiler_process;

/// How long the host may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How long it may take to say that it is there, which needs no work.
const GREETING_TIMEOUT: Duration = Duration::from_secs(10);

/// The address of the routes in this process, for error messages.
const THIS_PROCESS: &str = "this process";

/// The name in requests; which host gets them is decided by the socket.
const HOST: &str = "localhost";

/// What a store is opened for, without a running host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To read and change its records.
    Records,
    /// To compile and publish a plugin.
    Publish,
}

/// Where requests are sent.
pub(super) struct Transport {
    requests: reqwest::Client,
    to: Destination,
}

enum Destination {
    /// A running host. The address is for people: requests go through the socket.
    Host { address: String, pid: u32, token: Secret<String>, _socket: Socket },
    /// This process, over the store that it opened.
    InProcess { routes: InProcess, store: Store },
}

impl Transport {
    /// Connects to the host that runs on this data directory; none if none runs.
    pub(super) async fn to_host(config: &HostConfig) -> Result<Option<Self>, ClientError> {
        let Some(file) = RuntimeFile::read(&config.data_dir) else { return Ok(None) };
        let Some(socket) = Socket::of_host(&config.data_dir)? else {
            // Nothing but a host removes the socket, and with it goes this file.
            return if file.is_alive() { Err(socket::missing(&config.data_dir, file.pid)) } else { Ok(None) };
        };
        let address = file.admin.to_string();
        let pid = file.pid;
        let requests = builder().unix_socket(socket.path()).build().map_err(|error| unreachable(&address, &error))?;
        let greeting = requests.get(format!("http://{HOST}/healthz")).timeout(GREETING_TIMEOUT).send().await;
        match greeting {
            Ok(_) => {}
            // The host listens there, since the connection was not refused.
            Err(error) if error.is_timeout() => return Err(ClientError::NoAnswer { address, pid }),
            Err(_) => return Ok(None),
        }
        let token = AdminToken::for_client(config.admin_token.as_ref(), &config.data_dir, &process_environment);
        let token = token.map_err(|error| unreachable(&address, &error))?.secret().clone();
        Ok(Some(Self { requests, to: Destination::Host { address, pid, token, _socket: socket } }))
    }

    /// Opens the store and its routes in this process. The actor is the local user.
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
        let routes = gantry_admin::in_process(operations, Actor::local_user(&user()));
        let requests = builder().build().map_err(|error| unreachable(THIS_PROCESS, &error))?;
        Ok(Self { requests, to: Destination::InProcess { routes, store } })
    }

    pub(super) const fn is_to_host(&self) -> bool {
        matches!(self.to, Destination::Host { .. })
    }

    /// Closes the store, if this process opened it.
    pub(super) async fn close(self) {
        if let Destination::InProcess { routes, store } = self.to {
            drop(routes);
            if let Err(error) = store.close().await {
                tracing::warn!(%error, "the store was not closed cleanly; everything written is on disk");
            }
        }
    }

    /// A request for a path under `/v1`.
    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.requests.request(method, format!("http://{HOST}/v1/{path}"))
    }

    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// Gets the answer of a path.
    pub(super) async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.answer(self.get(path)).await
    }

    /// Sends JSON.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, ClientError> {
        self.answer(self.request(Method::POST, path).json(body)).await
    }

    /// Sends a request; returns the answer or the problem.
    pub(super) async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ClientError> {
        let response = self.send(request).await?;
        self.body(response).await
    }

    /// Reads the body of a successful response.
    pub(super) async fn body<T: DeserializeOwned>(&self, response: Response) -> Result<T, ClientError> {
        response.json().await.map_err(|error| self.failed(&error))
    }

    /// Sends a request; returns the response if it is a success, or else the problem.
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
            Destination::Host { address, pid, .. } if error.is_timeout() => {
                ClientError::NoAnswer { address: address.clone(), pid: *pid }
            }
            Destination::Host { address, .. } => unreachable(address, error),
            Destination::InProcess { .. } => unreachable(THIS_PROCESS, error),
        }
    }
}

async fn in_this_process(routes: &InProcess, request: RequestBuilder) -> Result<Response, ClientError> {
    let request = request.build().and_then(http::Request::<reqwest::Body>::try_from);
    let request = request.map_err(|error| unreachable(THIS_PROCESS, &error))?;
    let response = routes.answer(request).await.map_err(|error| unreachable(THIS_PROCESS, &error))?;
    Ok(response.into())
}

/// The admin API uses plain HTTP, but the client can't be built without a TLS provider.
fn builder() -> reqwest::ClientBuilder {
    // An error means that a provider is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(TIMEOUT).no_proxy()
}

fn unreachable(address: &str, error: &dyn std::fmt::Display) -> ClientError {
    ClientError::Unreachable { address: address.to_owned(), problem: error.to_string() }
}
