//! The HTTP client of one target: connections of its own and no other state.
//!
//! Answers are read as tolerantly as HTTP allows, as curl and browsers do. Connections have a bounded life: after
//! `connection_life` all of them are left behind together, and the next request resolves the target's name again.

mod certificate;
mod connect_error;
mod connector;
mod stream;
mod tap;
mod tls;

use std::error::Error;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Extensions, Request, Response, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use parking_lot::Mutex;

use super::template::Template;
use super::{HttpTarget, HttpTargetError};
pub(super) use connect_error::ConnectError;
use connector::Connector;
use tap::Tap;

/// Shorter than the keep-alive of common servers and proxies (60 s and more), so that the host rarely uses a connection
/// that the other side is just closing.
const IDLE: Duration = Duration::from_secs(45);

/// Headers of an answer that are read one by one; curl reads 5000, most servers send some twenty. With more, the status
/// alone counts.
const HEADERS: usize = 256;

/// Headers of an answer in HTTP/2 are read up to this size, which is about what HTTP/1 gets.
const HEADER_BYTES: u32 = 256 << 10;

/// How often a request is sent again that the target has not touched, because it was closing the connection.
const UNTOUCHED: u32 = 2;

/// Sends requests to one target.
pub(super) struct Client {
    connector: Connector,
    life: Duration,
    max_idle: usize,
    current: Mutex<Generation>,
}

/// Connections that are left behind together.
struct Generation {
    since: Instant,
    client: legacy::Client<Connector, Full<Bytes>>,
}

/// There is no answer that can be read.
#[derive(Debug)]
pub(super) enum SendError {
    /// There is no connection.
    Connect(ConnectError),
    /// The exchange on a connection failed.
    Exchange {
        error: legacy::Error,
        /// The status, if its line was read.
        status: Option<u16>,
    },
}

impl Client {
    pub(super) fn new(config: &HttpTarget, concurrency: usize, url: &Template) -> Result<Self, HttpTargetError> {
        let is_https = url.sample().scheme() == "https";
        let tls = tls::config(is_https, config.ca.as_ref()).map_err(|error| HttpTargetError::Client(error.into()))?;
        let connector = Connector::new(tls, config.connect_timeout);
        let current = Mutex::new(Generation::new(&connector, concurrency));
        Ok(Self { connector, life: config.connection_life, max_idle: concurrency, current })
    }

    pub(super) async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, SendError> {
        let mut resent = 0;
        loop {
            let error = match self.connections().request(request.clone()).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            if resent == UNTOUCHED || !is_untouched(&error) {
                return Err(SendError::of(error));
            }
            resent += 1;
        }
    }

    /// Connects as for a request, and sends nothing.
    pub(super) async fn probe(&self, to: Uri) -> Result<(), ConnectError> {
        self.connector.clone().connect(to).await.map(drop)
    }

    fn connections(&self) -> legacy::Client<Connector, Full<Bytes>> {
        let mut current = self.current.lock();
        if current.since.elapsed() >= self.life {
            *current = Generation::new(&self.connector, self.max_idle);
        }
        current.client.clone()
    }
}

impl Generation {
    fn new(connector: &Connector, max_idle: usize) -> Self {
        let client = legacy::Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(max_idle)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_max_headers(HEADERS)
            .http2_max_header_list_size(HEADER_BYTES)
            .build(connector.clone());
        Self { since: Instant::now(), client }
    }
}

impl SendError {
    fn of(error: legacy::Error) -> Self {
        let connect = error.source().and_then(|source| source.downcast_ref::<ConnectError>());
        if let Some(connect) = connect {
            return Self::Connect(connect.clone());
        }
        let mut extras = Extensions::new();
        if let Some(connected) = error.connect_info() {
            connected.get_extras(&mut extras);
        }
        let status = extras.get::<Tap>().and_then(Tap::status);
        Self::Exchange { error, status }
    }
}

/// Whether a target that speaks HTTP/2 says that it has not processed the request (RFC 9113, 8.7).
fn is_untouched(error: &legacy::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            let is_closing = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
            let is_refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
            return error.is_remote() && (is_closing || is_refused);
        }
        cause = error.source();
    }
    false
}
