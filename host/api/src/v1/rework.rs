//! What operators do with a dead letter: acknowledgements, replays, edits.

use bytes::Bytes;
use gantry_core::{JobId, Timestamp, coded_enum};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{form, object};

/// Who acknowledged a dead letter, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledgement {
    /// When.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who, if known.
    pub by: String,
}

/// One replay of a dead letter. Its message keeps its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayRun {
    /// When it was put back into the queue.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who started it, if known.
    pub by: String,
    /// The job that started it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::JobId>)]
    pub job: Option<JobId>,
    /// The revision that was replayed, if the payload was edited for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// Whether the dead letter was acknowledged before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_acknowledged: bool,
    /// The index, from 0, of the first of the dead letter's attempts in this replay.
    pub first_attempt: u32,
    /// The outcome; none while it is in progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ReplayOutcome>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Timestamp>)]
    pub ended_at: Option<Timestamp>,
}

coded_enum! {
    /// The outcome of a replay.
    #[derive(ToSchema)]
    pub enum ReplayOutcome {
        /// The message was delivered or skipped; the dead letter is resolved.
        Resolved => "resolved",
        /// The message failed again; the dead letter is open.
        FailedAgain => "failed_again",
        /// An operator took the message out of the queue: the dead letter is what it was before.
        Withdrawn => "withdrawn",
    }
}

/// A payload of the message, as received or edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    /// 0 is the received payload; each edit adds one.
    pub number: u32,
    /// When it was received or edited.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who edited it; empty for the received payload.
    pub by: String,
    /// Media type.
    pub content_type: String,
    /// The payload.
    #[serde(with = "gantry_core::payload")]
    #[schema(value_type = form::Payload)]
    pub payload: Bytes,
}

/// Every payload of a dead letter, and how they differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revisions {
    /// Oldest first; the first is the received payload.
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
    /// At least one is not text.
    Binary {
        /// Size of the earlier one, in bytes.
        before: usize,
        /// Size of the later one, in bytes.
        after: usize,
    },
}

/// One change in a JSON document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// JSON Pointer (RFC 6901) to the change; empty for the whole document.
    pub path: String,
    /// The old value; none if it was added.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "gantry_core::json_diff::present")]
    #[schema(value_type = Option<Value>)]
    pub before: Option<Value>,
    /// The new value; none if it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "gantry_core::json_diff::present")]
    #[schema(value_type = Option<Value>)]
    pub after: Option<Value>,
}

/// Replays a dead letter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReplayRequest {
    /// Who makes the request.
    pub by: String,
    /// A payload to use instead of the current one; both are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Payload>)]
    pub payload: Option<EditedPayload>,
}

/// An edited payload: `{"text": …}` or `{"base64": …}`, like all payloads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EditedPayload(
    #[serde(serialize_with = "gantry_core::payload::serialize", deserialize_with = "edited_payload")] pub Bytes,
);

fn edited_payload<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Payload(#[serde(with = "gantry_core::payload")] Bytes);

    object::deserialize::<Payload, D>(deserializer).map(|Payload(bytes)| bytes)
}

/// Who asks for something, and why: closes or acknowledges a dead letter, commands a target, rolls back a deployment, reloads
/// the flow files, tests an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CloseRequest {
    /// Who does it.
    pub by: String,
    /// Why; required for a discard.
    pub reason: String,
}
