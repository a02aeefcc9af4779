//! `/v1/dead-letter-jobs`: one action on many dead letters, at a chosen rate.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gantry_api::v1::{Job, JobKind, JobList, NewJob, NoteRequest, PatchPreview, PatchPreviewRequest, form};
use gantry_core::JobId;
use gantry_operations::{CancelJob, HoldJob, Operation, ResumeJob, StartDiscard, StartPatch, StartRedrive};

use crate::convert::Convert as _;
use crate::extract::{self, Body, Place};
use crate::problem::{self, ProblemResponse};
use crate::state::Admin;

/// Lists all jobs that are kept, newest first.
#[utoipa::path(get, path = "/v1/dead-letter-jobs", tag = "dead letter jobs", operation_id = "list_dead_letter_jobs",
    responses((status = 200, description = "the jobs", body = JobList)))]
pub(crate) async fn list(State(admin): State<Admin>) -> Result<Json<JobList>, ProblemResponse> {
    Ok(Json(JobList { jobs: admin.records().jobs().await?.convert() }))
}

/// Starts a job on the dead letters that pass the filter now; later ones are not included.
#[utoipa::path(post, path = "/v1/dead-letter-jobs", tag = "dead letter jobs", operation_id = "start_dead_letter_job",
    request_body = NewJob,
    responses((status = 202, description = "the new job", body = Job), problem::BadRequest, problem::NotFound))]
pub(crate) async fn start(
    State(admin): State<Admin>,
    request: Result<Body<NewJob>, ProblemResponse>,
) -> Result<(StatusCode, Json<Job>), ProblemResponse> {
    let Body(new) = request?;
    let NewJob { kind, filter, by, reason, rate, most_replays, force, max_failed_percent, patch, replay } = new;
    let filter = filter.convert();
    let job = match kind {
        JobKind::Redrive => {
            let redrive = StartRedrive { filter, reason, rate, most_replays, force, max_failed_percent };
            admin.execute(&by, redrive).await?
        }
        JobKind::Discard => admin.execute(&by, StartDiscard { filter, reason, rate }).await?,
        JobKind::Patch => {
            let patch = patch.ok_or_else(|| ProblemResponse::bad_request("a `patch` job needs a `patch`"))?;
            let patch = patch.0.get().to_owned();
            let replays = replay;
            let start = StartPatch { filter, patch, reason, rate, replays, most_replays, force, max_failed_percent };
            admin.execute(&by, start).await?
        }
    };
    Ok((StatusCode::ACCEPTED, Json(job.convert())))
}

/// Tells what a JSON Patch would make of the dead letters that pass the filter. Changes nothing.
#[utoipa::path(post, path = "/v1/dead-letter-jobs/preview", tag = "dead letter jobs",
    operation_id = "preview_dead_letter_patch", request_body = PatchPreviewRequest,
    responses((status = 200, description = "what it would do", body = PatchPreview), problem::BadRequest,
              problem::NotFound))]
pub(crate) async fn preview(
    State(admin): State<Admin>,
    request: Result<Body<PatchPreviewRequest>, ProblemResponse>,
) -> Result<Json<PatchPreview>, ProblemResponse> {
    let Body(PatchPreviewRequest { filter, patch }) = request?;
    let preview = admin.records().preview_patch(filter.convert(), patch.0.get()).await?;
    Ok(Json(preview.convert()))
}

/// Returns one job with its progress.
#[utoipa::path(get, path = "/v1/dead-letter-jobs/{id}", tag = "dead letter jobs", operation_id = "show_dead_letter_job",
    params(("id" = form::JobId, Path, description = "The job's id")),
    responses((status = 200, description = "the job", body = Job), problem::BadRequestOrId, problem::NotFound))]
pub(crate) async fn show(State(admin): State<Admin>, Place(id): Place<String>) -> Result<Json<Job>, ProblemResponse> {
    let id: JobId = extract::id(&id)?;
    let job = admin.records().job(id).await?.ok_or_else(|| ProblemResponse::not_found("job", id))?;
    Ok(Json(job.convert()))
}

/// Cancels a job; what it did before stays done.
#[utoipa::path(post, path = "/v1/dead-letter-jobs/{id}/cancel", tag = "dead letter jobs",
    operation_id = "cancel_dead_letter_job",
    params(("id" = form::JobId, Path, description = "The job's id")), request_body = NoteRequest,
    responses((status = 200, description = "the cancelled job", body = Job),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict))]
pub(crate) async fn cancel(
    State(admin): State<Admin>,
    Place(id): Place<String>,
    request: Result<Body<NoteRequest>, ProblemResponse>,
) -> Result<Json<Job>, ProblemResponse> {
    change(&admin, &id, request, |id, note| CancelJob { id, note }).await
}

/// Holds a running job: it does nothing more until it is resumed. What it did before goes on.
#[utoipa::path(post, path = "/v1/dead-letter-jobs/{id}/hold", tag = "dead letter jobs",
    operation_id = "hold_dead_letter_job",
    params(("id" = form::JobId, Path, description = "The job's id")), request_body = NoteRequest,
    responses((status = 200, description = "the held job", body = Job),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict))]
pub(crate) async fn hold(
    State(admin): State<Admin>,
    Place(id): Place<String>,
    request: Result<Body<NoteRequest>, ProblemResponse>,
) -> Result<Json<Job>, ProblemResponse> {
    change(&admin, &id, request, |id, note| HoldJob { id, note }).await
}

/// Lets a held job go on.
#[utoipa::path(post, path = "/v1/dead-letter-jobs/{id}/resume", tag = "dead letter jobs",
    operation_id = "resume_dead_letter_job",
    params(("id" = form::JobId, Path, description = "The job's id")), request_body = NoteRequest,
    responses((status = 200, description = "the job", body = Job),
              problem::BadRequestOrId, problem::NotFound, problem::Conflict))]
pub(crate) async fn resume(
    State(admin): State<Admin>,
    Place(id): Place<String>,
    request: Result<Body<NoteRequest>, ProblemResponse>,
) -> Result<Json<Job>, ProblemResponse> {
    change(&admin, &id, request, |id, note| ResumeJob { id, note }).await
}

/// Carries out an operation on a job, and answers with the job.
async fn change<O: Operation<Output = gantry_store::Job>>(
    admin: &Admin,
    id: &str,
    request: Result<Body<NoteRequest>, ProblemResponse>,
    operation: impl FnOnce(JobId, String) -> O,
) -> Result<Json<Job>, ProblemResponse> {
    let id = extract::id(id)?;
    let Body(NoteRequest { by, note }) = request?;
    Ok(Json(admin.execute(&by, operation(id, note)).await?.convert()))
}
