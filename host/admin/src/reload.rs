//! `/v1/reload`: take edited flow files in force, and see what came of the last time.

use axum::Json;
use axum::extract::State;
use gantry_api::v1::{Code, ReloadReport};
use gantry_control::reload::{ReloadResult, Trigger};
use gantry_operations::Reload;

use crate::convert::Convert as _;
use crate::problem::{Conflict, Failed, ProblemResponse, Refused};
use crate::state::{Admin, NOBODY, Running};

/// Reads the flow files again: 200 with what changed, or 422 with everything that is wrong.
#[utoipa::path(post, path = "/v1/reload", tag = "flows", operation_id = "reload",
    responses((status = 200, description = "what changed", body = ReloadReport), Refused, Conflict, Failed))]
pub(crate) async fn reload(State(admin): State<Admin>) -> Result<Json<ReloadReport>, ProblemResponse> {
    let report = admin.execute(NOBODY, Reload { trigger: Trigger::Api }).await?;
    if report.result != ReloadResult::Refused {
        return Ok(Json(report.convert()));
    }
    let detail = format!("nothing changed: {}", report.diagnostics);
    Err(ProblemResponse::new(Code::ReloadRefused, detail).with_diagnostics(report.diagnostics.convert()))
}

/// The last reload, by whomever; `null` before the first.
#[utoipa::path(get, path = "/v1/reload", tag = "flows", operation_id = "last_reload",
    responses((status = 200, description = "the last reload", body = Option<ReloadReport>)))]
pub(crate) async fn last(Running(host): Running) -> Json<Option<ReloadReport>> {
    Json(host.last_reload().convert())
}
