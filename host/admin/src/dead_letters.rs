//! `/v1/dead-letters`: list, count, show, replay, acknowledge, discard. Jobs on many of them are in `jobs`, groups in
//! `groups`, imports in `imports`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gantry_api::v1::{
    CloseRequest, DeadLetter, DeadLetterCounts, DeadLetterFilter, DeadLetterPage, EditedPayload, Part, ReplayRequest,
    Revisions, SummaryPage, form,
};
use gantry_core::DeadLetterId;
use gantry_operations::{Acknowledge, Discard, Edit, Names, OperationError, Replay};

use crate::convert::Convert as _;
use crate::extract::{self, Body, DeadLetterQuery, Place};
use crate::problem::{self, ProblemResponse};
use crate::state::Admin;

/// Lists complete dead letters page by page, oldest first unless stated otherwise.
#[utoipa::path(get, path = "/v1/dead-letters", tag = "dead letters", operation_id = "list_dead_letters",
    params(DeadLetterFilter, Part),
    responses((status = 200, description = "a page", body = DeadLetterPage), problem::BadRequest, problem::NotFound))]
pub(crate) async fn list(
    State(admin): State<Admin>,
    query: DeadLetterQuery,
) -> Result<Json<DeadLetterPage>, ProblemResponse> {
    admin.records().check_names(&Names::of(&query.filter)).await?;
    let page = admin.records().dead_letters(query.filter, query.page).await?;
    Ok(Json(DeadLetterPage { dead_letters: page.dead_letters.convert(), next: page.next }))
}

/// Lists dead letters without payloads page by page, oldest first unless stated otherwise. Payloads are read only if the
/// filter searches in them.
#[utoipa::path(get, path = "/v1/dead-letter-summaries", tag = "dead letters", operation_id = "list_dead_letter_summaries",
    params(DeadLetterFilter, Part),
    responses((status = 200, description = "a page", body = SummaryPage), problem::BadRequest, problem::NotFound))]
pub(crate) async fn summaries(
    State(admin): State<Admin>,
    query: DeadLetterQuery,
) -> Result<Json<SummaryPage>, ProblemResponse> {
    admin.records().check_names(&Names::of(&query.filter)).await?;
    let page = admin.records().dead_letter_summaries(query.filter, query.page).await?;
    Ok(Json(SummaryPage { dead_letters: page.dead_letters.convert(), next: page.next }))
}

/// Counts dead letters by state.
#[utoipa::path(get, path = "/v1/dead-letter-counts", tag = "dead letters", operation_id = "count_dead_letters",
    params(DeadLetterFilter),
    responses((status = 200, description = "by state", body = DeadLetterCounts), problem::BadRequest, problem::NotFound))]
pub(crate) async fn count(
    State(admin): State<Admin>,
    query: DeadLetterQuery,
) -> Result<Json<DeadLetterCounts>, ProblemResponse> {
    admin.records().check_names(&Names::of(&query.filter)).await?;
    Ok(Json(admin.records().count_dead_letters(query.filter).await?.convert()))
}

/// Returns one complete dead letter.
#[utoipa::path(get, path = "/v1/dead-letters/{id}", tag = "dead letters", operation_id = "show_dead_letter",
    params(("id" = form::DeadLetterId, Path, description = "The dead letter's id, or that of its message")),
    responses((status = 200, description = "the dead letter", body = DeadLetter), problem::BadRequestOrId, problem::NotFound,
              problem::Conflict))]
pub(crate) async fn show(
    State(admin): State<Admin>,
    Place(id): Place<String>,
) -> Result<Json<DeadLetter>, ProblemResponse> {
    let id = to_show(&admin, &id).await?;
    let found = admin.records().dead_letter(id).await?.ok_or_else(|| ProblemResponse::not_found("dead letter", id))?;
    Ok(Json(found.convert()))
}

/// Lists every payload of a dead letter, the received one first, and how each edit changed it.
#[utoipa::path(get, path = "/v1/dead-letters/{id}/revisions", tag = "dead letters",
    operation_id = "show_dead_letter_revisions",
    params(("id" = form::DeadLetterId, Path, description = "The dead letter's id, or that of its message")),
    responses((status = 200, description = "its revisions", body = Revisions), problem::BadRequestOrId, problem::NotFound,
              problem::Conflict))]
pub(crate) async fn revisions(
    State(admin): State<Admin>,
    Place(id): Place<String>,
) -> Result<Json<Revisions>, ProblemResponse> {
    let id = to_show(&admin, &id).await?;
    let found = admin.records().dead_letter_revisions(id).await?;
    found.map(|revisions| Json(revisions.convert())).ok_or_else(|| ProblemResponse::not_found("dead letter", id))
}

/// Replays a dead letter, with an edited payload if one is given.
#[utoipa::path(post, path = "/v1/dead-letters/{id}/replay", tag = "dead letters", operation_id = "replay_dead_letter",
    params(("id" = form::DeadLetterId, Path, description = "The dead letter's id, or that of its message")), request_body = ReplayRequest,
    responses((status = 202, description = "the changed dead letter", body = DeadLetter),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict, problem::TooLarge))]
pub(crate) async fn replay(
    State(admin): State<Admin>,
    Place(id): Place<String>,
    request: Result<Body<ReplayRequest>, ProblemResponse>,
) -> Result<(StatusCode, Json<DeadLetter>), ProblemResponse> {
    let id = to_change(&admin, &id).await?;
    let Body(ReplayRequest { by, payload }) = request?;
    let replayed = match payload {
        Some(EditedPayload(payload)) => admin.execute(&by, Edit { id, payload }).await?,
        None => admin.execute(&by, Replay { id }).await?,
    };
    Ok((StatusCode::ACCEPTED, Json(replayed.convert())))
}

/// Discards a dead letter; requires a `reason`.
#[utoipa::path(post, path = "/v1/dead-letters/{id}/discard", tag = "dead letters", operation_id = "discard_dead_letter",
    params(("id" = form::DeadLetterId, Path, description = "The dead letter's id, or that of its message")), request_body = CloseRequest,
    responses((status = 200, description = "the changed dead letter", body = DeadLetter),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict))]
pub(crate) async fn discard(
    State(admin): State<Admin>,
    Place(id): Place<String>,
    request: Result<Body<CloseRequest>, ProblemResponse>,
) -> Result<Json<DeadLetter>, ProblemResponse> {
    let id = to_change(&admin, &id).await?;
    let Body(CloseRequest { by, reason }) = request?;
    Ok(Json(admin.execute(&by, Discard { id, reason }).await?.convert()))
}

/// Acknowledges a dead letter: somebody is investigating it.
#[utoipa::path(post, path = "/v1/dead-letters/{id}/acknowledge", tag = "dead letters",
    operation_id = "acknowledge_dead_letter",
    params(("id" = form::DeadLetterId, Path, description = "The dead letter's id, or that of its message")), request_body = CloseRequest,
    responses((status = 200, description = "the changed dead letter", body = DeadLetter),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict))]
pub(crate) async fn acknowledge(
    State(admin): State<Admin>,
    Place(id): Place<String>,
    request: Result<Body<CloseRequest>, ProblemResponse>,
) -> Result<Json<DeadLetter>, ProblemResponse> {
    let id = to_change(&admin, &id).await?;
    let Body(CloseRequest { by, reason }) = request?;
    Ok(Json(admin.execute(&by, Acknowledge { id, reason }).await?.convert()))
}

/// The dead letter that an id in a path means: its own id, or that of its message.
pub(crate) async fn to_show(admin: &Admin, id: &str) -> Result<DeadLetterId, ProblemResponse> {
    let found = admin.records().dead_letter_to_show(extract::id(id)?).await;
    Ok(found.map_err(OperationError::from)?)
}

/// The same where the dead letter is to be changed: an open one rather than a closed one.
async fn to_change(admin: &Admin, id: &str) -> Result<DeadLetterId, ProblemResponse> {
    let found = admin.records().dead_letter_to_change(extract::id(id)?).await;
    Ok(found.map_err(OperationError::from)?)
}
