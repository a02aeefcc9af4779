//! `/v1/targets`: which targets get messages, and what operators say of them.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use gantry_control::targets::{TargetCommand, TargetError};
use gantry_core::{FlowName, TargetName};
use gantry_engine::target_report::TargetReport;
use gantry_runtime::HostHandle;

use crate::api::CloseRequest;
use crate::asked;
use crate::problem::{self, Code, Problem};

/// Every target of the flows in force.
#[utoipa::path(get, path = "/v1/targets", tag = "targets", operation_id = "list_targets",
    responses((status = 200, description = "by flow and name", body = Vec<TargetReport>)))]
pub(crate) async fn list(State(host): State<HostHandle>) -> Json<Vec<TargetReport>> {
    Json(host.targets())
}

/// `pause`, `resume`, `disable`, `enable` or `close-breaker`; answers with the target as it stands then.
#[utoipa::path(post, path = "/v1/targets/{flow}/{target}/{command}", tag = "targets", operation_id = "command_target",
    params(("flow" = FlowName, Path, description = "The flow"), ("target" = TargetName, Path, description = "The target"),
           ("command" = TargetCommand, Path, description = "What to do")), request_body = CloseRequest,
    responses((status = 200, description = "the target as it stands then", body = TargetReport),
              problem::BadRequest, problem::NotFound, problem::Conflict))]
pub(crate) async fn command(
    State(host): State<HostHandle>,
    Path((flow, target, command)): Path<(String, String, String)>,
    request: Result<Json<CloseRequest>, JsonRejection>,
) -> Result<Json<TargetReport>, Problem> {
    let command = serde_json::from_value::<TargetCommand>(command.clone().into())
        .map_err(|_| Problem::not_found("command", &command))?;
    let unknown = || Problem::not_found("target", format!("{flow}/{target}"));
    let (flow, target) = (flow.parse().map_err(|_| unknown())?, target.parse().map_err(|_| unknown())?);
    let CloseRequest { by, reason } = asked::body(request)?;
    let done = host.command_target(&flow, &target, command, by, reason).await;
    done.map(Json).map_err(|error| refused(&error))
}

fn refused(error: &TargetError) -> Problem {
    match error {
        TargetError::Unknown { flow, target } => Problem::not_found("target", format!("{flow}/{target}")),
        TargetError::Disabled { .. } => Problem::new(Code::Conflict, error.to_string()),
        TargetError::Store(error) => Problem::store(error),
    }
}
