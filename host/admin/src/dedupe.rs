//! `/v1/dedupe-values`: the values by which duplicates are recognised.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use gantry_api::v1::{DedupeQuery, DedupeValue, DedupeValueList, ReleaseRequest};
use gantry_operations::ReleaseDedupeValue;

use crate::convert::Convert as _;
use crate::extract::{self, Body};
use crate::problem::{self, ProblemResponse};
use crate::state::Admin;

/// Values in an answer by default.
const VALUES: usize = 100;

/// Lists values and the messages that they belong to, those that expire first first; or looks up one.
#[utoipa::path(get, path = "/v1/dedupe-values", tag = "duplicates", operation_id = "list_dedupe_values",
    params(DedupeQuery),
    responses((status = 200, description = "the values", body = DedupeValueList), problem::BadRequest))]
pub(crate) async fn list(
    State(admin): State<Admin>,
    query: Result<Query<DedupeQuery>, QueryRejection>,
) -> Result<Json<DedupeValueList>, ProblemResponse> {
    let DedupeQuery { flow, value, limit } = extract::query(query)?;
    let limit = extract::limit(limit)?.unwrap_or(VALUES);
    let records = admin.records();
    let values = match (flow, value) {
        (Some(flow), Some(value)) => records.dedupe_value(flow, value).await?.into_iter().collect(),
        (None, Some(_)) => return Err(ProblemResponse::bad_request("`value` needs the `flow` that it belongs to")),
        (flow, None) => records.dedupe_values(flow, limit).await?,
    };
    Ok(Json(DedupeValueList { values: values.convert() }))
}

/// Releases a value: the next message with it is not a duplicate. The answer says what it belonged to.
#[utoipa::path(post, path = "/v1/dedupe-values/release", tag = "duplicates", operation_id = "release_dedupe_value",
    request_body = ReleaseRequest,
    responses((status = 200, description = "what it belonged to", body = DedupeValue),
              problem::BadRequest, problem::NotFound))]
pub(crate) async fn release(
    State(admin): State<Admin>,
    request: Result<Body<ReleaseRequest>, ProblemResponse>,
) -> Result<Json<DedupeValue>, ProblemResponse> {
    let Body(ReleaseRequest { flow, value, by, note }) = request?;
    Ok(Json(admin.execute(&by, ReleaseDedupeValue { flow, value, note }).await?.convert()))
}
