//! `POST /v1/dead-letter-imports`: imports what `gantry dlq export` wrote, here or on another host.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use gantry_api::v1::{ImportQuery, Imported, dead_letter_of_line};
use gantry_operations::Import;

use crate::convert::Convert as _;
use crate::extract;
use crate::problem::{self, ProblemResponse};
use crate::state::Admin;

/// Imports exported dead letters, all of the request or none; those whose ids are already present stay as they are.
#[utoipa::path(post, path = "/v1/dead-letter-imports", tag = "dead letters", operation_id = "import_dead_letters",
    params(ImportQuery),
    request_body(content = String, content_type = "application/x-ndjson", description = "one dead letter per line, as exported"),
    responses((status = 200, description = "the result", body = Imported), problem::BadRequest, problem::TooLarge))]
pub(crate) async fn import(
    State(admin): State<Admin>,
    query: Result<Query<ImportQuery>, QueryRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Imported>, ProblemResponse> {
    let ImportQuery { by } = extract::query(query)?;
    let body = extract::bytes(body)?;
    let lines = (1..).zip(body.split(|byte| *byte == b'\n'));
    let dead_letters =
        lines.filter_map(|(line, text)| dead_letter_of_line(line, text).transpose()).collect::<Result<Vec<_>, _>>();
    let dead_letters =
        dead_letters.map_err(|error| ProblemResponse::bad_request(format!("{error}; nothing was imported")))?;
    let import = Import { dead_letters: dead_letters.convert() };
    Ok(Json(admin.execute(&by, import).await?.convert()))
}
