//! `GET /v1/flows`: what each flow is for and how it does.

use axum::Json;
use axum::extract::State;
use gantry_api::v1::FlowReport;
use gantry_runtime::HostHandle;

use crate::convert::Convert as _;

/// Every flow: what it is for, what it did since the start, what it still has to do.
#[utoipa::path(get, path = "/v1/flows", tag = "flows", operation_id = "list_flows",
    responses((status = 200, description = "all flows", body = Vec<FlowReport>)))]
pub(crate) async fn list(State(host): State<HostHandle>) -> Json<Vec<FlowReport>> {
    Json(host.reports().convert())
}
