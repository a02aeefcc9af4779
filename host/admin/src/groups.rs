//! `/v1/dead-letter-groups`: lists groups and sets their state.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use gantry_api::v1::{DeadLetterGroup, GroupAction, GroupFilter, GroupList, GroupRequest};
use gantry_operations::{ChangeGroup, Names};
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;

use crate::convert::Convert as _;
use crate::extract::{self, Body, Place};
use crate::problem::{self, ProblemResponse};
use crate::state::Admin;

/// Lists dead letter groups: open ones first, in each state those with the most open dead letters first.
#[utoipa::path(get, path = "/v1/dead-letter-groups", tag = "dead letter groups", operation_id = "list_dead_letter_groups",
    params(GroupFilter),
    responses((status = 200, description = "the groups", body = GroupList), problem::BadRequest, problem::NotFound))]
pub(crate) async fn list(
    State(admin): State<Admin>,
    filter: Result<Query<GroupFilter>, QueryRejection>,
) -> Result<Json<GroupList>, ProblemResponse> {
    let filter = extract::query(filter)?;
    extract::limit(filter.limit)?;
    let names = Names { flow: filter.flow.clone(), target: filter.target.clone(), step: None };
    admin.records().check_names(&names).await?;
    let groups = admin.records().dead_letter_groups(filter.convert()).await?;
    Ok(Json(GroupList { groups: groups.convert() }))
}

/// Returns one group.
#[utoipa::path(get, path = "/v1/dead-letter-groups/{fingerprint}", tag = "dead letter groups",
    operation_id = "show_dead_letter_group",
    params(("fingerprint" = String, Path, description = "The group's fingerprint")),
    responses((status = 200, description = "the group", body = DeadLetterGroup), problem::NotFound))]
pub(crate) async fn show(
    State(admin): State<Admin>,
    Place(fingerprint): Place<String>,
) -> Result<Json<DeadLetterGroup>, ProblemResponse> {
    let group = admin.records().dead_letter_group(&fingerprint).await?;
    let group = group.ok_or_else(|| ProblemResponse::not_found("dead letter group", fingerprint))?;
    Ok(Json(group.convert()))
}

/// Sets the state of a group: `acknowledge`, `resolve`, `ignore` or `reopen`.
#[utoipa::path(post, path = "/v1/dead-letter-groups/{fingerprint}/{action}", tag = "dead letter groups",
    operation_id = "change_dead_letter_group",
    params(("fingerprint" = String, Path, description = "The group's fingerprint"),
           ("action" = GroupAction, Path, description = "The change")),
    request_body = GroupRequest,
    responses((status = 200, description = "the changed group", body = DeadLetterGroup),
              problem::BadRequest, problem::NotFound))]
pub(crate) async fn change(
    State(admin): State<Admin>,
    Place((fingerprint, action)): Place<(String, String)>,
    request: Result<Body<GroupRequest>, ProblemResponse>,
) -> Result<Json<DeadLetterGroup>, ProblemResponse> {
    let action = parse_action(&action)?;
    let Body(GroupRequest { by, note, until }) = request?;
    let change = ChangeGroup { fingerprint, state: action.state().convert(), until, note };
    Ok(Json(admin.execute(&by, change).await?.convert()))
}

fn parse_action(action: &str) -> Result<GroupAction, ProblemResponse> {
    let parsed = GroupAction::deserialize(action.into_deserializer());
    parsed.map_err(|error: serde::de::value::Error| ProblemResponse::bad_request(error.to_string()))
}
