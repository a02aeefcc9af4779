//! The settings of an HTTP target, and how its table is interpreted.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gantry_config::kind::TargetKeys;
use gantry_config::{Auth, Lower, SecretRef, TargetKind, TargetSettings};
use gantry_core::Digest;

use super::authorities::Authorities;
use super::table::{HttpTable, MethodChoice};
use super::{HttpSender, Success, success};
use crate::target::{BuildError, OpenTarget, Target, TargetContext};

const TIMEOUT: Duration = Duration::from_secs(10);

/// Time for establishing a connection, unless stated otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a connection is used, unless stated otherwise: after a move, messages go to the new address within this time,
/// and a handshake a minute costs nothing.
const CONNECTION_LIFE: Duration = Duration::from_secs(60);

/// Headers of an answer that are kept, unless stated otherwise.
const ANSWER_HEADERS: [&str; 3] = ["location", "x-request-id", "x-correlation-id"];

/// The header with the idempotency key, unless stated otherwise.
const IDEMPOTENCY_HEADER: &str = "idempotency-key";

/// An HTTP endpoint that messages are sent to. Redirects are never followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpTarget {
    /// `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// May hold `{id}`, `{key}`, `{idempotency_key}`, `{header:NAME}` and `{/json/pointer}`; values are
    /// percent-encoded.
    pub url: String,
    /// Sent with each request; no secrets here.
    pub headers: Vec<(String, String)>,
    /// How the host authenticates itself.
    pub auth: Auth,
    /// Time for establishing a connection.
    pub connect_timeout: Duration,
    /// From sending to the last byte of the answer.
    pub timeout: Duration,
    /// How long a connection is used before the name is resolved again.
    pub connection_life: Duration,
    /// Header that carries the idempotency key; `idempotency-key` unless given.
    pub idempotency_header: String,
    /// Headers of an answer that are kept with the attempt.
    pub answer_headers: Vec<String>,
    /// What counts as success.
    pub success: Success,
    /// JSON Pointer to the value of a failed answer that says which error it is: dead letters are grouped by it.
    pub error_code: Option<String>,
    /// Authorities that are trusted besides the system's.
    pub ca: Option<Authorities>,
}

impl HttpTarget {
    /// Requests with `POST` to this URL, and everything else as by default.
    #[must_use]
    pub fn to(url: &str) -> Self {
        Self {
            method: "POST".to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            auth: Auth::None,
            connect_timeout: CONNECT_TIMEOUT,
            timeout: TIMEOUT,
            connection_life: CONNECTION_LIFE,
            idempotency_header: IDEMPOTENCY_HEADER.to_owned(),
            answer_headers: ANSWER_HEADERS.map(str::to_owned).into(),
            success: Success::default(),
            error_code: None,
            ca: None,
        }
    }
}

/// The kind `http`.
pub(crate) struct Kind;

impl TargetKind for Kind {
    type Table = HttpTable;
    type Settings = HttpTarget;

    const NAME: &'static str = "http";
    const ABOUT: &'static str = "One HTTP request per delivery.";

    fn common(table: &mut HttpTable) -> TargetKeys {
        TargetKeys {
            concurrency: table.concurrency,
            schema: table.schema.take(),
            retry: table.retry.take(),
            breaker: table.breaker.take(),
            default: table.default.take(),
            after: table.after.take(),
        }
    }

    fn lower(raw: HttpTable, lower: &mut Lower<'_>) -> Option<HttpTarget> {
        let url = raw.url.and_then(|url| lower.url(url));
        let headers = lower.headers(raw.headers.unwrap_or_default());
        let auth = raw.auth.map_or(Some(Auth::None), |auth| lower.auth(auth.value));
        let connect_timeout = lower.duration_or(raw.connect_timeout.as_ref(), CONNECT_TIMEOUT);
        let timeout = lower.duration_or(raw.timeout.as_ref(), TIMEOUT);
        let connection_life = lower.duration_or(raw.connection_life.as_ref(), CONNECTION_LIFE);
        let answer_headers = match raw.answer_headers {
            Some(names) => {
                let lowered: Vec<_> = names.iter().map(|name| lower.header_name(&name.value, &name.span)).collect();
                lowered.into_iter().collect()
            }
            None => Some(ANSWER_HEADERS.map(str::to_owned).into()),
        };
        let success = raw.success.map_or(Some(Success::default()), |success| success::lower(success, lower));
        let error_code = raw.error_code.map_or(Some(None), |text| lower.pointer(&text.value, &text.span).map(Some));
        let ca = raw.ca.map_or(Some(None), |path| Authorities::read(&path, lower).map(Some));
        let idempotency_header = match raw.idempotency_header {
            Some(name) => lower.open_header(&name.value, &name.span),
            None => Some(IDEMPOTENCY_HEADER.to_owned()),
        };
        Some(HttpTarget {
            method: method(raw.method).to_owned(),
            url: url?,
            headers: headers?,
            auth: auth?,
            connect_timeout: connect_timeout?,
            timeout: timeout?,
            connection_life: connection_life?,
            idempotency_header: idempotency_header?,
            answer_headers: answer_headers?,
            success: success?,
            error_code: error_code?,
            ca: ca?,
        })
    }
}

impl TargetSettings for HttpTarget {
    fn label(&self) -> String {
        format!("{} {}", self.method, self.url)
    }

    fn secrets(&self) -> Vec<&SecretRef> {
        self.auth.secret().into_iter().collect()
    }

    fn files(&self) -> Vec<(&Path, Digest)> {
        self.ca.iter().map(|ca| (ca.file.as_path(), ca.digest)).collect()
    }

    /// If the URL names a record, the answer is about that record only.
    fn is_single_endpoint(&self) -> bool {
        !self.url.contains('{')
    }
}

impl OpenTarget for HttpTarget {
    fn open(&self, concurrency: usize, context: TargetContext<'_>) -> Result<Arc<dyn Target>, BuildError> {
        match HttpSender::new(self, concurrency, context) {
            Ok(sender) => Ok(Arc::new(sender)),
            Err(error) if error.lacks_secret() => Err(BuildError::Secret(error.into())),
            Err(error) => Err(BuildError::Settings(error.into())),
        }
    }
}

fn method(raw: Option<MethodChoice>) -> &'static str {
    match raw {
        None | Some(MethodChoice::Post) => "POST",
        Some(MethodChoice::Put) => "PUT",
        Some(MethodChoice::Patch) => "PATCH",
        Some(MethodChoice::Delete) => "DELETE",
    }
}
