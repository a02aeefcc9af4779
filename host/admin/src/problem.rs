//! Failures as HTTP answers: the one place where a [`Problem`] becomes a response. Internal causes are logged, not
//! sent.

use std::collections::BTreeMap;
use std::error::Error;

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use gantry_api::v1::{Code, Diagnostics, Problem};
use gantry_operations::{ErrorKind, NamesError, OperationError};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};

/// The detail for clients if the store failed.
const STORE: &str = "the store is unavailable; the host's log says why";

/// The detail for clients if a file of the catalogue failed.
const CATALOGUE: &str = "a file of the catalogue can't be read or written; the host's log says why";

/// The detail for clients if a reload failed.
const RELOAD: &str = "the reload failed; nothing changed, and the host's log says why";

/// The answer with a problem; the error type of every handler.
#[derive(Debug)]
pub(crate) struct ProblemResponse {
    problem: Problem,
    cause: Option<Cause>,
}

/// The internal cause of a failure. It is logged, and passed to a client in the same process in the extensions of the
/// answer; it is never sent over the network.
#[derive(Clone, Debug)]
pub struct Cause(pub String);

impl ProblemResponse {
    /// A problem of this kind.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { problem: Problem::new(code, detail), cause: None }
    }

    /// The same with mistakes in files.
    pub(crate) fn with_diagnostics(mut self, Diagnostics(found): Diagnostics) -> Self {
        self.problem.diagnostics = found;
        self
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(Code::BadRequest, detail)
    }

    pub(crate) fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("there is no {what} {id}"))
    }

    /// The host failed. The cause is logged, not sent.
    fn failed(code: Code, detail: &str, error: &dyn Error) -> Self {
        let cause = gantry_control::diagnose::chain(error);
        tracing::error!(error = cause, code = code.name(), "a request to the admin API failed");
        Self { cause: Some(Cause(cause)), ..Self::new(code, detail) }
    }
}

impl From<gantry_store::StoreError> for ProblemResponse {
    fn from(error: gantry_store::StoreError) -> Self {
        Self::failed(Code::StoreUnavailable, STORE, &error)
    }
}

impl From<NamesError> for ProblemResponse {
    fn from(error: NamesError) -> Self {
        OperationError::from(error).into()
    }
}

/// The one place where the error of an operation becomes a problem.
impl From<OperationError> for ProblemResponse {
    fn from(error: OperationError) -> Self {
        let code = match error.kind() {
            ErrorKind::Denied => Code::Forbidden,
            ErrorKind::NoHost => Code::HostNotRunning,
            ErrorKind::Invalid => Code::BadRequest,
            ErrorKind::NotFound => Code::NotFound,
            ErrorKind::Conflict => Code::Conflict,
            ErrorKind::VersionTaken => Code::VersionTaken,
            ErrorKind::PluginUntrusted => Code::PluginUntrusted,
            ErrorKind::PluginRefused => Code::PluginRefused,
            ErrorKind::CatalogueFailed => return Self::failed(Code::CatalogueFailed, CATALOGUE, &error),
            ErrorKind::ReloadFailed => return Self::failed(Code::ReloadFailed, RELOAD, &error),
            ErrorKind::Stopping => Code::Stopping,
            ErrorKind::StoreUnavailable => return Self::failed(Code::StoreUnavailable, STORE, &error),
        };
        Self::new(code, gantry_control::diagnose::chain(&error))
    }
}

impl IntoResponse for ProblemResponse {
    fn into_response(self) -> Response {
        let Self { problem, cause } = self;
        let status = problem.code.status();
        let mut response = (status, [(header::CONTENT_TYPE, Problem::MEDIA_TYPE)], Json(problem)).into_response();
        if let Some(cause) = cause {
            response.extensions_mut().insert(cause);
        }
        response
    }
}

/// The description of the answer for these codes, which share a status.
pub(crate) fn described(codes: &[Code]) -> RefOr<utoipa::openapi::Response> {
    let meanings: Vec<_> = codes.iter().map(|code| format!("`{}`: {}", code.name(), code.meaning())).collect();
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(meanings.join("; ")).content(Problem::MEDIA_TYPE, content).build().into()
}

macro_rules! answers {
    ($($(#[doc = $doc:literal])+ $name:ident = $($code:ident)+;)*) => {
        $(
            $(#[doc = $doc])+
            pub(crate) struct $name;

            impl utoipa::IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
                    let codes = [$(Code::$code),+];
                    BTreeMap::from([(codes[0].status().as_str().to_owned(), described(&codes))])
                }
            }
        )*
    };
}

// For the `responses` of a handler's description; `routes` adds what every handler under `/v1` may answer.
answers! {
    /// 400 for a query or body.
    BadRequest = BadRequest;
    /// 400 for an id, a query or a body.
    BadRequestOrId = BadRequest InvalidId;
    /// 404
    NotFound = NotFound;
    /// 409
    Conflict = Conflict;
    /// 413 for a body.
    TooLarge = TooLarge;
    /// 422 for a reload.
    Refused = ReloadRefused;
    /// 500 for a reload.
    Failed = ReloadFailed;
    /// 403 for a plugin.
    Untrusted = PluginUntrusted;
    /// 409 for a plugin.
    Taken = VersionTaken;
    /// 422 for a plugin.
    PluginRefused = PluginRefused;
    /// 500 for the catalogue.
    CatalogueFailed = CatalogueFailed;
}
