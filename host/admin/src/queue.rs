//! `/v1/queue`: the messages in the queue, why each waits, and what operators do with them.

use axum::Json;
use axum::extract::State;
use gantry_api::v1::{
    QueueChange, QueueChangeRequest, QueueCount, QueueExport, QueueFilter, QueueList, QueueMoveRequest, QueuePart,
};
use gantry_operations::{DiscardQueued, MoveQueued, Names, WithdrawQueued};
use gantry_store as store;
use gantry_store::QueuedPage;

use crate::convert::Convert as _;
use crate::extract::{Body, QueueQuery};
use crate::problem::{self, ProblemResponse};
use crate::state::Admin;

/// Lists messages in the queue, the newest first, and says why each waits. Filters other than `flow`, `key`, `since` and
/// `until` read every message of the queue that these admit.
#[utoipa::path(get, path = "/v1/queue", tag = "queue", operation_id = "list_queued",
    params(QueueFilter, QueuePart),
    responses((status = 200, description = "a page", body = QueueList), problem::BadRequest, problem::NotFound))]
pub(crate) async fn list(State(admin): State<Admin>, query: QueueQuery) -> Result<Json<QueueList>, ProblemResponse> {
    admin.records().check_names(&names(&query.filter)).await?;
    let QueuedPage { messages, next } = admin.records().queued(query.filter, query.page).await?;
    Ok(Json(QueueList { messages: messages.convert(), next }))
}

/// Counts messages in the queue.
#[utoipa::path(get, path = "/v1/queue/count", tag = "queue", operation_id = "count_queued",
    params(QueueFilter),
    responses((status = 200, description = "how many", body = QueueCount), problem::BadRequest, problem::NotFound))]
pub(crate) async fn count(State(admin): State<Admin>, query: QueueQuery) -> Result<Json<QueueCount>, ProblemResponse> {
    admin.records().check_names(&names(&query.filter)).await?;
    Ok(Json(QueueCount { messages: admin.records().count_queued(query.filter).await? }))
}

/// Returns messages in the queue, oldest first, as the dead letters that they would be if they were withdrawn. They stay in
/// the queue.
#[utoipa::path(get, path = "/v1/queue/export", tag = "queue", operation_id = "export_queued",
    params(QueueFilter, QueuePart),
    responses((status = 200, description = "a page", body = QueueExport), problem::BadRequest, problem::NotFound))]
pub(crate) async fn export(
    State(admin): State<Admin>,
    query: QueueQuery,
) -> Result<Json<QueueExport>, ProblemResponse> {
    admin.records().check_names(&names(&query.filter)).await?;
    let page = store::QueuePage { newest_first: false, ..query.page };
    let QueuedPage { messages, next } = admin.records().export_queued(query.filter, page, admin.name()).await?;
    Ok(Json(QueueExport { dead_letters: messages.convert(), next }))
}

/// Takes messages out of the queue: they become dead letters that are acknowledged. A replay becomes the dead letter that it
/// was.
#[utoipa::path(post, path = "/v1/queue/withdraw", tag = "queue", operation_id = "withdraw_queued",
    request_body = QueueChangeRequest,
    responses((status = 200, description = "what was done", body = QueueChange), problem::BadRequest, problem::NotFound))]
pub(crate) async fn withdraw(
    State(admin): State<Admin>,
    request: Result<Body<QueueChangeRequest>, ProblemResponse>,
) -> Result<Json<QueueChange>, ProblemResponse> {
    let Body(QueueChangeRequest { messages, filter, after, by, reason }) = request?;
    let filter = store::QueueFilter { messages, ..filter.convert() };
    Ok(Json(admin.execute(&by, WithdrawQueued { filter, after, reason }).await?.convert()))
}

/// Discards messages that are in the queue. A record of each is kept, as of a discarded dead letter.
#[utoipa::path(post, path = "/v1/queue/discard", tag = "queue", operation_id = "discard_queued",
    request_body = QueueChangeRequest,
    responses((status = 200, description = "what was done", body = QueueChange), problem::BadRequest, problem::NotFound))]
pub(crate) async fn discard(
    State(admin): State<Admin>,
    request: Result<Body<QueueChangeRequest>, ProblemResponse>,
) -> Result<Json<QueueChange>, ProblemResponse> {
    let Body(QueueChangeRequest { messages, filter, after, by, reason }) = request?;
    let filter = store::QueueFilter { messages, ..filter.convert() };
    Ok(Json(admin.execute(&by, DiscardQueued { filter, after, reason }).await?.convert()))
}

/// Moves messages to the end of another flow's queue, which processes them from the beginning.
#[utoipa::path(post, path = "/v1/queue/move", tag = "queue", operation_id = "move_queued",
    request_body = QueueMoveRequest,
    responses((status = 200, description = "what was done", body = QueueChange),
              problem::BadRequest, problem::NotFound, problem::Conflict))]
pub(crate) async fn transfer(
    State(admin): State<Admin>,
    request: Result<Body<QueueMoveRequest>, ProblemResponse>,
) -> Result<Json<QueueChange>, ProblemResponse> {
    let Body(QueueMoveRequest { to, messages, filter, after, by, reason }) = request?;
    let filter = store::QueueFilter { messages, ..filter.convert() };
    Ok(Json(admin.execute(&by, MoveQueued { filter, to, after, reason }).await?.convert()))
}

fn names(filter: &store::QueueFilter) -> Names {
    Names { flow: filter.flow.clone(), target: filter.target.clone(), step: None }
}
