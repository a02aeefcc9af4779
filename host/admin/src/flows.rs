//! `/v1/flows`: reports on all flows; closes and opens the intake of one.

use axum::Json;
use axum::extract::State;
use gantry_api::v1::{CloseIntakeRequest, FlowReport, IntakeClosure, form};
use gantry_core::FlowName;
use gantry_operations::{CloseIntake, OpenIntake};

use crate::convert::Convert as _;
use crate::extract::{Body, Place};
use crate::problem::{self, ProblemResponse};
use crate::state::{Admin, Running};

/// Lists every flow with its purpose, its counts since the start, and its queue.
#[utoipa::path(get, path = "/v1/flows", tag = "flows", operation_id = "list_flows",
    responses((status = 200, description = "all flows", body = Vec<FlowReport>)))]
pub(crate) async fn list(Running(host): Running) -> Json<Vec<FlowReport>> {
    Json(host.reports().convert())
}

/// Closes the intake of a flow: its senders get 503 and its files wait, while the flow processes what it has.
#[utoipa::path(post, path = "/v1/flows/{flow}/close-intake", tag = "flows", operation_id = "close_intake",
    params(("flow" = form::FlowName, Path, description = "The flow")), request_body = CloseIntakeRequest,
    responses((status = 200, description = "who closed it; the first, if it was closed before", body = IntakeClosure),
              problem::BadRequest, problem::NotFound))]
pub(crate) async fn close_intake(
    State(admin): State<Admin>,
    Place(flow): Place<FlowName>,
    request: Result<Body<CloseIntakeRequest>, ProblemResponse>,
) -> Result<Json<IntakeClosure>, ProblemResponse> {
    let Body(CloseIntakeRequest { by, reason }) = request?;
    Ok(Json(admin.execute(&by, CloseIntake { flow, reason }).await?.convert()))
}

/// Opens the intake of a flow again. The answer says who had closed it; `null` if nobody had.
#[utoipa::path(post, path = "/v1/flows/{flow}/open-intake", tag = "flows", operation_id = "open_intake",
    params(("flow" = form::FlowName, Path, description = "The flow")), request_body = CloseIntakeRequest,
    responses((status = 200, description = "who had closed it", body = Option<IntakeClosure>),
              problem::BadRequest, problem::NotFound))]
pub(crate) async fn open_intake(
    State(admin): State<Admin>,
    Place(flow): Place<FlowName>,
    request: Result<Body<CloseIntakeRequest>, ProblemResponse>,
) -> Result<Json<Option<IntakeClosure>>, ProblemResponse> {
    let Body(CloseIntakeRequest { by, reason }) = request?;
    Ok(Json(admin.execute(&by, OpenIntake { flow, reason }).await?.convert()))
}
