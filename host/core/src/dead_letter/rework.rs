//! What operators did with a dead letter, kept in the letter itself: who took note of it, each replay with what came
//! of it, and every payload an edit has left behind. An export carries all of it.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::JobId;

/// Somebody looks into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// When.
    pub at: Timestamp,
    /// Who, as far as known.
    pub by: String,
}

/// One replay of a letter's message, which keeps its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayRun {
    /// When it was put back into the queue.
    pub at: Timestamp,
    /// Who asked, as far as known.
    pub by: String,
    /// The job that did it, when one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
    /// Which of the letter's revisions ran, when the payload was edited for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// Which of the letter's attempts is the first of this run, from 0.
    pub first_attempt: u32,
    /// What came of it; none while it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ReplayOutcome>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// What came of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplayOutcome {
    /// It delivered the message, or skipped it on purpose: the letter is resolved.
    Resolved,
    /// The message was given up again: the letter is open.
    FailedAgain,
}

impl ReplayOutcome {
    /// The outcome as commands and reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::FailedAgain => "failed again",
        }
    }
}

/// A payload the message had, or was given by an edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// 0 is what was received, each edit counts one up.
    pub number: u32,
    /// When it was received or edited.
    pub at: Timestamp,
    /// Who edited it; empty for what was received.
    pub by: String,
    /// Media type.
    pub content_type: String,
    /// The bytes.
    #[serde(with = "crate::payload")]
    pub payload: Bytes,
}
