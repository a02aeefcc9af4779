//! One thing done to many dead letters: `/v1/dead-letter-jobs`.

use gantry_core::{JobId, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DeadLetterFilter, form};

/// What a job is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJob {
    /// What is done to each letter.
    pub kind: JobKind,
    /// Which letters: of those it finds, the open and acknowledged ones.
    #[serde(default)]
    pub filter: DeadLetterFilter,
    /// Who asks.
    #[serde(default)]
    pub by: String,
    /// Why; a discard needs it.
    #[serde(default)]
    pub reason: String,
    /// Letters a second, at most; none: as fast as the store takes them.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Letters that were replayed so often already are held back; 5 unless given.
    #[serde(default)]
    pub most_replays: Option<u32>,
    /// Redrive even those.
    #[serde(default)]
    pub force: bool,
}

/// A job, and how far it has got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Its identity.
    #[schema(value_type = form::JobId)]
    pub id: JobId,
    /// What is done to each letter.
    pub kind: JobKind,
    /// Which letters.
    pub filter: DeadLetterFilter,
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
    #[schema(value_type = form::Timestamp)]
    pub created_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<form::Timestamp>)]
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

coded_enum! {
    /// What a job does to each letter.
    #[derive(ToSchema)]
    pub enum JobKind {
        /// Puts it back to work.
        Redrive => "redrive",
        /// Gives it up.
        Discard => "discard",
    }
}

coded_enum! {
    /// Where a job stands.
    #[derive(ToSchema)]
    pub enum JobState {
        /// Under way, or waiting for the host to start.
        Running => "running",
        /// It has been through all its letters.
        Finished => "finished",
        /// Somebody stopped it; what it did until then stands.
        Cancelled => "cancelled",
    }
}

/// Jobs over dead letters, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobList {
    /// The jobs.
    pub jobs: Vec<Job>,
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
