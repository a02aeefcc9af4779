//! `/v1/reload`: take edited flow files in force, and see what came of the last time.

use axum::Json;
use axum::extract::State;
use gantry_api::v1::{Code, ReloadReport};
use gantry_control::reload::{ReloadError, ReloadResult, Trigger};
use gantry_runtime::HostHandle;

use crate::convert::Convert as _;
use crate::problem::{Conflict, Failed, ProblemResponse, Refused};

/// Reads the flow files again: 200 with what changed, or 422 with everything that is wrong.
#[utoipa::path(post, path = "/v1/reload", tag = "flows", operation_id = "reload",
    responses((status = 200, description = "what changed", body = ReloadReport), Refused, Conflict, Failed))]
pub(crate) async fn reload(State(host): State<HostHandle>) -> Result<Json<ReloadReport>, ProblemResponse> {
    let report = host.reload(Trigger::Api).await.map_err(|error| problem(&error))?;
    if report.result != ReloadResult::Refused {
        return Ok(Json(report.convert()));
    }
    let detail = format!("nothing changed: {}", report.diagnostics);
    Err(ProblemResponse::new(Code::ReloadRefused, detail).with_diagnostics(report.diagnostics.convert()))
}

/// The last reload, by whomever; `null` before the first.
#[utoipa::path(get, path = "/v1/reload", tag = "flows", operation_id = "last_reload",
    responses((status = 200, description = "the last reload", body = Option<ReloadReport>)))]
pub(crate) async fn last(State(host): State<HostHandle>) -> Json<Option<ReloadReport>> {
    Json(host.last_reload().convert())
}

fn problem(error: &ReloadError) -> ProblemResponse {
    match error {
        ReloadError::NoFiles => ProblemResponse::new(Code::Conflict, error.to_string()),
        ReloadError::Stopping => ProblemResponse::new(Code::Stopping, error.to_string()),
        ReloadError::Failed(cause) => {
            tracing::error!(error = %cause, "a reload failed");
            let detail = "the reload failed; what was in force still is, and the host's log says more";
            ProblemResponse::new(Code::ReloadFailed, detail)
        }
    }
}
