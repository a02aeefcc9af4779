//! `/v1/dead-letter-groups`: kinds of failure, and where each stands.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use gantry_runtime::HostHandle;
use gantry_store::{DeadLetterGroup, GroupError, GroupFilter};
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;

use crate::api::{GroupAction, GroupList, NoteRequest};
use crate::asked;
use crate::problem::{self, Problem};

/// Groups of dead letters: open ones first, in each state those with the most open letters first.
#[utoipa::path(get, path = "/v1/dead-letter-groups", tag = "dead letter groups", operation_id = "list_dead_letter_groups",
    params(GroupFilter),
    responses((status = 200, description = "the groups", body = GroupList), problem::BadRequest))]
pub(crate) async fn list(
    State(host): State<HostHandle>,
    filter: Result<Query<GroupFilter>, QueryRejection>,
) -> Result<Json<GroupList>, Problem> {
    let groups = host.store().dead_letter_groups(asked::understood(filter)?).await?;
    Ok(Json(GroupList { groups }))
}

/// One group.
#[utoipa::path(get, path = "/v1/dead-letter-groups/{fingerprint}", tag = "dead letter groups",
    operation_id = "show_dead_letter_group",
    params(("fingerprint" = String, Path, description = "What its letters have in common")),
    responses((status = 200, description = "the group", body = DeadLetterGroup), problem::NotFound))]
pub(crate) async fn show(
    State(host): State<HostHandle>,
    Path(fingerprint): Path<String>,
) -> Result<Json<DeadLetterGroup>, Problem> {
    let group = host.store().dead_letter_group(&fingerprint).await?;
    group.map(Json).ok_or_else(|| Problem::not_found("dead letter group", fingerprint))
}

/// Says where a group stands: `acknowledge`, `resolve`, `ignore` or `reopen`.
#[utoipa::path(post, path = "/v1/dead-letter-groups/{fingerprint}/{action}", tag = "dead letter groups",
    operation_id = "change_dead_letter_group",
    params(("fingerprint" = String, Path, description = "What its letters have in common"),
           ("action" = GroupAction, Path, description = "What is done to the group")),
    request_body = NoteRequest,
    responses((status = 200, description = "the group as it stands then", body = DeadLetterGroup),
              problem::BadRequest, problem::NotFound))]
pub(crate) async fn change(
    State(host): State<HostHandle>,
    Path((fingerprint, action)): Path<(String, String)>,
    request: Result<Json<NoteRequest>, JsonRejection>,
) -> Result<Json<DeadLetterGroup>, Problem> {
    let action = read(&action)?;
    let NoteRequest { by, note } = asked::body(request)?;
    let changed = host.store().set_group_state(&fingerprint, action.state(), by, note).await;
    changed.map(Json).map_err(|error| match error {
        GroupError::NotFound(fingerprint) => Problem::not_found("dead letter group", fingerprint),
        GroupError::Store(error) => Problem::store(&error),
    })
}

fn read(action: &str) -> Result<GroupAction, Problem> {
    let read = GroupAction::deserialize(action.into_deserializer());
    read.map_err(|error: serde::de::value::Error| Problem::bad_request(error.to_string()))
}
