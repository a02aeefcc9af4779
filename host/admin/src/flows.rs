//! `GET /v1/flows`: what each flow is for and how it does.

use axum::Json;
use axum::extract::State;
use gantry_runtime::HostHandle;
use gantry_runtime::report::FlowReport;

pub(crate) async fn list(State(host): State<HostHandle>) -> Json<Vec<FlowReport>> {
    Json(host.reports())
}
