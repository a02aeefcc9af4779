//! `/v1/dead-letters/dry-run`: what a replay would come to with the flows in force.

use axum::Json;
use axum::extract::State;
use gantry_api::v1::{DryReplayReport, DryReplayRequest, EditedPayload};
use gantry_control::patch::PayloadPatch;
use gantry_control::rollout::{DryEdit, DryReplay};
use gantry_operations::OperationError;

use crate::convert::Convert as _;
use crate::extract::Body;
use crate::problem::{self, ProblemResponse};
use crate::state::{Admin, Running};

/// Dead letters that are examined, unless stated otherwise.
const LIMIT: usize = 1000;

/// Most dead letters that are examined.
const MAX_LIMIT: usize = 10_000;

/// Runs the messages of dead letters through the flows in force, and sends nothing: tells which would be sent, and which
/// would fail again before that.
#[utoipa::path(post, path = "/v1/dead-letters/dry-run", tag = "dead letters", operation_id = "dry_run_replay",
    request_body = DryReplayRequest,
    responses((status = 200, description = "what would happen", body = DryReplayReport),
              problem::BadRequest, problem::NotFound, problem::Conflict, problem::TooLarge))]
pub(crate) async fn dry_run(
    Running(host): Running,
    State(admin): State<Admin>,
    request: Result<Body<DryReplayRequest>, ProblemResponse>,
) -> Result<Json<DryReplayReport>, ProblemResponse> {
    let Body(DryReplayRequest { dead_letters: given, filter, payload, patch, limit }) = request?;
    let most = limit.unwrap_or(LIMIT);
    if !(1..=MAX_LIMIT).contains(&most) {
        return Err(ProblemResponse::bad_request(format!("`limit` is a number from 1 to {MAX_LIMIT}, not {most}")));
    }
    if payload.is_some() && given.len() != 1 {
        return Err(ProblemResponse::bad_request("`payload` takes the place of one payload: name one dead letter"));
    }
    let edit = match (payload, patch) {
        (Some(_), Some(_)) => return Err(ProblemResponse::bad_request("state either `payload` or `patch`")),
        (Some(EditedPayload(payload)), None) => DryEdit::Payload(payload),
        (None, Some(patch)) => DryEdit::Patch(PayloadPatch::read(patch.0.get()).map_err(OperationError::from)?),
        (None, None) => DryEdit::None,
    };
    let filter = admin.records().check_filter(filter.convert()).await?;
    let mut dead_letters = Vec::with_capacity(given.len());
    for id in given {
        let found = admin.records().dead_letter_to_change(id).await;
        dead_letters.push(found.map_err(OperationError::from)?);
    }
    let report = host.dry_replay(DryReplay { dead_letters, filter, edit, most }).await;
    Ok(Json(report.map_err(OperationError::from)?.convert()))
}
