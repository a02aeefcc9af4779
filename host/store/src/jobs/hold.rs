//! Holds a job and lets it go on: by an operator, or by itself when most of what it redrives fails again.

use gantry_core::{JobId, Timestamp};

use super::{Job, JobHold, JobState, find, write};
use crate::error::JobError;
use crate::pending::Durability;
use crate::store::Store;

/// A job with this bound never holds itself.
const NEVER: u8 = 100;

/// Messages that must have ended before a job judges how many fail again.
const MINIMUM: u64 = 20;

impl Store {
    /// Holds a running job: it does nothing more until it is resumed. What it did before goes on.
    pub async fn hold_job(&self, id: JobId, by: String, reason: String) -> Result<Job, JobError> {
        let at = self.inner.clock.now();
        self.commit(Durability::Flushed, move |draft| {
            let mut job = find(draft, id)?.ok_or(JobError::NotFound(id))?;
            match job.state {
                JobState::Running => {}
                JobState::Held => return Err(JobError::Held(id)),
                JobState::Finished | JobState::Cancelled => return Err(JobError::Ended(id)),
            }
            job.hold(JobHold { at, by: Some(by), reason });
            write(draft, &job)?;
            Ok(job)
        })
        .await
    }

    /// Lets a held job go on where it was. From now on it doesn't hold itself.
    pub async fn resume_job(&self, id: JobId) -> Result<Job, JobError> {
        let job_started = self.inner.job_started.clone();
        self.commit(Durability::Flushed, move |draft| {
            let mut job = find(draft, id)?.ok_or(JobError::NotFound(id))?;
            match job.state {
                JobState::Held => {}
                JobState::Running => return Err(JobError::NotHeld(id)),
                JobState::Finished | JobState::Cancelled => return Err(JobError::Ended(id)),
            }
            job.state = JobState::Running;
            job.hold = None;
            // Whoever resumes it knows.
            job.max_failed_percent = NEVER;
            write(draft, &job)?;
            draft.after_commit(move || job_started.notify_one());
            Ok(job)
        })
        .await
    }
}

impl Job {
    fn hold(&mut self, hold: JobHold) {
        self.state = JobState::Held;
        self.hold = Some(hold);
    }

    /// Holds the job if more of its messages fail again than may.
    pub(super) fn hold_if_failing(&mut self, at: Timestamp) {
        let failed = self.failed_again;
        let ended = self.resolved + failed;
        let is_failing = failed * 100 > ended * u64::from(self.max_failed_percent);
        if self.is_replaying() && ended >= MINIMUM && is_failing {
            self.hold(JobHold { at, by: None, reason: format!("{failed} of {ended} messages failed again") });
        }
    }
}
