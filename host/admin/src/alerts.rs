//! `/v1/alerts`: lists alerts and tests their endpoints.

use axum::Json;
use axum::extract::{Path, State};
use gantry_api::v1::{AlertReport, TestAnswer};
use gantry_operations::TestAlert;

use crate::convert::Convert as _;
use crate::problem::{self, ProblemResponse};
use crate::state::{Admin, NOBODY, Running};

/// Lists every alert of the host file with the conditions that fire.
#[utoipa::path(get, path = "/v1/alerts", tag = "alerts", operation_id = "list_alerts",
    responses((status = 200, description = "by name", body = Vec<AlertReport>)))]
pub(crate) async fn list(Running(host): Running) -> Json<Vec<AlertReport>> {
    Json(host.alerts().convert())
}

/// Sends a trigger and a resolve notification to one endpoint, at once, and returns its answers.
#[utoipa::path(post, path = "/v1/alerts/{name}/test", tag = "alerts", operation_id = "test_alert",
    params(("name" = String, Path, description = "The alert")),
    responses((status = 200, description = "the endpoint's answers", body = Vec<TestAnswer>), problem::NotFound))]
pub(crate) async fn test(
    State(admin): State<Admin>,
    Path(name): Path<String>,
) -> Result<Json<Vec<TestAnswer>>, ProblemResponse> {
    Ok(Json(admin.execute(NOBODY, TestAlert { name }).await?.convert()))
}
