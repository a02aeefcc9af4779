//! `/v1/dead-letters`: list, count, show, replay, acknowledge, discard. Whole sets of them are in `jobs`, kinds of
//! failure in `groups`, exports of other hosts in `imports`.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use gantry_api::v1::{
    CloseRequest, DeadLetter, DeadLetterCounts, DeadLetterFilter, DeadLetterPage, EditedPayload, Part, ReplayRequest,
    Revisions, SummaryPage, form,
};
use gantry_core::DeadLetterId;
use gantry_operations::{Acknowledge, Discard, Edit, Replay};

use crate::asked::{self, Wanted};
use crate::convert::Convert as _;
use crate::problem::{self, ProblemResponse};
use crate::state::Admin;

/// A page of dead letters, oldest first, whole.
#[utoipa::path(get, path = "/v1/dead-letters", tag = "dead letters", operation_id = "list_dead_letters",
    params(DeadLetterFilter, Part),
    responses((status = 200, description = "a page", body = DeadLetterPage), problem::BadRequest))]
pub(crate) async fn list(State(admin): State<Admin>, wanted: Wanted) -> Result<Json<DeadLetterPage>, ProblemResponse> {
    let page = admin.records().dead_letters(wanted.filter, wanted.page).await?;
    Ok(Json(DeadLetterPage { dead_letters: page.letters.convert(), next: page.next }))
}

/// A page of dead letters, oldest first, in brief: payloads are not read unless the filter asks for a text in them.
#[utoipa::path(get, path = "/v1/dead-letter-summaries", tag = "dead letters", operation_id = "list_dead_letter_summaries",
    params(DeadLetterFilter, Part),
    responses((status = 200, description = "a page", body = SummaryPage), problem::BadRequest))]
pub(crate) async fn summaries(
    State(admin): State<Admin>,
    wanted: Wanted,
) -> Result<Json<SummaryPage>, ProblemResponse> {
    let page = admin.records().dead_letter_summaries(wanted.filter, wanted.page).await?;
    Ok(Json(SummaryPage { dead_letters: page.letters.convert(), next: page.next }))
}

/// How many dead letters there are, by state.
#[utoipa::path(get, path = "/v1/dead-letter-counts", tag = "dead letters", operation_id = "count_dead_letters",
    params(DeadLetterFilter),
    responses((status = 200, description = "by state", body = DeadLetterCounts), problem::BadRequest))]
pub(crate) async fn count(
    State(admin): State<Admin>,
    wanted: Wanted,
) -> Result<Json<DeadLetterCounts>, ProblemResponse> {
    Ok(Json(admin.records().count_dead_letters(wanted.filter).await?.convert()))
}

/// One dead letter, with everything known of it.
#[utoipa::path(get, path = "/v1/dead-letters/{id}", tag = "dead letters", operation_id = "show_dead_letter",
    params(("id" = form::DeadLetterId, Path, description = "The dead letter's id")),
    responses((status = 200, description = "the letter", body = DeadLetter), problem::BadRequestOrId, problem::NotFound))]
pub(crate) async fn show(
    State(admin): State<Admin>,
    Path(id): Path<String>,
) -> Result<Json<DeadLetter>, ProblemResponse> {
    let id: DeadLetterId = asked::id(&id)?;
    let found = admin.records().dead_letter(id).await?.ok_or_else(|| ProblemResponse::not_found("dead letter", id))?;
    Ok(Json(found.convert()))
}

/// Every payload the letter had, what was received first, and how each edit changed it.
#[utoipa::path(get, path = "/v1/dead-letters/{id}/revisions", tag = "dead letters",
    operation_id = "show_dead_letter_revisions",
    params(("id" = form::DeadLetterId, Path, description = "The dead letter's id")),
    responses((status = 200, description = "its revisions", body = Revisions), problem::BadRequestOrId, problem::NotFound))]
pub(crate) async fn revisions(
    State(admin): State<Admin>,
    Path(id): Path<String>,
) -> Result<Json<Revisions>, ProblemResponse> {
    let id: DeadLetterId = asked::id(&id)?;
    let found = admin.records().dead_letter_revisions(id).await?;
    found.map(|revisions| Json(revisions.convert())).ok_or_else(|| ProblemResponse::not_found("dead letter", id))
}

/// Puts a dead letter back to work, with an edited payload if one is given.
#[utoipa::path(post, path = "/v1/dead-letters/{id}/replay", tag = "dead letters", operation_id = "replay_dead_letter",
    params(("id" = form::DeadLetterId, Path, description = "The dead letter's id")), request_body = ReplayRequest,
    responses((status = 202, description = "the letter as it stands then", body = DeadLetter),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict, problem::TooLarge))]
pub(crate) async fn replay(
    State(admin): State<Admin>,
    Path(id): Path<String>,
    request: Result<Json<ReplayRequest>, JsonRejection>,
) -> Result<(StatusCode, Json<DeadLetter>), ProblemResponse> {
    let id = asked::id(&id)?;
    let ReplayRequest { by, payload } = asked::body(request)?;
    let replayed = match payload {
        Some(EditedPayload(payload)) => admin.execute(&by, Edit { id, payload }).await?,
        None => admin.execute(&by, Replay { id }).await?,
    };
    Ok((StatusCode::ACCEPTED, Json(replayed.convert())))
}

/// Gives a dead letter up; needs a `reason`.
#[utoipa::path(post, path = "/v1/dead-letters/{id}/discard", tag = "dead letters", operation_id = "discard_dead_letter",
    params(("id" = form::DeadLetterId, Path, description = "The dead letter's id")), request_body = CloseRequest,
    responses((status = 200, description = "the letter as it stands then", body = DeadLetter),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict))]
pub(crate) async fn discard(
    State(admin): State<Admin>,
    Path(id): Path<String>,
    request: Result<Json<CloseRequest>, JsonRejection>,
) -> Result<Json<DeadLetter>, ProblemResponse> {
    let id = asked::id(&id)?;
    let CloseRequest { by, reason } = asked::body(request)?;
    Ok(Json(admin.execute(&by, Discard { id, reason }).await?.convert()))
}

/// Takes note of a dead letter: somebody looks into it.
#[utoipa::path(post, path = "/v1/dead-letters/{id}/acknowledge", tag = "dead letters",
    operation_id = "acknowledge_dead_letter",
    params(("id" = form::DeadLetterId, Path, description = "The dead letter's id")), request_body = CloseRequest,
    responses((status = 200, description = "the letter as it stands then", body = DeadLetter),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict))]
pub(crate) async fn acknowledge(
    State(admin): State<Admin>,
    Path(id): Path<String>,
    request: Result<Json<CloseRequest>, JsonRejection>,
) -> Result<Json<DeadLetter>, ProblemResponse> {
    let id = asked::id(&id)?;
    let CloseRequest { by, reason: _ } = asked::body(request)?;
    Ok(Json(admin.execute(&by, Acknowledge { id }).await?.convert()))
}
