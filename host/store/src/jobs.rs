//! Jobs: one action on many dead letters, at a chosen rate.
//!
//! **Fixed set.** The filter is evaluated once, when the job starts; dead letters that arrive later are not included. The
//! set is stored with the job, in one atomic write.
//!
//! **Exactly once.** A job processes its dead letters in steps. Each step is one atomic write: the changed dead letters and the
//! progress of the job. A crash leaves the job before or after a step, so after a restart it continues and does nothing
//! twice.
//!
//! **No loops.** A dead letter that failed again since the job began is not replayed by it again. A dead letter that was already
//! replayed too many times is held back, unless the job is forced. A redrive of which most messages fail again holds itself.
//!
//! The rate is not enforced here: the caller (`jobs` in `gantry-control`) decides how many dead letters a step may process.

mod hold;
mod start;
mod work;

use std::sync::Arc;

use bytes::Bytes;
use gantry_core::{DeadLetterId, JobId, ReplayOutcome, Timestamp};
use serde::{Deserialize, Serialize};

use crate::dead_letters::Filter;
use crate::disk::Read;
use crate::draft::Draft;
use crate::error::{JobError, StoreError};
use crate::keys;
use crate::pending::Durability;
use crate::record::Record;
use crate::store::Store;

pub(crate) use work::ended_before;
pub use work::{JobMeans, JobStep, Runs};

/// How many replays a dead letter may have had before a job holds it back, by default.
pub const MOST_REPLAYS: u32 = 5;

/// How many of a hundred messages may fail again before a redrive holds itself, by default.
pub const MAX_FAILED_PERCENT: u8 = 50;

/// Most dead letters in one job.
pub const MOST_DEAD_LETTERS: usize = 1_000_000;

/// What a job does to each dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Replays it.
    Redrive,
    /// Discards it.
    Discard,
    /// Edits its payload, and replays it if the job says so.
    Patch,
}

/// The state of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// In progress, or waiting for the host to start.
    Running,
    /// It has processed all its dead letters.
    Finished,
    /// Somebody cancelled it; what it did before stays done.
    Cancelled,
    /// It does nothing until somebody resumes or cancels it.
    Held,
}

impl JobState {
    /// The state as written in commands and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
            Self::Held => "held",
        }
    }
}

/// What a job is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// What is done to each dead letter.
    pub kind: JobKind,
    /// Which dead letters; of those it matches, the open and acknowledged ones are processed.
    pub filter: Filter,
    /// Who starts it.
    pub by: String,
    /// Why; required for a discard.
    pub reason: String,
    /// Most dead letters per second; none: as fast as the store allows.
    pub rate: Option<u32>,
    /// Letters that were already replayed this many times are held back; 5 by default.
    pub most_replays: Option<u32>,
    /// Whether to redrive those as well.
    pub force: bool,
    /// How many of a hundred messages may fail again before a redrive holds itself; 50 by default, 100: it never does.
    pub max_failed_percent: Option<u8>,
    /// What a patch changes; none for other kinds.
    pub patch: Option<NewPatch>,
}

/// What a job of kind `patch` does to payloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPatch {
    /// The patch, as its [`Patcher`] reads it.
    pub text: String,
    /// Whether each dead letter is replayed with the edited payload.
    pub replay: bool,
}

/// Makes the edited payload of a dead letter from the current one; an error says why the patch doesn't apply to it.
pub type Patcher = Arc<dyn Fn(&[u8]) -> Result<Bytes, String> + Send + Sync>;

/// A dead letter that a patch does not apply to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inapplicable {
    /// The dead letter.
    pub id: DeadLetterId,
    /// Why not.
    pub why: String,
}

/// Most dead letters that a job lists to which its patch does not apply; all are counted.
pub const INAPPLICABLE: usize = 20;

/// Why a job does nothing at present.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobHold {
    /// Since when.
    pub at: Timestamp,
    /// Who held it; none if it held itself, because too many messages failed again.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
}

/// A job and its progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its identity.
    pub id: JobId,
    /// What is done to each dead letter.
    pub kind: JobKind,
    /// Which dead letters.
    pub filter: Filter,
    /// Who started it.
    pub by: String,
    /// Why; empty for a redrive.
    pub reason: String,
    /// Most dead letters per second; none: as fast as the store allows.
    pub rate: Option<u32>,
    /// Letters that were already replayed this many times are held back.
    pub most_replays: u32,
    /// Whether to redrive those as well.
    pub force: bool,
    /// How many of a hundred messages may fail again before it holds itself.
    #[serde(default = "max_failed_percent")]
    pub max_failed_percent: u8,
    /// Set while it is held.
    #[serde(default)]
    pub hold: Option<JobHold>,
    /// Its state.
    pub state: JobState,
    /// When it was started and its dead letters were selected.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Who cancelled it.
    pub cancelled_by: Option<String>,
    /// How many dead letters it has.
    pub total: u64,
    /// How many of them it has processed once.
    pub seen: u64,
    /// How many it has redriven or discarded.
    pub done: u64,
    /// How many it held back: replayed too many times, or failed again since the job began.
    pub held_back: u64,
    /// How many it passed over: closed or replayed by somebody else, or removed.
    pub passed_over: u64,
    /// How many of those it left out because nobody takes the messages of their flow.
    #[serde(default)]
    pub left_out: u64,
    /// How many it will try again, because their message is in the queue for another of its dead letters.
    pub waiting: u64,
    /// Of those redriven, how many were resolved.
    pub resolved: u64,
    /// Of those redriven, how many failed again.
    pub failed_again: u64,
    /// Of those redriven, how many were withdrawn from the queue.
    #[serde(default)]
    pub withdrawn: u64,
    /// The patch, if it is one.
    #[serde(default)]
    pub patch: Option<String>,
    /// Whether it replays what it patches.
    #[serde(default)]
    pub replay: bool,
    /// How many dead letters it left as they are, because its patch does not apply to them.
    #[serde(default)]
    pub not_applicable: u64,
    /// The first of those.
    #[serde(default)]
    pub inapplicable: Vec<Inapplicable>,
}

impl Job {
    /// How many dead letters are still to be processed.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.total.saturating_sub(self.seen) + self.waiting
    }

    /// How many redriven messages have not ended yet.
    #[must_use]
    pub const fn in_flight(&self) -> u64 {
        match self.is_replaying() {
            true => self.done.saturating_sub(self.resolved + self.failed_again + self.withdrawn),
            false => 0,
        }
    }

    /// Whether it puts messages into the queue.
    #[must_use]
    pub const fn is_replaying(&self) -> bool {
        match self.kind {
            JobKind::Redrive => true,
            JobKind::Discard => false,
            JobKind::Patch => self.replay,
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

    /// Cancels a job; what it did before stays done.
    pub async fn cancel_job(&self, id: JobId, by: String) -> Result<Job, JobError> {
        let now = self.inner.clock.now();
        self.commit(Durability::Flushed, move |draft| {
            let mut job = find(draft, id)?.ok_or(JobError::NotFound(id))?;
            if job.ended_at.is_some() {
                return Err(JobError::Ended(id));
            }
            job.hold = None;
            job.cancelled_by = Some(by);
            work::end(draft, &mut job, JobState::Cancelled, now)?;
            Ok(job)
        })
        .await
    }

    /// Waits until a job has been started since the last call.
    pub async fn job_started(&self) {
        self.inner.job_started.notified().await;
    }
}

const fn max_failed_percent() -> u8 {
    MAX_FAILED_PERCENT
}

fn find(draft: &Draft<'_>, id: JobId) -> Result<Option<Job>, StoreError> {
    Ok(draft.load(&keys::job(id))?.map(|(job, _)| job))
}

fn write(draft: &mut Draft<'_>, job: &Job) -> Result<(), StoreError> {
    draft.put_record(&keys::job(job.id), Record::of(job)?)
}

/// Counts the end of a replay that the job started. Does nothing if the job was removed or is damaged.
pub(crate) fn observe(draft: &mut Draft<'_>, id: JobId, outcome: ReplayOutcome) -> Result<(), StoreError> {
    let mut job = match find(draft, id) {
        Ok(Some(job)) => job,
        Ok(None) | Err(StoreError::Damaged(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    match outcome {
        ReplayOutcome::Resolved => job.resolved += 1,
        ReplayOutcome::FailedAgain => job.failed_again += 1,
        ReplayOutcome::Withdrawn => job.withdrawn += 1,
    }
    write(draft, &job)
}
