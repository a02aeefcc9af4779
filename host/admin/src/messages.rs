//! `GET /v1/messages/{id}`: the history of a message.

use axum::Json;
use axum::extract::State;
use gantry_api::v1::{History, form};
use gantry_core::{DeadLetterId, MessageId};

use crate::convert::Convert as _;
use crate::extract::{self, Place};
use crate::problem::{self, ProblemResponse};
use crate::state::Admin;

/// Returns the state of a message, everything that happened to it, and why it waits if it is in the queue.
#[utoipa::path(get, path = "/v1/messages/{id}", tag = "messages", operation_id = "show_message",
    params(("id" = form::MessageId, Path, description = "The message's id, as returned when it was accepted, or that of one of its dead letters")),
    responses((status = 200, description = "its history", body = History), problem::BadRequestOrId, problem::NotFound))]
pub(crate) async fn show(
    State(admin): State<Admin>,
    Place(id): Place<String>,
) -> Result<Json<History>, ProblemResponse> {
    let id = message_of(&id)?;
    let history = admin.records().history(id).await?.ok_or_else(|| ProblemResponse::not_found("message", id))?;
    let wait = admin.records().wait(id).await?.convert();
    Ok(Json(History { wait, ..history.convert() }))
}

/// The message that an id means: its own, or that of one of its dead letters.
fn message_of(id: &str) -> Result<MessageId, ProblemResponse> {
    match id.parse::<DeadLetterId>() {
        Ok(dead_letter) => Ok(dead_letter.message),
        Err(_) => extract::id(id),
    }
}
