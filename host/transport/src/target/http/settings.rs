//! The settings of an HTTP target, and how its table is interpreted.

use std::sync::Arc;
use std::time::Duration;

use gantry_config::kind::TargetKeys;
use gantry_config::{Auth, Lower, SecretRef, TargetKind, TargetSettings};

use super::HttpSender;
use super::table::{HttpTable, MethodChoice};
use crate::target::{BuildError, OpenTarget, Target, TargetContext};

const TIMEOUT: Duration = Duration::from_secs(10);

/// Time for establishing a connection, unless stated otherwise.
pub(in crate::target) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The header with the idempotency key, unless stated otherwise.
pub(in crate::target) const IDEMPOTENCY_HEADER: &str = "idempotency-key";

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
    /// Header that carries the idempotency key; `idempotency-key` unless given.
    pub idempotency_header: String,
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
        }
    }

    fn lower(raw: HttpTable, lower: &mut Lower<'_>) -> Option<HttpTarget> {
        let url = raw.url.and_then(|url| lower.url(url));
        let headers = lower.headers(raw.headers.unwrap_or_default());
        let auth = raw.auth.map_or(Some(Auth::None), |auth| lower.auth(auth.value));
        let connect_timeout = lower.duration_or(raw.connect_timeout.as_ref(), CONNECT_TIMEOUT);
        let timeout = lower.duration_or(raw.timeout.as_ref(), TIMEOUT);
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
            idempotency_header: idempotency_header?,
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
