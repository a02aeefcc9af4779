//! `/v1/reload`: reloads the flow files, and shows the last reload.

use axum::Json;
use axum::extract::State;
use gantry_api::v1::{CloseRequest, Code, ReloadReport};
use gantry_control::reload::{ReloadResult, Trigger};
use gantry_operations::Reload;

use crate::convert::Convert as _;
use crate::extract::OptionalBody;
use crate::problem::{BadRequest, Conflict, Failed, ProblemResponse, Refused};
use crate::state::{Admin, Running};

/// Reloads the flow files: 200 with the changes, or 422 with all mistakes.
#[utoipa::path(post, path = "/v1/reload", tag = "flows", operation_id = "reload",
    request_body = Option<CloseRequest>,
    responses((status = 200, description = "the changes", body = ReloadReport), BadRequest, Refused, Conflict, Failed))]
pub(crate) async fn reload(
    State(admin): State<Admin>,
    request: Result<OptionalBody<CloseRequest>, ProblemResponse>,
) -> Result<Json<ReloadReport>, ProblemResponse> {
    let OptionalBody(CloseRequest { by, reason }) = request?;
    let report = admin.execute(&by, Reload { trigger: Trigger::Api, reason }).await?;
    if report.result != ReloadResult::Refused {
        return Ok(Json(report.convert()));
    }
    let detail = format!("nothing changed: {}", report.diagnostics);
    Err(ProblemResponse::new(Code::ReloadRefused, detail).with_diagnostics(report.diagnostics.convert()))
}

/// Returns the last reload, however it was started; `null` before the first.
#[utoipa::path(get, path = "/v1/reload", tag = "flows", operation_id = "last_reload",
    responses((status = 200, description = "the last reload", body = Option<ReloadReport>)))]
pub(crate) async fn last(Running(host): Running) -> Json<Option<ReloadReport>> {
    Json(host.last_reload().convert())
}
