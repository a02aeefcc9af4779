//! Jobs: one thing done to many dead letters, at a chosen rate.
//!
//! **Frozen.** The filter is evaluated once, when the job starts; letters that arrive later don't join. What the job is
//! about is stored with it, in one atomic write.
//!
//! **Once.** A job takes its next letters in steps. Each step is one atomic write: the letters it put to work, and how
//! far the job has got. A crash leaves the job before a step or behind it, so that it goes on after a restart and does
//! nothing twice.
//!
//! **No loops.** A letter that failed again since the job began is not put to work by it again, and one that was
//! replayed too often already is held back unless the job was told to.
//!
//! The pace is not kept here: whoever works on a job (the host's `jobs`) says how many letters a step may take.

mod start;
mod work;

use gantry_core::{JobId, ReplayOutcome, Timestamp};
use serde::{Deserialize, Serialize};

use crate::dead_letters::Filter;
use crate::disk::Read;
use crate::draft::Draft;
use crate::error::{JobError, StoreError};
use crate::keys;
use crate::pending::Durability;
use crate::record::Record;
use crate::store::Store;

pub use work::JobStep;
pub(crate) use work::ended_before;

/// How often a letter may have been replayed before a job holds it back, unless the job says otherwise.
pub const MOST_REPLAYS: u32 = 5;

/// Most letters in one job.
pub const MOST_LETTERS: usize = 1_000_000;

/// What a job does to each letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Puts it back to work.
    Redrive,
    /// Gives it up.
    Discard,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Under way, or waiting for the host to start.
    Running,
    /// It has been through all its letters.
    Finished,
    /// Somebody stopped it; what it did until then stands.
    Cancelled,
}

impl JobState {
    /// The state as commands and reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What a job is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// What is done to each letter.
    pub kind: JobKind,
    /// Which letters: of those it finds, the open and acknowledged ones.
    pub filter: Filter,
    /// Who asks.
    pub by: String,
    /// Why; a discard needs it.
    pub reason: String,
    /// Letters a second, at most; none: as fast as the store takes them.
    pub rate: Option<u32>,
    /// Letters that were replayed so often already are held back; 5 unless given.
    pub most_replays: Option<u32>,
    /// Redrive even those.
    pub force: bool,
}

/// A job, and how far it has got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its identity.
    pub id: JobId,
    /// What is done to each letter.
    pub kind: JobKind,
    /// Which letters.
    pub filter: Filter,
    /// Who asked.
    pub by: String,
    /// Why; empty for a redrive.
    pub reason: String,
    /// Letters a second, at most; none: as fast as the store takes them.
    pub rate: Option<u32>,
    /// Letters that were replayed so often already are held back.
    pub most_replays: u32,
    /// Redrive even those.
    pub force: bool,
    /// Where it stands.
    pub state: JobState,
    /// When it began, and its letters were chosen.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Who cancelled it.
    pub cancelled_by: Option<String>,
    /// How many letters it is about.
    pub total: u64,
    /// How many of them it has looked at.
    pub seen: u64,
    /// How many it has redriven or discarded.
    pub done: u64,
    /// How many it held back: replayed too often already, or failed again since it began.
    pub held_back: u64,
    /// How many somebody else had dealt with, or were gone.
    pub passed_over: u64,
    /// How many it comes back to, because their message is in the queue for another of its letters.
    pub waiting: u64,
    /// Of those redriven, how many were resolved.
    pub resolved: u64,
    /// Of those redriven, how many failed again.
    pub failed_again: u64,
}

impl Job {
    /// How many letters are still to be dealt with.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.total.saturating_sub(self.seen) + self.waiting
    }

    /// How many redriven messages have not come to an end yet.
    #[must_use]
    pub const fn in_flight(&self) -> u64 {
        match self.kind {
            JobKind::Redrive => self.done.saturating_sub(self.resolved + self.failed_again),
            JobKind::Discard => 0,
        }
    }
}

impl Store {
    /// A job.
    pub async fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.read(move |disk| Ok(disk.load(&keys::job(id))?.map(|(job, _)| job))).await
    }

    /// All jobs that are kept, newest first.
    pub async fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        self.read(|disk| {
            let mut jobs = Vec::new();
            for pair in disk.scan(&[keys::JOB], None) {
                match disk.load::<Job>(&pair?.0) {
                    Ok(found) => jobs.extend(found.map(|(job, _)| job)),
                    Err(StoreError::Damaged(error)) => tracing::error!(%error, "a job can't be read"),
                    Err(error) => return Err(error),
                }
            }
            jobs.reverse();
            Ok(jobs)
        })
        .await
    }

    /// Stops a job; what it did until now stands.
    pub async fn cancel_job(&self, id: JobId, by: String) -> Result<Job, JobError> {
        let now = self.inner.clock.now();
        let step = move |draft: &mut Draft<'_>| {
            let mut job = find(draft, id)?.ok_or(JobError::NotFound(id))?;
            if job.state != JobState::Running {
                return Err(JobError::Ended(id));
            }
            job.cancelled_by = Some(by);
            work::end(draft, &mut job, JobState::Cancelled, now)?;
            Ok(job)
        };
        self.commit(Durability::Flushed, step).await
    }

    /// Returns when a job was started since the last call.
    pub async fn job_started(&self) {
        self.inner.job_bell.notified().await;
    }
}

fn find(draft: &Draft<'_>, id: JobId) -> Result<Option<Job>, StoreError> {
    Ok(draft.load(&keys::job(id))?.map(|(job, _)| job))
}

fn write(draft: &mut Draft<'_>, job: &Job) -> Result<(), StoreError> {
    draft.put_record(&keys::job(job.id), Record::of(job)?)
}

/// A letter that the job put to work has come to an end. A job that is gone or damaged counts no more.
pub(crate) fn observe(draft: &mut Draft<'_>, id: JobId, outcome: ReplayOutcome) -> Result<(), StoreError> {
    let mut job = match find(draft, id) {
        Ok(Some(job)) => job,
        Ok(None) | Err(StoreError::Damaged(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    match outcome {
        ReplayOutcome::Resolved => job.resolved += 1,
        ReplayOutcome::FailedAgain => job.failed_again += 1,
    }
    write(draft, &job)
}
