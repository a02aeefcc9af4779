//! `GET /v1/flows`: what each flow is for and how it does.

use axum::Json;
use gantry_api::v1::FlowReport;

use crate::convert::Convert as _;
use crate::state::Running;

/// Every flow: what it is for, what it did since the start, what it still has to do.
#[utoipa::path(get, path = "/v1/flows", tag = "flows", operation_id = "list_flows",
    responses((status = 200, description = "all flows", body = Vec<FlowReport>)))]
pub(crate) async fn list(Running(host): Running) -> Json<Vec<FlowReport>> {
    Json(host.reports().convert())
}
