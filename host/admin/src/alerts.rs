//! `/v1/alerts`: lists alerts and tests their endpoints.

use axum::Json;
use axum::extract::State;
use gantry_api::v1::{AlertReport, CloseRequest, TestAnswer};
use gantry_operations::TestAlert;

use crate::convert::Convert as _;
use crate::extract::{OptionalBody, Place};
use crate::problem::{self, ProblemResponse};
use crate::state::{Admin, Running};

/// Lists every alert of the host file with the conditions that fire.
#[utoipa::path(get, path = "/v1/alerts", tag = "alerts", operation_id = "list_alerts",
    responses((status = 200, description = "by name", body = Vec<AlertReport>)))]
pub(crate) async fn list(Running(host): Running) -> Json<Vec<AlertReport>> {
    Json(host.alerts().convert())
}

/// Sends a trigger and a resolve notification to one endpoint, at once, and returns its answers.
#[utoipa::path(post, path = "/v1/alerts/{name}/test", tag = "alerts", operation_id = "test_alert",
    params(("name" = String, Path, description = "The alert")), request_body = Option<CloseRequest>,
    responses((status = 200, description = "the endpoint's answers", body = Vec<TestAnswer>),
              problem::BadRequest, problem::NotFound))]
pub(crate) async fn test(
    State(admin): State<Admin>,
    Place(name): Place<String>,
    request: Result<OptionalBody<CloseRequest>, ProblemResponse>,
) -> Result<Json<Vec<TestAnswer>>, ProblemResponse> {
    let OptionalBody(CloseRequest { by, reason }) = request?;
    Ok(Json(admin.execute(&by, TestAlert { name, reason }).await?.convert()))
}
