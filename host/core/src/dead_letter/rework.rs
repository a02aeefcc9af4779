//! What operators did with a dead letter, kept in the dead letter itself: who acknowledged it, each replay with its
//! result, and every payload that an edit replaced. An export contains all of it.

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

/// One replay of a dead letter's message, which keeps its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayRun {
    /// When it was put back into the queue.
    pub at: Timestamp,
    /// Who asked, as far as known.
    pub by: String,
    /// The job that did it, when one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
    /// Which of the dead letter's revisions ran, when the payload was edited for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// Whether the dead letter was acknowledged before: it is again if the message is taken out of the queue.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_acknowledged: bool,
    /// Which of the dead letter's attempts is the first of this run, from 0.
    pub first_attempt: u32,
    /// Its result; none while it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ReplayOutcome>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// The result of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplayOutcome {
    /// The message was delivered, or deliberately skipped: the dead letter is resolved.
    Resolved,
    /// The message was given up again: the dead letter is open.
    FailedAgain,
    /// An operator took the message out of the queue: the dead letter is what it was before.
    Withdrawn,
}

impl ReplayOutcome {
    /// The outcome as commands and reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::FailedAgain => "failed again",
            Self::Withdrawn => "withdrawn",
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
