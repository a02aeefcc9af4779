//! `/v1/reload`: take edited flow files in force, and see what came of the last time.

use axum::Json;
use axum::extract::State;
use gantry_control::reload::{ReloadError, ReloadReport, ReloadResult, Trigger};
use gantry_runtime::HostHandle;

use crate::problem::{Code, Conflict, Failed, Problem, Refused};

/// Reads the flow files again: 200 with what changed, or 422 with everything that is wrong.
#[utoipa::path(post, path = "/v1/reload", tag = "flows", operation_id = "reload",
    responses((status = 200, description = "what changed", body = ReloadReport), Refused, Conflict, Failed))]
pub(crate) async fn reload(State(host): State<HostHandle>) -> Result<Json<ReloadReport>, Problem> {
    let report = host.reload(Trigger::Api).await.map_err(|error| problem(&error))?;
    if report.result != ReloadResult::Refused {
        return Ok(Json(report));
    }
    let detail = format!("nothing changed: {}", report.diagnostics);
    let problem = Problem::new(Code::ReloadRefused, detail);
    Err(problem.with_diagnostics(&report.diagnostics))
}

/// The last reload, by whomever; `null` before the first.
#[utoipa::path(get, path = "/v1/reload", tag = "flows", operation_id = "last_reload",
    responses((status = 200, description = "the last reload", body = Option<ReloadReport>)))]
pub(crate) async fn last(State(host): State<HostHandle>) -> Json<Option<ReloadReport>> {
    Json(host.last_reload())
}

fn problem(error: &ReloadError) -> Problem {
    match error {
        ReloadError::NoFiles => Problem::new(Code::Conflict, error.to_string()),
        ReloadError::Stopping => Problem::new(Code::Stopping, error.to_string()),
        ReloadError::Failed(cause) => {
            tracing::error!(error = %cause, "a reload failed");
            let detail = "the reload failed; what was in force still is, and the host's log says more";
            Problem::new(Code::ReloadFailed, detail)
        }
    }
}
