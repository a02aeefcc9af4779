//! Jobs over many dead letters. On a stopped host a discard is done here, at once; a redrive is recorded, and the host
//! works on it when it starts, because only then its rate means something.

use gantry_admin::convert::Convert as _;
use gantry_api::v1::{Job, JobList, NewJob, NoteRequest};
use gantry_core::JobId;
use gantry_store::{JobError, JobKind, JobState};

use super::{Desk, DeskError};

const JOB: &str = "job";

impl Desk {
    /// Starts a job.
    pub(crate) async fn start_job(&self, new: NewJob) -> Result<Job, DeskError> {
        match self {
            Self::Running(remote) => remote.post("dead-letter-jobs", &new, JOB, "").await,
            Self::AtRest(store) => {
                let job = store.start_job(new.convert()).await.map_err(refused)?;
                if job.kind == JobKind::Discard && job.state == JobState::Running {
                    return Ok(gantry_control::jobs::finish_job(store, job).await?.convert());
                }
                Ok(job.convert())
            }
        }
    }

    /// All jobs, newest first.
    pub(crate) async fn jobs(&self) -> Result<JobList, DeskError> {
        match self {
            Self::Running(remote) => remote.get("dead-letter-jobs", JOB, "").await,
            Self::AtRest(store) => Ok(JobList { jobs: store.jobs().await?.convert() }),
        }
    }

    /// One job.
    pub(crate) async fn job(&self, id: JobId) -> Result<Job, DeskError> {
        match self {
            Self::Running(remote) => remote.get(&format!("dead-letter-jobs/{id}"), JOB, id).await,
            Self::AtRest(store) => Ok(store.job(id).await?.ok_or_else(|| missing(id))?.convert()),
        }
    }

    /// Stops a job.
    pub(crate) async fn cancel_job(&self, id: JobId, by: &str) -> Result<Job, DeskError> {
        match self {
            Self::Running(remote) => {
                let request = NoteRequest { by: by.to_owned(), note: String::new() };
                remote.post(&format!("dead-letter-jobs/{id}/cancel"), &request, JOB, id).await
            }
            Self::AtRest(store) => Ok(store.cancel_job(id, by.to_owned()).await.map_err(refused)?.convert()),
        }
    }
}

fn missing(id: JobId) -> DeskError {
    DeskError::NotFound { what: JOB, id: id.to_string() }
}

fn refused(error: JobError) -> DeskError {
    match error {
        JobError::NotFound(id) => missing(id),
        JobError::Store(error) => DeskError::Store(error),
        JobError::Ended(_) | JobError::WrongState(_) | JobError::NoReason | JobError::TooMany(_) => {
            DeskError::Refused(error.to_string())
        }
    }
}
