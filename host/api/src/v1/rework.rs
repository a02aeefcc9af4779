//! What operators do with a dead letter, and what is kept of it: notes, replays, edits.

use bytes::Bytes;
use gantry_core::{JobId, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::form;

/// Somebody looks into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledgement {
    /// When.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who, as far as known.
    pub by: String,
}

/// One replay of a letter's message, which keeps its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayRun {
    /// When it was put back into the queue.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who asked, as far as known.
    pub by: String,
    /// The job that did it, when one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::JobId>)]
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
    #[schema(value_type = Option<form::Timestamp>)]
    pub ended_at: Option<Timestamp>,
}

coded_enum! {
    /// What came of a replay.
    #[derive(ToSchema)]
    pub enum ReplayOutcome {
        /// It delivered the message, or skipped it on purpose: the letter is resolved.
        Resolved => "resolved",
        /// The message was given up again: the letter is open.
        FailedAgain => "failed_again",
    }
}

/// A payload the message had, or was given by an edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    /// 0 is what was received, each edit counts one up.
    pub number: u32,
    /// When it was received or edited.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who edited it; empty for what was received.
    pub by: String,
    /// Media type.
    pub content_type: String,
    /// The bytes.
    #[serde(with = "gantry_core::payload")]
    #[schema(value_type = form::Payload)]
    pub payload: Bytes,
}

/// Every payload a dead letter had, and how they differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revisions {
    /// Oldest first; the first is what was received.
    pub revisions: Vec<Revision>,
    /// Each revision against the one before it.
    pub diffs: Vec<RevisionDiff>,
}

/// How a revision differs from the one before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevisionDiff {
    /// The earlier one.
    pub from: u32,
    /// The later one.
    pub to: u32,
    /// How they differ.
    pub diff: Diff,
}

/// How two payloads differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Diff {
    /// Byte for byte the same.
    Same,
    /// Both are JSON.
    Json {
        /// What changed, in the order of the earlier document.
        changes: Vec<Change>,
    },
    /// Both are text.
    Text {
        /// A unified diff.
        unified: String,
    },
    /// One of them is no text.
    Binary {
        /// Length of the earlier one, in bytes.
        before: usize,
        /// Length of the later one, in bytes.
        after: usize,
    },
}

/// One change in a JSON document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// JSON Pointer (RFC 6901) to what changed; empty for the whole.
    pub path: String,
    /// What was there; none: it was added.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "gantry_core::json_diff::present")]
    #[schema(value_type = Option<Value>)]
    pub before: Option<Value>,
    /// What is there now; none: it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "gantry_core::json_diff::present")]
    #[schema(value_type = Option<Value>)]
    pub after: Option<Value>,
}

/// Puts a dead letter back to work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReplayRequest {
    /// Who asks.
    pub by: String,
    /// A payload to use instead of the present one; both are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Payload>)]
    pub payload: Option<EditedPayload>,
}

/// An edited payload: `{"text": …}` or `{"base64": …}`, as payloads are written everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EditedPayload(#[serde(with = "gantry_core::payload")] pub Bytes);

/// Closes or acknowledges a dead letter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CloseRequest {
    /// Who.
    pub by: String,
    /// Why; a discard needs it.
    pub reason: String,
}
