//! `/v1/dead-letter-jobs`: one thing done to many dead letters, at a chosen rate.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use gantry_api::v1::{Code, Job, JobList, NewJob, NoteRequest, form};
use gantry_core::JobId;
use gantry_runtime::HostHandle;
use gantry_store::JobError;

use crate::asked;
use crate::convert::Convert as _;
use crate::problem::{self, ProblemResponse};

/// All jobs that are kept, newest first.
#[utoipa::path(get, path = "/v1/dead-letter-jobs", tag = "dead letter jobs", operation_id = "list_dead_letter_jobs",
    responses((status = 200, description = "the jobs", body = JobList)))]
pub(crate) async fn list(State(host): State<HostHandle>) -> Result<Json<JobList>, ProblemResponse> {
    Ok(Json(JobList { jobs: host.store().jobs().await?.convert() }))
}

/// Starts a job over the letters that pass the filter now; letters that arrive later don't join.
#[utoipa::path(post, path = "/v1/dead-letter-jobs", tag = "dead letter jobs", operation_id = "start_dead_letter_job",
    request_body = NewJob,
    responses((status = 202, description = "the job at its beginning", body = Job), problem::BadRequest))]
pub(crate) async fn start(
    State(host): State<HostHandle>,
    request: Result<Json<NewJob>, JsonRejection>,
) -> Result<(StatusCode, Json<Job>), ProblemResponse> {
    let job = host.store().start_job(asked::body(request)?.convert()).await.map_err(|error| refused(&error))?;
    Ok((StatusCode::ACCEPTED, Json(job.convert())))
}

/// One job, and how far it has got.
#[utoipa::path(get, path = "/v1/dead-letter-jobs/{id}", tag = "dead letter jobs", operation_id = "show_dead_letter_job",
    params(("id" = form::JobId, Path, description = "The job's id")),
    responses((status = 200, description = "the job", body = Job), problem::BadRequestOrId, problem::NotFound))]
pub(crate) async fn show(State(host): State<HostHandle>, Path(id): Path<String>) -> Result<Json<Job>, ProblemResponse> {
    let id: JobId = asked::id(&id)?;
    let job = host.store().job(id).await?.ok_or_else(|| ProblemResponse::not_found("job", id))?;
    Ok(Json(job.convert()))
}

/// Stops a job; what it did until then stands.
#[utoipa::path(post, path = "/v1/dead-letter-jobs/{id}/cancel", tag = "dead letter jobs",
    operation_id = "cancel_dead_letter_job",
    params(("id" = form::JobId, Path, description = "The job's id")), request_body = NoteRequest,
    responses((status = 200, description = "the job at its end", body = Job),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict))]
pub(crate) async fn cancel(
    State(host): State<HostHandle>,
    Path(id): Path<String>,
    request: Result<Json<NoteRequest>, JsonRejection>,
) -> Result<Json<Job>, ProblemResponse> {
    let (id, request) = (asked::id(&id)?, asked::body(request)?);
    let job = host.store().cancel_job(id, request.by).await.map_err(|error| refused(&error))?;
    Ok(Json(job.convert()))
}

fn refused(error: &JobError) -> ProblemResponse {
    match error {
        JobError::NotFound(id) => ProblemResponse::not_found("job", id),
        JobError::Ended(_) => ProblemResponse::new(Code::Conflict, error.to_string()),
        JobError::WrongState(_) | JobError::NoReason | JobError::TooMany(_) => {
            ProblemResponse::bad_request(error.to_string())
        }
        JobError::Store(error) => ProblemResponse::store(error),
    }
}
