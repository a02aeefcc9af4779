//! Errors as `application/problem+json` (RFC 9457): the one place where a failure becomes an HTTP answer. What failed
//! inside is logged, not told.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

/// A refusal or failure, as the client sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Problem {
    /// Stable and countable: see `docs/reference/errors.md`.
    pub code: String,
    /// The status in words.
    pub title: String,
    /// HTTP status code.
    pub status: u16,
    /// What is wrong and how to go on.
    pub detail: String,
    /// Mistakes in files, each with its place, as `gantry check --format json` lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<serde_json::Value>,
}

impl Problem {
    /// A problem with this code.
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        Self { code: code.to_owned(), title, status: status.as_u16(), detail: detail.into(), diagnostics: Vec::new() }
    }

    /// The same with mistakes in files.
    #[must_use]
    pub(crate) fn with_diagnostics(mut self, found: &gantry_config::Diagnostics) -> Self {
        // Plain data always becomes JSON.
        self.diagnostics = found.iter().filter_map(|diagnostic| serde_json::to_value(diagnostic).ok()).collect();
        self
    }

    pub(crate) fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("there is no {what} {id}"))
    }

    /// The store failed: its error goes to the log only.
    pub(crate) fn store(error: &gantry_store::StoreError) -> Self {
        tracing::error!(%error, "the admin API failed to use the store");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "store-unavailable",
            "the store is unavailable; the host's log says why",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(self)).into_response()
    }
}
