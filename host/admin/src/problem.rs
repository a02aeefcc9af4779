//! Failures as HTTP answers: the one place where a [`Problem`] becomes a response. What failed inside is logged, not
//! told.

use std::collections::BTreeMap;
use std::error::Error;

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use gantry_api::v1::{Code, Diagnostics, Problem};
use gantry_operations::{ErrorKind, OperationError};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};

/// What clients are told when the store failed.
const STORE: &str = "the store is unavailable; the host's log says why";

/// What they are told when a file of the catalogue failed.
const CATALOGUE: &str = "a file of the catalogue can't be read or written; the host's log says why";

/// What they are told when a reload failed.
const RELOAD: &str = "the reload failed; what was in force still is, and the host's log says more";

/// The answer that tells of a problem: what every handler fails with.
#[derive(Debug)]
pub(crate) struct ProblemResponse {
    problem: Problem,
    cause: Option<Cause>,
}

/// What failed inside. It goes to the log, and to a client in the same process among the extensions of the answer; never
/// over the wire.
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

    /// The host failed: why is not for every client.
    fn failed(code: Code, detail: &str, error: &dyn Error) -> Self {
        let cause = gantry_control::diagnose::chain(error);
        tracing::error!(error = cause, code = code.name(), "the admin API could not do what it was asked");
        Self { cause: Some(Cause(cause)), ..Self::new(code, detail) }
    }
}

impl From<gantry_store::StoreError> for ProblemResponse {
    fn from(error: gantry_store::StoreError) -> Self {
        Self::failed(Code::StoreUnavailable, STORE, &error)
    }
}

/// The one place where an operation that was not done becomes a problem.
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

/// The description of the answer to these kinds of problems, which share a status.
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

// For the `responses` of a handler's description; what every handler under `/v1` may answer is added in `routes`.
answers! {
    /// 400 to a query or body.
    BadRequest = BadRequest;
    /// 400 to an id, a query or a body.
    BadRequestOrId = BadRequest InvalidId;
    /// 404
    NotFound = NotFound;
    /// 409
    Conflict = Conflict;
    /// 413 to a body.
    TooLarge = TooLarge;
    /// 422 to a reload.
    Refused = ReloadRefused;
    /// 500 to a reload.
    Failed = ReloadFailed;
    /// 403 to a plugin.
    Untrusted = PluginUntrusted;
    /// 409 to a plugin.
    Taken = VersionTaken;
    /// 422 to a plugin.
    PluginRefused = PluginRefused;
    /// 500 of the catalogue.
    CatalogueFailed = CatalogueFailed;
}
