//! HTTP targets: one request per delivery, one result per request.
//!
//! A request has the delivery's headers, then those of the configuration, then the host's own (`content-type`, the
//! idempotency key as plain text, `gantry-message-id`, `traceparent`), and last the credentials. Later ones replace
//! earlier ones, so that a guest can't forge the host's headers. Redirects are not followed, cookies not kept, proxies of
//! the environment not used. Everything is bounded: connecting, the whole exchange, the life of a connection, and how much
//! of an answer is read.

mod answer;
mod authorities;
mod client;
mod settings;
mod success;
mod table;
mod template;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use gantry_core::dead_letter::kind::verbatim;
use gantry_core::{Clock, ErrorClass};
use gantry_security::{Credentials, CredentialsError};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};
use http_body_util::Full;
use tokio::time::{Instant, timeout_at};

use super::{Accepted, Failure, ProbeError, Request, Target, TargetContext};
use crate::json::InvalidPointer;
use answer::{Kinds, Reader};
pub use authorities::Authorities;
use client::Client;
pub use settings::HttpTarget;
pub(crate) use settings::Kind;
use success::Judge;
pub use success::{BodyCondition, Success, ValueTest};
use template::Template;
pub use template::TemplateError;

/// Carries the message's id, so that the target's logs can be joined with the host's.
const MESSAGE_ID: HeaderName = HeaderName::from_static("gantry-message-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const USER_AGENT: HeaderValue = HeaderValue::from_static(concat!("gantry/", env!("CARGO_PKG_VERSION")));
const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");

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
    /// Where an answer's body is looked at.
    #[error(transparent)]
    Pointer(#[from] InvalidPointer),
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
    client: Client,
    method: Method,
    url: Template,
    headers: HeaderMap,
    idempotency_header: HeaderName,
    reader: Reader,
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
        let named = |name: &String| header_name(name).ok_or_else(|| HttpTargetError::Header(name.clone()));
        Ok(Self {
            client: Client::new(config, concurrency, &url)?,
            method,
            url,
            headers: configured_headers(&config.headers)?,
            idempotency_header: named(&config.idempotency_header)?,
            reader: Reader {
                judge: Judge::new(&config.success)?,
                kinds: Kinds::new(config.error_code.as_deref())?,
                kept_headers: config.answer_headers.iter().map(named).collect::<Result<_, _>>()?,
                credentials: Credentials::new(&config.auth, context.env)?,
                timeout: config.timeout,
            },
            clock: Arc::clone(context.clock),
        })
    }

    fn request(&self, request: &Request<'_>) -> Result<http::Request<Full<Bytes>>, Failure> {
        let url = self.url.render(request).map_err(|error| unsendable(&error.to_string()))?;
        let uri: Uri =
            url.as_str().parse().map_err(|_| unsendable("the URL can't be sent: it is too long or invalid"))?;
        let payload = request.delivery.payload.clone();
        let mut headers = self.headers(request)?;
        if payload.is_empty() {
            // Otherwise nothing would say that there is no body.
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let mut sending = http::Request::new(Full::new(payload));
        *sending.method_mut() = self.method.clone();
        *sending.uri_mut() = uri;
        *sending.headers_mut() = headers;
        Ok(sending)
    }

    fn headers(&self, request: &Request<'_>) -> Result<HeaderMap, Failure> {
        let delivery = request.delivery;
        let mut headers = HeaderMap::new();
        for (name, value) in delivery.headers.iter() {
            let parsed =
                header_name(name).filter(|parsed| !RESERVED.contains(parsed)).ok_or_else(|| unsendable_header(name))?;
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
        headers.entry(header::USER_AGENT).or_insert(USER_AGENT);
        headers.entry(header::ACCEPT).or_insert(ANYTHING);
        let credentials = &self.reader.credentials;
        credentials.apply(&mut headers);
        credentials.sign(&mut headers, &delivery.idempotency_key, self.clock.now(), &delivery.payload);
        Ok(headers)
    }
}

#[async_trait]
impl Target for HttpSender {
    async fn send(&self, request: Request<'_>) -> Result<Accepted, Failure> {
        let sending = self.request(&request)?;
        let deadline = Instant::now() + self.reader.timeout;
        match timeout_at(deadline, self.client.send(sending)).await {
            Ok(Ok(response)) => {
                let payload = &request.delivery.payload;
                self.reader.read(response, payload, deadline, self.clock.now()).await
            }
            Ok(Err(error)) => self.reader.unread(error),
            Err(_) => Err(self.reader.timed_out("no answer")),
        }
    }

    async fn probe(&self) -> Result<(), ProbeError> {
        let Ok(to) = self.url.sample().as_str().parse() else { return Ok(()) };
        let connected = self.client.probe(to).await;
        connected.map_err(|error| ProbeError { place: error.place, problem: error.problem.to_string() })
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
    HeaderValue::from_bytes(value.as_bytes()).map_err(|_| unsendable_header(name))
}

fn unsendable_header(name: &str) -> Failure {
    unsendable(&format!(
        "the header `{name}` can't be sent: its name is reserved or invalid, or its value has a control character"
    ))
}

/// The delivery makes no request. The problem tells one kind of such deliveries from another.
fn unsendable(problem: &str) -> Failure {
    Failure { kind: verbatim(problem), ..Failure::without_answer(ErrorClass::Unsendable, problem) }
}
