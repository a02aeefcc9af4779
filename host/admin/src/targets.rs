//! `/v1/targets`: lists targets and executes commands for them.

use axum::Json;
use axum::extract::State;
use gantry_api::v1::{TargetCommand, TargetReport, TargetRequest, form};
use gantry_operations::{CloseBreaker, DisableTarget, EnableTarget, PauseTarget, ResumeTarget};

use crate::convert::Convert as _;
use crate::extract::{Body, Place};
use crate::problem::{self, ProblemResponse};
use crate::state::{Admin, Running};

/// Lists every target of the active flows.
#[utoipa::path(get, path = "/v1/targets", tag = "targets", operation_id = "list_targets",
    responses((status = 200, description = "by flow and name", body = Vec<TargetReport>)))]
pub(crate) async fn list(Running(host): Running) -> Json<Vec<TargetReport>> {
    Json(host.targets().convert())
}

/// Executes `pause`, `resume`, `disable`, `enable` or `close-breaker`, and returns the changed target.
#[utoipa::path(post, path = "/v1/targets/{flow}/{target}/{command}", tag = "targets", operation_id = "command_target",
    params(("flow" = form::FlowName, Path, description = "The flow"), ("target" = form::TargetName, Path, description = "The target"),
           ("command" = TargetCommand, Path, description = "The command")), request_body = TargetRequest,
    responses((status = 200, description = "the changed target", body = TargetReport),
              problem::BadRequest, problem::NotFound, problem::Conflict))]
pub(crate) async fn command(
    State(admin): State<Admin>,
    Place((flow, target, command)): Place<(String, String, String)>,
    request: Result<Body<TargetRequest>, ProblemResponse>,
) -> Result<Json<TargetReport>, ProblemResponse> {
    let command = serde_json::from_value::<TargetCommand>(command.clone().into())
        .map_err(|_| ProblemResponse::not_found("command", &command))?;
    let unknown = || ProblemResponse::not_found("target", format!("{flow}/{target}"));
    let flow = flow.parse().map_err(|_| unknown())?;
    let target = target.parse().map_err(|_| unknown())?;
    let Body(TargetRequest { by, reason, until }) = request?;
    if until.is_some() && command != TargetCommand::Pause {
        return Err(ProblemResponse::bad_request("`until` belongs to `pause`"));
    }
    let report = match command {
        TargetCommand::Pause => admin.execute(&by, PauseTarget { flow, target, until, reason }).await?,
        TargetCommand::Resume => admin.execute(&by, ResumeTarget { flow, target, reason }).await?,
        TargetCommand::Disable => admin.execute(&by, DisableTarget { flow, target, reason }).await?,
        TargetCommand::Enable => admin.execute(&by, EnableTarget { flow, target, reason }).await?,
        TargetCommand::CloseBreaker => admin.execute(&by, CloseBreaker { flow, target, reason }).await?,
    };
    Ok(Json(report.convert()))
}
