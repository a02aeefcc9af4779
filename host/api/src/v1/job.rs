//! Jobs on many dead letters: `/v1/dead-letter-jobs`.

use gantry_core::{DeadLetterId, JobId, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{DeadLetterFilter, Diff, form, object};

/// What a job is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJob {
    /// What is done to each dead letter.
    pub kind: JobKind,
    /// Which dead letters; of those it matches, the open and acknowledged ones are processed.
    #[serde(default, deserialize_with = "object::deserialize")]
    pub filter: DeadLetterFilter,
    /// Who makes the request.
    #[serde(default)]
    pub by: String,
    /// Why; required for a discard.
    #[serde(default)]
    pub reason: String,
    /// Most dead letters per second; none: as fast as the store allows.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Letters that were already replayed this many times are held back; 5 by default.
    #[serde(default)]
    pub most_replays: Option<u32>,
    /// Whether to redrive those as well.
    #[serde(default)]
    pub force: bool,
    /// How many of a hundred messages may fail again before a redrive holds itself; 50 by default, 100: it never does.
    #[serde(default)]
    pub max_failed_percent: Option<u8>,
    /// The JSON Patch (RFC 6902) of a `patch`: a list of operations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub patch: Option<PatchDocument>,
    /// Whether a `patch` replays what it edits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replay: bool,
}

/// Why a job does nothing at present.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobHold {
    /// Since when.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who held it; none if it held itself, because too many messages failed again.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
}

/// A job and its progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Its identity.
    #[schema(value_type = form::JobId)]
    pub id: JobId,
    /// What is done to each dead letter.
    pub kind: JobKind,
    /// Which dead letters.
    pub filter: DeadLetterFilter,
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
    pub max_failed_percent: u8,
    /// Set while it is held.
    pub hold: Option<JobHold>,
    /// Its state.
    pub state: JobState,
    /// When it was started and its dead letters were selected.
    #[schema(value_type = form::Timestamp)]
    pub created_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<form::Timestamp>)]
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
    /// How many of those it left out because their flow does not run, so that nobody would take their messages.
    #[serde(default)]
    pub left_out: u64,
    /// How many it will try again, because their message is in the queue for another of its dead letters.
    pub waiting: u64,
    /// Of those redriven, how many were resolved.
    pub resolved: u64,
    /// Of those redriven, how many failed again.
    pub failed_again: u64,
    /// Of those redriven, how many were withdrawn from the queue.
    pub withdrawn: u64,
    /// The JSON Patch, if it is a `patch`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub patch: Option<PatchDocument>,
    /// Whether it replays what it edits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replay: bool,
    /// How many dead letters it left as they are, because the patch does not apply to them.
    #[serde(default)]
    pub not_applicable: u64,
    /// The first 20 of those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inapplicable: Vec<Inapplicable>,
}

/// A dead letter that a patch does not apply to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Inapplicable {
    /// The dead letter.
    #[schema(value_type = form::DeadLetterId)]
    pub id: DeadLetterId,
    /// Why not.
    pub why: String,
}

/// Asks what a patch would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchPreviewRequest {
    /// Which dead letters; of those it matches, the open and acknowledged ones are looked at.
    #[serde(default, deserialize_with = "object::deserialize")]
    pub filter: DeadLetterFilter,
    /// The JSON Patch (RFC 6902): a list of operations.
    #[schema(value_type = Vec<Object>)]
    pub patch: PatchDocument,
}

/// What a patch would do. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PatchPreview {
    /// How many open and acknowledged dead letters pass the filter.
    pub total: u64,
    /// How many of them would be edited.
    pub applicable: u64,
    /// How many would be left as they are.
    pub not_applicable: u64,
    /// The first three edits.
    pub edits: Vec<PatchEdit>,
    /// The first 20 of those that would be left, and why.
    pub inapplicable: Vec<Inapplicable>,
}

/// What a patch would make of a dead letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PatchEdit {
    /// The dead letter.
    #[schema(value_type = form::DeadLetterId)]
    pub id: DeadLetterId,
    /// How its payload would change.
    pub diff: Diff,
}

coded_enum! {
    /// What a job does to each dead letter.
    #[derive(ToSchema)]
    pub enum JobKind {
        /// Replays it.
        Redrive => "redrive",
        /// Discards it.
        Discard => "discard",
        /// Edits its payload by a JSON Patch, and replays it if the job says so.
        Patch => "patch",
    }
}

coded_enum! {
    /// The state of a job.
    #[derive(ToSchema)]
    pub enum JobState {
        /// In progress, or waiting for the host to start.
        Running => "running",
        /// It has processed all its dead letters.
        Finished => "finished",
        /// Somebody cancelled it; what it did before stays done.
        Cancelled => "cancelled",
        /// It does nothing until somebody resumes or cancels it.
        Held => "held",
    }
}

/// Jobs on dead letters, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobList {
    /// The jobs.
    pub jobs: Vec<Job>,
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

/// A JSON Patch, as it was written: numbers in it keep their digits.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PatchDocument(pub Box<RawValue>);

impl PartialEq for PatchDocument {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Eq for PatchDocument {}
