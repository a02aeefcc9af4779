//! `/v1/quality`: broken rules over time.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use gantry_api::v1::{QualityFilter, QualityReport};

use crate::convert::Convert as _;
use crate::extract;
use crate::problem::{self, ProblemResponse};
use crate::state::Admin;

/// Reports how many times each rule was broken at each field, those with the most messages first.
#[utoipa::path(get, path = "/v1/quality", tag = "data quality", operation_id = "quality",
    params(QualityFilter),
    responses((status = 200, description = "the broken rules", body = QualityReport), problem::BadRequest))]
pub(crate) async fn report(
    State(admin): State<Admin>,
    filter: Result<Query<QualityFilter>, QueryRejection>,
) -> Result<Json<QualityReport>, ProblemResponse> {
    let filter = extract::query(filter)?;
    extract::limit(filter.limit)?;
    Ok(Json(admin.records().quality(filter.convert()).await?.convert()))
}
