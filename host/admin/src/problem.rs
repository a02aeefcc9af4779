//! Errors as `application/problem+json` (RFC 9457): the one place where a failure becomes an HTTP answer. What failed
//! inside is logged, not told.
//!
//! [`Code`] is the list of all there are; the catalogue in `docs/reference/errors.md` and the API's description are held
//! against it. A new kind of failure is one line in `codes!`.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};

/// Media type of a problem.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $status:ident;)*) => {
        /// Which kind of problem; stable and countable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
        #[serde(rename_all = "kebab-case")]
        #[schema(as = ProblemCode)]
        pub enum Code { $($(#[doc = $doc])+ $variant,)* }

        impl Code {
            /// Every code, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// As it is written.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The status it is answered with.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }

            /// What it means.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)* }
            }
        }
    };
}

codes! {
    /// no token, or another one
    Unauthorized = "unauthorized", UNAUTHORIZED;
    /// the query or body can't be understood; `detail` says where
    BadRequest = "bad-request", BAD_REQUEST;
    /// not a message id, dead letter id or job id
    InvalidId = "invalid-id", BAD_REQUEST;
    /// there is no such dead letter, group, job, message or resource
    NotFound = "not-found", NOT_FOUND;
    /// the state of the dead letter, group or job does not allow it, or its message is in the queue already
    Conflict = "conflict", CONFLICT;
    /// the body is longer than the API takes
    TooLarge = "too-large", PAYLOAD_TOO_LARGE;
    /// the resource is there, but not for this method
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED;
    /// something is wrong with the flow files; `diagnostics` lists it with file, line and column, and nothing changed
    ReloadRefused = "reload-refused", UNPROCESSABLE_ENTITY;
    /// a reload came to no decision for a fault of the host; nothing changed, and the log says more
    ReloadFailed = "reload-failed", INTERNAL_SERVER_ERROR;
    /// no signature of the plugin is of a key that may publish it; `detail` says which key, what it may publish and which line to add
    PluginUntrusted = "plugin-untrusted", FORBIDDEN;
    /// the version was published with other bytes: give the new ones another version
    VersionTaken = "version-taken", CONFLICT;
    /// the component is no plugin that this host could run, or doesn't fit its step; `detail` is what a flow that names it would be told
    PluginRefused = "plugin-refused", UNPROCESSABLE_ENTITY;
    /// a file of the catalogue can't be read or written; the host's log says why
    CatalogueFailed = "catalogue-failed", INTERNAL_SERVER_ERROR;
    /// the host is shutting down
    Stopping = "stopping", SERVICE_UNAVAILABLE;
    /// the store failed; the host's log says why
    StoreUnavailable = "store-unavailable", SERVICE_UNAVAILABLE;
}

/// A refusal or failure, as the client sees it.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// Stable and countable: see `docs/reference/errors.md`.
    #[schema(value_type = Code)]
    pub code: String,
    /// The status in words.
    pub title: String,
    /// HTTP status code.
    pub status: u16,
    /// What is wrong and how to go on.
    pub detail: String,
    /// Mistakes in files, each with its place, as `gantry check --format json` lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<gantry_config::Diagnostic>, required = false)]
    pub diagnostics: Vec<serde_json::Value>,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let status = code.status();
        Self {
            code: code.name().to_owned(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            diagnostics: Vec::new(),
        }
    }

    /// The same with mistakes in files.
    #[must_use]
    pub(crate) fn with_diagnostics(mut self, found: &gantry_config::Diagnostics) -> Self {
        // Plain data always becomes JSON.
        self.diagnostics = found.iter().filter_map(|diagnostic| serde_json::to_value(diagnostic).ok()).collect();
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

impl From<gantry_store::StoreError> for Problem {
    fn from(error: gantry_store::StoreError) -> Self {
        Self::store(&error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], Json(self)).into_response()
    }
}

/// The description of the answer to these kinds of problems, which share a status.
pub(crate) fn described(codes: &[Code]) -> RefOr<utoipa::openapi::Response> {
    let meanings: Vec<_> = codes.iter().map(|code| format!("`{}`: {}", code.name(), code.meaning())).collect();
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(meanings.join("; ")).content(MEDIA_TYPE, content).build().into()
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
