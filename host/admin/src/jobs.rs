//! `/v1/dead-letter-jobs`: one thing done to many dead letters, at a chosen rate.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use gantry_api::v1::{Job, JobKind, JobList, NewJob, NoteRequest, form};
use gantry_core::JobId;
use gantry_operations::{CancelJob, StartDiscard, StartRedrive};

use crate::asked;
use crate::convert::Convert as _;
use crate::problem::{self, ProblemResponse};
use crate::state::Admin;

/// All jobs that are kept, newest first.
#[utoipa::path(get, path = "/v1/dead-letter-jobs", tag = "dead letter jobs", operation_id = "list_dead_letter_jobs",
    responses((status = 200, description = "the jobs", body = JobList)))]
pub(crate) async fn list(State(admin): State<Admin>) -> Result<Json<JobList>, ProblemResponse> {
    Ok(Json(JobList { jobs: admin.records().jobs().await?.convert() }))
}

/// Starts a job over the letters that pass the filter now; letters that arrive later don't join.
#[utoipa::path(post, path = "/v1/dead-letter-jobs", tag = "dead letter jobs", operation_id = "start_dead_letter_job",
    request_body = NewJob,
    responses((status = 202, description = "the job at its beginning", body = Job), problem::BadRequest))]
pub(crate) async fn start(
    State(admin): State<Admin>,
    request: Result<Json<NewJob>, JsonRejection>,
) -> Result<(StatusCode, Json<Job>), ProblemResponse> {
    let NewJob { kind, filter, by, reason, rate, most_replays, force } = asked::body(request)?;
    let filter = filter.convert();
    let job = match kind {
        JobKind::Redrive => admin.execute(&by, StartRedrive { filter, reason, rate, most_replays, force }).await?,
        JobKind::Discard => admin.execute(&by, StartDiscard { filter, reason, rate }).await?,
    };
    Ok((StatusCode::ACCEPTED, Json(job.convert())))
}

/// One job, and how far it has got.
#[utoipa::path(get, path = "/v1/dead-letter-jobs/{id}", tag = "dead letter jobs", operation_id = "show_dead_letter_job",
    params(("id" = form::JobId, Path, description = "The job's id")),
    responses((status = 200, description = "the job", body = Job), problem::BadRequestOrId, problem::NotFound))]
pub(crate) async fn show(State(admin): State<Admin>, Path(id): Path<String>) -> Result<Json<Job>, ProblemResponse> {
    let id: JobId = asked::id(&id)?;
    let job = admin.records().job(id).await?.ok_or_else(|| ProblemResponse::not_found("job", id))?;
    Ok(Json(job.convert()))
}

/// Stops a job; what it did until then stands.
#[utoipa::path(post, path = "/v1/dead-letter-jobs/{id}/cancel", tag = "dead letter jobs",
    operation_id = "cancel_dead_letter_job",
    params(("id" = form::JobId, Path, description = "The job's id")), request_body = NoteRequest,
    responses((status = 200, description = "the job at its end", body = Job),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict))]
pub(crate) async fn cancel(
    State(admin): State<Admin>,
    Path(id): Path<String>,
    request: Result<Json<NoteRequest>, JsonRejection>,
) -> Result<Json<Job>, ProblemResponse> {
    let id = asked::id(&id)?;
    let NoteRequest { by, note: _ } = asked::body(request)?;
    Ok(Json(admin.execute(&by, CancelJob { id }).await?.convert()))
}
