//! Failures as HTTP answers: the one place where a [`Problem`] becomes a response. What failed inside is logged, not
//! told.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use gantry_api::v1::{Code, Diagnostics, Problem};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};

/// The answer that tells of a problem: what every handler fails with.
#[derive(Debug)]
pub(crate) struct ProblemResponse(Problem);

impl ProblemResponse {
    /// A problem of this kind.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Problem::new(code, detail))
    }

    /// The same with mistakes in files.
    pub(crate) fn with_diagnostics(mut self, Diagnostics(found): Diagnostics) -> Self {
        self.0.diagnostics = found;
        self
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(Code::BadRequest, detail)
    }

    pub(crate) fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("there is no {what} {id}"))
    }

    /// The store failed: its error goes to the log only.
    pub(crate) fn store(error: &gantry_store::StoreError) -> Self {
        tracing::error!(%error, "the admin API failed to use the store");
        Self::new(Code::StoreUnavailable, "the store is unavailable; the host's log says why")
    }
}

impl From<gantry_store::StoreError> for ProblemResponse {
    fn from(error: gantry_store::StoreError) -> Self {
        Self::store(&error)
    }
}

impl IntoResponse for ProblemResponse {
    fn into_response(self) -> Response {
        (self.0.code.status(), [(header::CONTENT_TYPE, Problem::MEDIA_TYPE)], Json(self.0)).into_response()
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
