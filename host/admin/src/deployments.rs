//! `/v1/deployments`: begin, list, approve and roll back deployments, and run dead letters through another version.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use gantry_api::v1::{
    ApproveRequest, CloseRequest, DeployRequest, Deployment, DeploymentQuery, DryRunRequest, ShadowReport, form,
};
use gantry_control::rollout::{self, Phase};
use gantry_core::FlowName;
use gantry_operations::{ApproveDeployment, BeginDeployment, Names, OperationError, ResetStep, RollBackDeployment};

use crate::convert::Convert as _;
use crate::extract::{self, Body, Place};
use crate::problem::{self, ProblemResponse};
use crate::state::{Admin, Running};

/// Begins a deployment: 202 with its record.
#[utoipa::path(post, path = "/v1/deployments", tag = "deployments", operation_id = "begin_deployment",
    request_body = DeployRequest,
    responses((status = 202, description = "the record", body = Deployment),
              problem::BadRequest, problem::NotFound, problem::Conflict, problem::Untrusted, problem::PluginRefused, problem::CatalogueFailed))]
pub(crate) async fn begin(
    State(admin): State<Admin>,
    request: Result<Body<DeployRequest>, ProblemResponse>,
) -> Result<(StatusCode, Json<Deployment>), ProblemResponse> {
    let Body(DeployRequest { flow, step, plugin, by, terms }) = request?;
    let begin = BeginDeployment { flow, step, plugin, terms: terms.convert() };
    let deployment = admin.execute(&by, begin).await?;
    Ok((StatusCode::ACCEPTED, Json(deployment.convert())))
}

/// Lists deployments, oldest first, optionally of a flow or step, and only those in progress or over.
#[utoipa::path(get, path = "/v1/deployments", tag = "deployments", operation_id = "list_deployments",
    params(DeploymentQuery),
    responses((status = 200, description = "the records", body = Vec<Deployment>), problem::BadRequest, problem::NotFound))]
pub(crate) async fn list(
    Running(host): Running,
    query: Result<Query<DeploymentQuery>, QueryRejection>,
) -> Result<Json<Vec<Deployment>>, ProblemResponse> {
    let query = extract::query(query)?;
    let mut deployments = host.deployments();
    deployments.retain(|deployment| matches(&query, deployment));
    // What was deployed is known, also to a step that is gone.
    if deployments.is_empty() {
        let flow = query.flow.as_deref().map(str::parse).transpose();
        let flow =
            flow.map_err(|error: gantry_core::id::InvalidName| ProblemResponse::bad_request(error.to_string()))?;
        host.operations().records().check_names(&Names { flow, target: None, step: query.step.clone() }).await?;
    }
    Ok(Json(deployments.convert()))
}

fn matches(query: &DeploymentQuery, deployment: &rollout::Deployment) -> bool {
    query.flow.as_ref().is_none_or(|flow| deployment.flow.as_str() == flow)
        && query.step.as_ref().is_none_or(|step| deployment.step == *step)
        && query.active.is_none_or(|active| active != deployment.phase.is_over())
}

/// Returns one deployment with its results so far.
#[utoipa::path(get, path = "/v1/deployments/{number}", tag = "deployments", operation_id = "show_deployment",
    params(("number" = u64, Path, description = "The deployment's number")),
    responses((status = 200, description = "the record", body = Deployment), problem::BadRequest, problem::NotFound))]
pub(crate) async fn show(
    Running(host): Running,
    number: Result<Place<u64>, ProblemResponse>,
) -> Result<Json<Deployment>, ProblemResponse> {
    let Place(number) = number?;
    let deployment = host.deployment(number).map_err(OperationError::from)?;
    Ok(Json(deployment.convert()))
}

/// Lets a deployment continue with the phase after the approved one: 202, because the deployment does so asynchronously;
/// 409 when it is in another phase.
#[utoipa::path(post, path = "/v1/deployments/{number}/approve", tag = "deployments", operation_id = "approve_deployment",
    params(("number" = u64, Path, description = "The deployment's number")), request_body = ApproveRequest,
    responses((status = 202, description = "the record before the next phase", body = Deployment),
              problem::BadRequest, problem::NotFound, problem::Conflict))]
pub(crate) async fn approve(
    State(admin): State<Admin>,
    number: Result<Place<u64>, ProblemResponse>,
    request: Result<Body<ApproveRequest>, ProblemResponse>,
) -> Result<(StatusCode, Json<Deployment>), ProblemResponse> {
    let Place(number) = number?;
    let Body(ApproveRequest { by, reason, phase }) = request?;
    let deployment = admin.execute(&by, ApproveDeployment { number, phase: phase.convert(), reason }).await?;
    Ok((StatusCode::ACCEPTED, Json(deployment.convert())))
}

/// Restores the version before a deployment: 200 with the new record when that is done, 202 if the deployment is in
/// progress and does so asynchronously.
#[utoipa::path(post, path = "/v1/deployments/{number}/rollback", tag = "deployments", operation_id = "roll_back_deployment",
    params(("number" = u64, Path, description = "The deployment's number")), request_body = CloseRequest,
    responses((status = 200, description = "the record of the rollback", body = Deployment),
              (status = 202, description = "the record of a deployment in progress, before its rollback", body = Deployment),
              problem::BadRequest, problem::NotFound, problem::Conflict, problem::PluginRefused, problem::CatalogueFailed))]
pub(crate) async fn roll_back(
    State(admin): State<Admin>,
    number: Result<Place<u64>, ProblemResponse>,
    request: Result<Body<CloseRequest>, ProblemResponse>,
) -> Result<(StatusCode, Json<Deployment>), ProblemResponse> {
    let Place(number) = number?;
    let Body(CloseRequest { by, reason }) = request?;
    let deployment = admin.execute(&by, RollBackDeployment { number, reason }).await?;
    let done = deployment.phase == Phase::Deployed;
    Ok((if done { StatusCode::OK } else { StatusCode::ACCEPTED }, Json(deployment.convert())))
}

/// Resets a step to the plugin version in the flow's file.
#[utoipa::path(post, path = "/v1/flows/{flow}/steps/{step}/reset", tag = "deployments", operation_id = "reset_step",
    params(("flow" = form::FlowName, Path, description = "The flow"), ("step" = String, Path, description = "The step")),
    request_body = CloseRequest,
    responses((status = 200, description = "the record of the rollback", body = Deployment),
              problem::BadRequest, problem::NotFound, problem::Conflict, problem::PluginRefused))]
pub(crate) async fn reset(
    State(admin): State<Admin>,
    place: Result<Place<(FlowName, String)>, ProblemResponse>,
    request: Result<Body<CloseRequest>, ProblemResponse>,
) -> Result<Json<Deployment>, ProblemResponse> {
    let Place((flow, step)) = place?;
    let Body(CloseRequest { by, reason }) = request?;
    Ok(Json(admin.execute(&by, ResetStep { flow, step, reason }).await?.convert()))
}

/// Runs dead letters through the current version of a step and another one, and compares the outcomes; nothing is sent.
#[utoipa::path(post, path = "/v1/deployments/dry-run", tag = "deployments", operation_id = "dry_run",
    request_body = DryRunRequest,
    responses((status = 200, description = "the comparison", body = ShadowReport),
              problem::BadRequest, problem::NotFound, problem::Conflict, problem::PluginRefused,
              problem::CatalogueFailed))]
pub(crate) async fn dry_run(
    Running(host): Running,
    State(admin): State<Admin>,
    request: Result<Body<DryRunRequest>, ProblemResponse>,
) -> Result<Json<ShadowReport>, ProblemResponse> {
    let Body(DryRunRequest { flow, step, with, dead_letters: given }) = request?;
    let mut dead_letters = Vec::with_capacity(given.len());
    for id in given {
        let found = admin.records().dead_letter_to_show(id).await;
        dead_letters.push(found.map_err(OperationError::from)?);
    }
    let report = host.dry_run(flow, step, &with, dead_letters).await;
    Ok(Json(report.map_err(OperationError::from)?.convert()))
}
