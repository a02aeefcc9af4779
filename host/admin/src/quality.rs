//! `/v1/quality`: which rules messages break, and since when.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use gantry_api::v1::{QualityFilter, QualityReport};

use crate::asked;
use crate::convert::Convert as _;
use crate::problem::{self, ProblemResponse};
use crate::state::Admin;

/// How often which rule was broken at which field, those of most messages first.
#[utoipa::path(get, path = "/v1/quality", tag = "data quality", operation_id = "quality",
    params(QualityFilter),
    responses((status = 200, description = "what was broken", body = QualityReport), problem::BadRequest))]
pub(crate) async fn report(
    State(admin): State<Admin>,
    filter: Result<Query<QualityFilter>, QueryRejection>,
) -> Result<Json<QualityReport>, ProblemResponse> {
    Ok(Json(admin.records().quality(asked::understood(filter)?.convert()).await?.convert()))
}
