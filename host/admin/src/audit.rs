//! `GET /v1/audit`: the audit log.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use gantry_api::v1::{AuditPage, AuditQuery};

use crate::convert::Convert as _;
use crate::extract;
use crate::problem::{self, ProblemResponse};
use crate::state::Admin;

/// Entries on a page by default.
const PAGE: usize = 100;

/// Lists the entries of the audit log, newest first. A page can be short or empty although more follow.
#[utoipa::path(get, path = "/v1/audit", tag = "audit", operation_id = "list_audit",
    params(AuditQuery),
    responses((status = 200, description = "a page", body = AuditPage), problem::BadRequest))]
pub(crate) async fn list(
    State(admin): State<Admin>,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Result<Json<AuditPage>, ProblemResponse> {
    let query = extract::query(query)?;
    let before = query.before.as_deref().map(str::parse).transpose();
    let before =
        before.map_err(|error: gantry_store::InvalidAuditId| ProblemResponse::bad_request(error.to_string()))?;
    let limit = extract::limit(query.limit)?.unwrap_or(PAGE);
    Ok(Json(admin.records().audit(query.convert(), before, limit).await?.convert()))
}
