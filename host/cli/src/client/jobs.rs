//! Jobs on many dead letters. Without a running host, a discard is done at once; a redrive is recorded and begins when
//! the host starts.

use gantry_api::v1::{Job, JobList, NewJob, NoteRequest, PatchPreview, PatchPreviewRequest};
use gantry_core::JobId;

use super::{Client, ClientError};

impl Client {
    /// Starts a job.
    pub(crate) async fn start_job(&self, new: NewJob) -> Result<Job, ClientError> {
        self.transport.post("dead-letter-jobs", &new).await
    }

    /// What a patch would do.
    pub(crate) async fn preview_patch(&self, request: &PatchPreviewRequest) -> Result<PatchPreview, ClientError> {
        self.transport.post("dead-letter-jobs/preview", request).await
    }

    /// All jobs, newest first.
    pub(crate) async fn jobs(&self) -> Result<JobList, ClientError> {
        self.transport.read("dead-letter-jobs").await
    }

    /// One job.
    pub(crate) async fn job(&self, id: JobId) -> Result<Job, ClientError> {
        self.transport.read(&format!("dead-letter-jobs/{id}")).await
    }

    /// Cancels, holds or resumes a job; `command` is the last part of its path.
    pub(crate) async fn command_job(&self, id: JobId, command: &str, by: &str, note: &str) -> Result<Job, ClientError> {
        let request = NoteRequest { by: by.to_owned(), note: note.to_owned() };
        self.transport.post(&format!("dead-letter-jobs/{id}/{command}"), &request).await
    }
}
