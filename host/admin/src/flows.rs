//! `GET /v1/flows`: reports on all flows.

use axum::Json;
use gantry_api::v1::FlowReport;

use crate::convert::Convert as _;
use crate::state::Running;

/// Lists every flow with its purpose, its counts since the start, and its queue.
#[utoipa::path(get, path = "/v1/flows", tag = "flows", operation_id = "list_flows",
    responses((status = 200, description = "all flows", body = Vec<FlowReport>)))]
pub(crate) async fn list(Running(host): Running) -> Json<Vec<FlowReport>> {
    Json(host.reports().convert())
}
