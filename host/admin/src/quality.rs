//! `/v1/quality`: broken rules over time.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use gantry_api::v1::{QualityFilter, QualityReport};
use gantry_operations::Names;

use crate::convert::Convert as _;
use crate::extract;
use crate::problem::{self, ProblemResponse};
use crate::state::Admin;

/// Reports how many times each rule was broken at each field, those with the most messages first.
#[utoipa::path(get, path = "/v1/quality", tag = "data quality", operation_id = "quality",
    params(QualityFilter),
    responses((status = 200, description = "the broken rules", body = QualityReport), problem::BadRequest, problem::NotFound))]
pub(crate) async fn report(
    State(admin): State<Admin>,
    filter: Result<Query<QualityFilter>, QueryRejection>,
) -> Result<Json<QualityReport>, ProblemResponse> {
    let filter = extract::query(filter)?;
    extract::limit(filter.limit)?;
    let names = Names { flow: filter.flow.clone(), target: None, step: filter.step.clone() };
    let report = admin.records().quality(filter.convert()).await?;
    // What was counted is known, also of a step that is gone.
    if report.rows.is_empty() {
        admin.records().check_names(&names).await?;
    }
    Ok(Json(report.convert()))
}
