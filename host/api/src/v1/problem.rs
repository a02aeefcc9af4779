//! Refusals and failures: `application/problem+json` (RFC 9457). [`Code`] lists all kinds; tests compare it with the
//! catalogue in `docs/reference/errors.md` and with the API's description.

use std::borrow::Cow;

use gantry_core::coded_enum;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::Diagnostic;

coded_enum! {
    /// A stable code for the kind of problem.
    pub enum Code {
        /// no token, or a wrong one
        Unauthorized => "unauthorized",
        /// the caller lacks the permission that `detail` names
        Forbidden => "forbidden",
        /// the query or body can't be understood; `detail` says where
        BadRequest => "bad-request",
        /// not a message id, dead letter id or job id
        InvalidId => "invalid-id",
        /// there is no such dead letter, group, job, message or resource
        NotFound => "not-found",
        /// the state of the dead letter, group, job, target or deployment does not allow it, or its message is already in the
        /// queue; `detail` names the state
        Conflict => "conflict",
        /// the body is longer than the API takes
        TooLarge => "too-large",
        /// the resource is there, but not for this method
        MethodNotAllowed => "method-not-allowed",
        /// the host does not answer under the name in `Host`; `admin.hosts` of the host file states more names
        WrongHost => "wrong-host",
        /// there are too many connections from the client's address; send the request again later
        TooManyConnections => "too-many-connections",
        /// the flow files have mistakes; `diagnostics` lists them with file, line and column, and nothing changed
        ReloadRefused => "reload-refused",
        /// a reload failed because of a fault of the host; nothing changed, and the host's log says why
        ReloadFailed => "reload-failed",
        /// the plugin has no signature by a key that may publish it; `detail` names the keys, what they may publish,
        /// and the line to add
        PluginUntrusted => "plugin-untrusted",
        /// the version was already published with other bytes: use another version
        VersionTaken => "version-taken",
        /// the component is not a plugin that this host can run, or doesn't fit its step; `detail` is the error that a
        /// flow with this plugin would get
        PluginRefused => "plugin-refused",
        /// a file of the catalogue can't be read or written; the host's log says why
        CatalogueFailed => "catalogue-failed",
        /// this needs a running host
        HostNotRunning => "host-not-running",
        /// the host is shutting down
        Stopping => "stopping",
        /// the store failed; the host's log says why
        StoreUnavailable => "store-unavailable",
        _ => Unknown,
    }
}

impl Code {
    /// The HTTP status of the answer.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest | Self::InvalidId => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::PluginUntrusted => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Conflict | Self::VersionTaken => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::ReloadRefused | Self::PluginRefused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::ReloadFailed | Self::CatalogueFailed | Self::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TooManyConnections | Self::HostNotRunning | Self::Stopping | Self::StoreUnavailable => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }
}

// Written by hand, because the description lists the codes that a host sends, and no host sends `unknown`.
impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let codes = Self::ALL.iter().map(|code| code.name());
        let description = "A stable code for the kind of problem.";
        let text = ObjectBuilder::new().schema_type(Type::String).description(Some(description));
        text.enum_values(Some(codes)).into()
    }
}

impl ToSchema for Code {
    fn name() -> Cow<'static, str> {
        "ProblemCode".into()
    }
}

/// A refusal or failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A stable code: see `docs/reference/errors.md`.
    pub code: Code,
    /// The status as text.
    pub title: String,
    /// HTTP status code.
    pub status: u16,
    /// What is wrong, and what to do.
    pub detail: String,
    /// Mistakes in files, each with its position, as `gantry check --format json` lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub diagnostics: Vec<Diagnostic>,
}

impl Problem {
    /// Media type of a problem.
    pub const MEDIA_TYPE: &str = "application/problem+json";

    /// A problem of this kind.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let status = code.status();
        Self {
            code,
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            diagnostics: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_as_it_is_written() {
        for code in Code::ALL {
            let text = serde_json::to_string(code).unwrap();
            assert_eq!(text, format!("\"{}\"", code.name()));
            assert_eq!(serde_json::from_str::<Code>(&text).unwrap(), *code);
        }
    }

    #[test]
    fn a_code_of_a_newer_host_is_unknown_and_no_error() {
        let text = r#"{"code": "new-trouble", "title": "Conflict", "status": 409, "detail": "wait"}"#;
        let problem: Problem = serde_json::from_str(text).unwrap();
        assert_eq!((problem.code, problem.status, problem.detail.as_str()), (Code::Unknown, 409, "wait"));
        assert!(!Code::ALL.contains(&Code::Unknown), "no host sends it");
    }
}
