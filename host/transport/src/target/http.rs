//! HTTP targets: one request per delivery, one result per request.
//!
//! A request has the delivery's headers, then those of the configuration, then the host's own (`content-type`, the
//! idempotency key as plain text, `gantry-message-id`, `traceparent`), and last the credentials. Later ones replace
//! earlier ones, so that a guest can't forge the host's headers. Redirects are not followed, cookies not kept, proxies of
//! the environment not used. Everything is bounded: connecting, the whole exchange, and how much of an answer is read.

mod answer;
mod client;
mod settings;
mod table;
mod template;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gantry_core::{Clock, ErrorClass};
use gantry_security::{Credentials, CredentialsError};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use tokio::net::TcpStream;

use super::{Accepted, Failure, ProbeError, Request, Target, TargetContext};
pub use settings::HttpTarget;
pub(crate) use settings::Kind;
pub(super) use settings::{CONNECT_TIMEOUT, IDEMPOTENCY_HEADER};
use template::Template;
pub use template::TemplateError;

/// Carries the message's id, so that the target's logs can be joined with the host's.
const MESSAGE_ID: HeaderName = HeaderName::from_static("gantry-message-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Headers that a delivery may not have: they frame the request, or prove an identity, which a guest must not claim.
const RESERVED: [HeaderName; 12] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::EXPECT,
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
    header::COOKIE,
];

/// An HTTP target can't be built from its configuration.
#[derive(Debug, thiserror::Error)]
pub enum HttpTargetError {
    /// The URL template.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The credentials.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// Not a method.
    #[error("`{0}` is not an HTTP method")]
    Method(String),
    /// A configured header.
    #[error("the header `{0}` has a name or value that can't be sent")]
    Header(String),
    /// A configured header that frames the request or holds credentials.
    #[error("the header `{0}` can't be configured here: it is the host's own, and credentials belong in `auth`")]
    Reserved(String),
    /// TLS or the client.
    #[error("the HTTP client can't be built")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl HttpTargetError {
    /// Whether only a secret is missing.
    pub(super) const fn lacks_secret(&self) -> bool {
        matches!(self, Self::Credentials(CredentialsError::Secret(_)))
    }
}

/// Sends deliveries to one HTTP endpoint.
pub(super) struct HttpSender {
    client: reqwest::Client,
    method: reqwest::Method,
    url: Template,
    headers: HeaderMap,
    idempotency_header: HeaderName,
    credentials: Credentials,
    connect_timeout: Duration,
    clock: Arc<dyn Clock>,
}

impl HttpSender {
    pub(super) fn new(
        config: &HttpTarget,
        concurrency: usize,
        context: TargetContext<'_>,
    ) -> Result<Self, HttpTargetError> {
        let url = Template::parse(&config.url)?;
        let method = config.method.parse().map_err(|_| HttpTargetError::Method(config.method.clone()))?;
        let idempotency_header = &config.idempotency_header;
        Ok(Self {
            client: client::build(config, concurrency, &url)?,
            method,
            url,
            headers: configured_headers(&config.headers)?,
            idempotency_header: header_name(idempotency_header)
                .ok_or_else(|| HttpTargetError::Header(idempotency_header.clone()))?,
            credentials: Credentials::new(&config.auth, context.env)?,
            connect_timeout: config.connect_timeout,
            clock: Arc::clone(context.clock),
        })
    }

    fn headers(&self, request: &Request<'_>) -> Result<HeaderMap, Failure> {
        let delivery = request.delivery;
        let mut headers = HeaderMap::new();
        for (name, value) in delivery.headers.iter() {
            let parsed =
                header_name(name).filter(|parsed| !RESERVED.contains(parsed)).ok_or_else(|| unsendable(name))?;
            headers.append(parsed, header_value(name, value)?);
        }
        for name in self.headers.keys() {
            headers.remove(name);
        }
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        headers.insert(header::CONTENT_TYPE, header_value("content-type", &delivery.content_type)?);
        let key = header_value(self.idempotency_header.as_str(), &delivery.idempotency_key)?;
        headers.insert(&self.idempotency_header, key);
        headers.insert(MESSAGE_ID, header_value("gantry-message-id", &request.message_id.to_string())?);
        if let Some(traceparent) = request.traceparent {
            headers.insert(TRACEPARENT, header_value("traceparent", traceparent)?);
        }
        self.credentials.apply(&mut headers);
        self.credentials.sign(&mut headers, &delivery.idempotency_key, self.clock.now(), &delivery.payload);
        Ok(headers)
    }
}

#[async_trait]
impl Target for HttpSender {
    async fn send(&self, request: Request<'_>) -> Result<Accepted, Failure> {
        let permanent =
            |error: &dyn std::error::Error| Failure::without_answer(ErrorClass::Permanent, &error.to_string());
        let url = self.url.render(&request).map_err(|error| permanent(&error))?;
        let headers = self.headers(&request)?;
        let sending =
            self.client.request(self.method.clone(), url).headers(headers).body(request.delivery.payload.clone());
        match sending.send().await {
            Ok(response) => answer::judge(response, &self.credentials, self.clock.now()).await,
            Err(error) => Err(answer::failure_of(error)),
        }
    }

    async fn probe(&self) -> Result<(), ProbeError> {
        let Some(url) = self.url.sample() else { return Ok(()) };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port_or_known_default().unwrap_or(80);
        let unreachable = |problem: String| ProbeError { place: format!("{host}:{port}"), problem };
        match tokio::time::timeout(self.connect_timeout, TcpStream::connect((host, port))).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(unreachable(error.to_string())),
            Err(_) => Err(unreachable(format!("no connection within {:?}", self.connect_timeout))),
        }
    }
}

fn configured_headers(headers: &[(String, String)]) -> Result<HeaderMap, HttpTargetError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let wrong = || HttpTargetError::Header(name.clone());
        let parsed = header_name(name).ok_or_else(wrong)?;
        if RESERVED.contains(&parsed) {
            return Err(HttpTargetError::Reserved(name.clone()));
        }
        map.append(parsed, HeaderValue::from_str(value).map_err(|_| wrong())?);
    }
    Ok(map)
}

fn header_name(name: &str) -> Option<HeaderName> {
    name.parse().ok()
}

/// Text beyond ASCII is sent as its UTF-8 bytes; control characters, and so line ends, are refused.
fn header_value(name: &str, value: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_bytes(value.as_bytes()).map_err(|_| unsendable(name))
}

fn unsendable(name: &str) -> Failure {
    let text = format!(
        "the header `{name}` can't be sent: its name is reserved or invalid, or its value has a control character"
    );
    Failure::without_answer(ErrorClass::Permanent, &text)
}
