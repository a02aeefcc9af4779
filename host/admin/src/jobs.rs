//! `/v1/dead-letter-jobs`: one thing done to many dead letters, at a chosen rate.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use gantry_core::JobId;
use gantry_runtime::HostHandle;
use gantry_store::{Job, JobError, NewJob};

use crate::api::{JobList, NoteRequest};
use crate::asked;
use crate::problem::{self, Code, Problem};

/// All jobs that are kept, newest first.
#[utoipa::path(get, path = "/v1/dead-letter-jobs", tag = "dead letter jobs", operation_id = "list_dead_letter_jobs",
    responses((status = 200, description = "the jobs", body = JobList)))]
pub(crate) async fn list(State(host): State<HostHandle>) -> Result<Json<JobList>, Problem> {
    Ok(Json(JobList { jobs: host.store().jobs().await? }))
}

/// Starts a job over the letters that pass the filter now; letters that arrive later don't join.
#[utoipa::path(post, path = "/v1/dead-letter-jobs", tag = "dead letter jobs", operation_id = "start_dead_letter_job",
    request_body = NewJob,
    responses((status = 202, description = "the job at its beginning", body = Job), problem::BadRequest))]
pub(crate) async fn start(
    State(host): State<HostHandle>,
    request: Result<Json<NewJob>, JsonRejection>,
) -> Result<(StatusCode, Json<Job>), Problem> {
    let job = host.store().start_job(asked::body(request)?).await.map_err(|error| refused(&error))?;
    Ok((StatusCode::ACCEPTED, Json(job)))
}

/// One job, and how far it has got.
#[utoipa::path(get, path = "/v1/dead-letter-jobs/{id}", tag = "dead letter jobs", operation_id = "show_dead_letter_job",
    params(("id" = JobId, Path, description = "The job's id")),
    responses((status = 200, description = "the job", body = Job), problem::BadRequestOrId, problem::NotFound))]
pub(crate) async fn show(State(host): State<HostHandle>, Path(id): Path<String>) -> Result<Json<Job>, Problem> {
    let id: JobId = asked::id(&id)?;
    host.store().job(id).await?.map(Json).ok_or_else(|| Problem::not_found("job", id))
}

/// Stops a job; what it did until then stands.
#[utoipa::path(post, path = "/v1/dead-letter-jobs/{id}/cancel", tag = "dead letter jobs",
    operation_id = "cancel_dead_letter_job",
    params(("id" = JobId, Path, description = "The job's id")), request_body = NoteRequest,
    responses((status = 200, description = "the job at its end", body = Job),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict))]
pub(crate) async fn cancel(
    State(host): State<HostHandle>,
    Path(id): Path<String>,
    request: Result<Json<NoteRequest>, JsonRejection>,
) -> Result<Json<Job>, Problem> {
    let (id, request) = (asked::id(&id)?, asked::body(request)?);
    host.store().cancel_job(id, request.by).await.map(Json).map_err(|error| refused(&error))
}

fn refused(error: &JobError) -> Problem {
    match error {
        JobError::NotFound(id) => Problem::not_found("job", id),
        JobError::Ended(_) => Problem::new(Code::Conflict, error.to_string()),
        JobError::WrongState(_) | JobError::NoReason | JobError::TooMany(_) => Problem::bad_request(error.to_string()),
        JobError::Store(error) => Problem::store(error),
    }
}
