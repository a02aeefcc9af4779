//! Jobs on many dead letters. Without a running host, a discard is done at once; a redrive is recorded and begins when
//! the host starts.

use gantry_api::v1::{Job, JobList, NewJob, NoteRequest};
use gantry_core::JobId;

use super::{Client, ClientError};

impl Client {
    /// Starts a job.
    pub(crate) async fn start_job(&self, new: NewJob) -> Result<Job, ClientError> {
        self.transport.post("dead-letter-jobs", &new).await
    }

    /// All jobs, newest first.
    pub(crate) async fn jobs(&self) -> Result<JobList, ClientError> {
        self.transport.read("dead-letter-jobs").await
    }

    /// One job.
    pub(crate) async fn job(&self, id: JobId) -> Result<Job, ClientError> {
        self.transport.read(&format!("dead-letter-jobs/{id}")).await
    }

    /// Cancels a job.
    pub(crate) async fn cancel_job(&self, id: JobId, by: &str) -> Result<Job, ClientError> {
        let request = NoteRequest { by: by.to_owned(), note: String::new() };
        self.transport.post(&format!("dead-letter-jobs/{id}/cancel"), &request).await
    }
}
