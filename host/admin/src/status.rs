//! `GET /v1/status`: what needs somebody.

use axum::Json;
use axum::extract::State;
use gantry_api::v1::StatusReport;

use crate::convert::Convert as _;
use crate::problem::ProblemResponse;
use crate::state::Admin;

/// Lists what needs somebody, most harmful first: what is wrong, since when, whose it is, and what to do next. Without a
/// running host, what its store holds.
#[utoipa::path(get, path = "/v1/status", tag = "health", operation_id = "status",
    responses((status = 200, description = "the findings; none if all is well", body = StatusReport)))]
pub(crate) async fn status(State(admin): State<Admin>) -> Result<Json<StatusReport>, ProblemResponse> {
    Ok(Json(admin.status().await?.convert()))
}
