//! `GET /v1/messages/{id}`: a message's whole history.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use gantry_core::{History, MessageId};
use gantry_runtime::HostHandle;

use crate::problem::Problem;

pub(crate) async fn show(State(host): State<HostHandle>, Path(id): Path<String>) -> Result<Json<History>, Problem> {
    let id: MessageId = id.parse().map_err(|error: gantry_core::id::InvalidId| {
        Problem::new(StatusCode::BAD_REQUEST, "invalid-id", error.to_string())
    })?;
    let history = host.store().history(id).await.map_err(|error| Problem::store(&error))?;
    history.map(Json).ok_or_else(|| Problem::not_found("message", id))
}
