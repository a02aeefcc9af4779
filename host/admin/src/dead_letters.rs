//! `/v1/dead-letters`: list, show, replay, acknowledge, discard.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use gantry_core::id::InvalidId;
use gantry_core::{DeadLetter, DeadLetterId};
use gantry_runtime::HostHandle;
use gantry_store::{Filter, Page, ReplayError};

use crate::api::{CloseRequest, DeadLetterPage, DeadLetterQuery, EditedPayload, ReplayRequest};
use crate::problem::{self, Code, Problem};

/// Letters on a page unless the client asks for another number.
const PAGE: usize = 100;

/// Most letters on a page.
const MAX_PAGE: usize = 1000;

/// A page of dead letters, oldest first, whole.
#[utoipa::path(get, path = "/v1/dead-letters", tag = "dead letters", operation_id = "list_dead_letters",
    params(DeadLetterQuery), responses((status = 200, description = "a page", body = DeadLetterPage), problem::BadRequest))]
pub(crate) async fn list(
    State(host): State<HostHandle>,
    query: Result<Query<DeadLetterQuery>, QueryRejection>,
) -> Result<Json<DeadLetterPage>, Problem> {
    let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let page = Page { after: query.after, limit: query.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE) };
    let filter = filter(query)?;
    let page = host.store().dead_letters(filter, page).await?;
    Ok(Json(DeadLetterPage { dead_letters: page.letters, next: page.next }))
}

/// One dead letter, with everything known of it.
#[utoipa::path(get, path = "/v1/dead-letters/{id}", tag = "dead letters", operation_id = "show_dead_letter",
    params(("id" = DeadLetterId, Path, description = "The dead letter's id")),
    responses((status = 200, description = "the letter", body = DeadLetter), problem::BadRequestOrId, problem::NotFound))]
pub(crate) async fn show(State(host): State<HostHandle>, Path(id): Path<String>) -> Result<Json<DeadLetter>, Problem> {
    current(&host, parse(&id)?).await
}

/// Puts a dead letter back to work, with an edited payload if one is given.
#[utoipa::path(post, path = "/v1/dead-letters/{id}/replay", tag = "dead letters", operation_id = "replay_dead_letter",
    params(("id" = DeadLetterId, Path, description = "The dead letter's id")), request_body = ReplayRequest,
    responses((status = 202, description = "the letter as it stands then", body = DeadLetter),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict))]
pub(crate) async fn replay(
    State(host): State<HostHandle>,
    Path(id): Path<String>,
    request: Result<Json<ReplayRequest>, JsonRejection>,
) -> Result<(StatusCode, Json<DeadLetter>), Problem> {
    let id = parse(&id)?;
    let Json(request) = request.map_err(|error| Problem::bad_request(error.body_text()))?;
    let payload = request.payload.map(|EditedPayload(bytes)| bytes);
    host.store().replay(id, request.by, payload).await.map_err(|error| refused(&error))?;
    Ok((StatusCode::ACCEPTED, current(&host, id).await?))
}

/// Gives a dead letter up; needs a `reason`.
#[utoipa::path(post, path = "/v1/dead-letters/{id}/discard", tag = "dead letters", operation_id = "discard_dead_letter",
    params(("id" = DeadLetterId, Path, description = "The dead letter's id")), request_body = CloseRequest,
    responses((status = 200, description = "the letter as it stands then", body = DeadLetter),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict))]
pub(crate) async fn discard(
    State(host): State<HostHandle>,
    Path(id): Path<String>,
    request: Result<Json<CloseRequest>, JsonRejection>,
) -> Result<Json<DeadLetter>, Problem> {
    let id = parse(&id)?;
    let Json(request) = request.map_err(|error| Problem::bad_request(error.body_text()))?;
    if request.reason.trim().is_empty() {
        return Err(Problem::bad_request("a discard needs a `reason`"));
    }
    host.store().discard(id, request.by, request.reason).await.map_err(|error| refused(&error))?;
    current(&host, id).await
}

/// Takes note of a dead letter: somebody looks into it.
#[utoipa::path(post, path = "/v1/dead-letters/{id}/acknowledge", tag = "dead letters", operation_id = "acknowledge_dead_letter",
    params(("id" = DeadLetterId, Path, description = "The dead letter's id")), request_body = CloseRequest,
    responses((status = 200, description = "the letter as it stands then", body = DeadLetter),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict))]
pub(crate) async fn acknowledge(
    State(host): State<HostHandle>,
    Path(id): Path<String>,
    request: Result<Json<CloseRequest>, JsonRejection>,
) -> Result<Json<DeadLetter>, Problem> {
    let id = parse(&id)?;
    let Json(request) = request.map_err(|error| Problem::bad_request(error.body_text()))?;
    host.store().acknowledge(id, request.by).await.map_err(|error| refused(&error))?;
    current(&host, id).await
}

/// The letter as it stands now.
async fn current(host: &HostHandle, id: DeadLetterId) -> Result<Json<DeadLetter>, Problem> {
    let letter = host.store().dead_letter(id).await?;
    letter.map(Json).ok_or_else(|| Problem::not_found("dead letter", id))
}

/// The store's filter for a query.
pub fn filter(query: DeadLetterQuery) -> Result<Filter, Problem> {
    let flow = query.flow.map(|flow| flow.parse()).transpose();
    Ok(Filter {
        flow: flow.map_err(|error: gantry_core::id::InvalidName| Problem::bad_request(error.to_string()))?,
        state: query.state,
        stage: query.stage,
        target: query.target,
        code: query.code,
        fingerprint: query.fingerprint,
        text: query.text,
        ..Filter::default()
    })
}

fn parse(id: &str) -> Result<DeadLetterId, Problem> {
    id.parse().map_err(|error: InvalidId| Problem::new(Code::InvalidId, error.to_string()))
}

fn refused(error: &ReplayError) -> Problem {
    match error {
        ReplayError::NotFound(id) => Problem::not_found("dead letter", id),
        ReplayError::Store(error) => Problem::store(error),
        ReplayError::WrongState { .. } | ReplayError::MessageQueued(_) => {
            Problem::new(Code::Conflict, error.to_string())
        }
    }
}
