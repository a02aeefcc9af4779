//! Dead letters and their summaries, as `/v1/dead-letters` returns them. An export holds one dead letter per line.

use bytes::Bytes;
use gantry_core::{DeadLetterId, Digest, FlowName, MessageId, TargetName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Acknowledgement, Attempt, Headers, Message, PluginRef, ReplayRun, Revision, TimelineEntry, form};

/// A message that ended neither delivered nor skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetter {
    /// The message and delivery.
    #[schema(value_type = form::DeadLetterId)]
    pub id: DeadLetterId,
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// Digest of the flow's definition at the time.
    pub flow_version: String,
    /// The plugins of the flow's steps at the time, in order.
    pub plugins: Vec<PluginRef>,
    /// Digest of the component that failed, if one did.
    #[schema(value_type = Option<form::Digest>)]
    pub component: Option<Digest>,
    /// The stage that failed.
    pub stage: Stage,
    /// The source that received the message.
    pub source: String,
    /// The target, if a delivery failed.
    #[schema(value_type = Option<form::TargetName>)]
    pub target: Option<TargetName>,
    /// The message as received: ordering key, headers (credentials stripped), raw bytes.
    pub received: Message,
    /// When it was accepted.
    #[schema(value_type = form::Timestamp)]
    pub received_at: Timestamp,
    /// The key by which duplicates are recognised.
    pub dedupe_key: Option<String>,
    /// The delivery's idempotency key.
    pub idempotency_key: Option<String>,
    /// What was about to be sent.
    pub transformed: Option<Transformed>,
    /// All attempts, oldest first, including those of replays.
    pub attempts: Vec<Attempt>,
    /// The time of the first failure.
    #[schema(value_type = form::Timestamp)]
    pub first_failure: Timestamp,
    /// The time of the latest failure.
    #[schema(value_type = form::Timestamp)]
    pub last_failure: Timestamp,
    /// Why it failed.
    pub reason: Reason,
    /// The same for all failures of one kind.
    pub fingerprint: String,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// When it may be removed; none keeps it until it is closed.
    #[schema(value_type = Option<form::Timestamp>)]
    pub expires_at: Option<Timestamp>,
    /// Its state.
    pub state: DeadLetterState,
    /// Who acknowledged it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledgement>,
    /// How it was closed.
    pub resolution: Option<Resolution>,
    /// What took its place, if something did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<Successor>,
    /// Its replays, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replays: Vec<ReplayRun>,
    /// Every payload the message had, oldest first; empty if none was edited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revisions: Vec<Revision>,
    /// The message's timeline until its (latest) end.
    pub timeline: Vec<TimelineEntry>,
}

coded_enum! {
    /// The stage of the flow that failed.
    #[derive(Hash, ToSchema)]
    pub enum Stage {
        /// The data breaks a rule: a plugin's `invalid`, a flow's rules or a schema.
        Validate => "validate",
        /// A plugin rejected the message, faulted, or used up its retries.
        Transform => "transform",
        /// The target refused the delivery, or its attempts were used up.
        Deliver => "deliver",
    }
}

coded_enum! {
    /// The state of a dead letter.
    #[derive(Hash, ToSchema)]
    pub enum DeadLetterState {
        /// Not handled yet.
        Open => "open",
        /// Somebody is investigating.
        Acknowledged => "acknowledged",
        /// Back in the queue; open again if the replay fails.
        Replaying => "replaying",
        /// A replay succeeded.
        Resolved => "resolved",
        /// An operator discarded it, with a reason.
        Discarded => "discarded",
        /// Something else took its place: the corrected message, or the dead letter of a later stage.
        Superseded => "superseded",
    }
}

/// Why the message failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// A stable code: a plugin's own, or one of the host's error catalogue.
    pub code: String,
    /// A description.
    pub text: String,
    /// The broken rules, if the stage is `validate`.
    #[serde(default)]
    pub violations: Vec<Violation>,
    /// Which of the failures with this code it is, if a text says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ReasonKind>,
}

/// Which of the failures with one code it is. Those of one kind share a fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// What the target or the plugin said, with `*` for what differs from message to message.
    Text(String),
    /// One of those beyond the first 64.
    Other,
    /// One of those beyond the first 60 that were new in the flow within an hour, whatever its code.
    Many,
}

impl ReasonKind {
    /// The kind as commands show it.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Other => "any other kind",
            Self::Many => "many new kinds at once",
        }
    }
}

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Violation {
    /// JSON Pointer (RFC 6901) into the input; empty for the whole input.
    pub path: String,
    /// A stable code, for instance `unknown-product`.
    pub code: String,
    /// A description.
    pub text: String,
}

/// What was about to be sent when the delivery failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Transformed {
    /// Media type.
    pub content_type: String,
    /// Headers for the target, without credentials.
    pub headers: Headers,
    /// The payload.
    #[serde(with = "gantry_core::payload")]
    #[schema(value_type = form::Payload)]
    pub payload: Bytes,
}

/// Who closed a dead letter, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Resolution {
    /// When.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who, if known.
    pub by: String,
    /// Why, in the operator's words.
    pub reason: String,
}

/// What took the place of a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Successor {
    /// The message that the sender sent in its place.
    Message {
        /// Its id.
        #[schema(value_type = form::MessageId)]
        id: MessageId,
    },
    /// The dead letter of a later stage: a replay got past the stage that failed, and failed there.
    DeadLetter {
        /// Its id.
        #[schema(value_type = form::DeadLetterId)]
        id: DeadLetterId,
    },
}

/// A dead letter without its payloads, headers, timeline and attempts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterSummary {
    /// The message and delivery.
    #[schema(value_type = form::DeadLetterId)]
    pub id: DeadLetterId,
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// Digest of the flow's definition at the time.
    pub flow_version: String,
    /// Its state.
    pub state: DeadLetterState,
    /// The stage that failed.
    pub stage: Stage,
    /// The source that received the message.
    pub source: String,
    /// The target, if a delivery failed.
    #[schema(value_type = Option<form::TargetName>)]
    pub target: Option<TargetName>,
    /// The message's ordering key.
    pub key: Option<String>,
    /// The key by which duplicates are recognised.
    pub dedupe_key: Option<String>,
    /// The delivery's idempotency key.
    pub idempotency_key: Option<String>,
    /// Digest of the component that failed, if one did.
    #[schema(value_type = Option<form::Digest>)]
    pub component: Option<Digest>,
    /// The reason's code.
    pub code: String,
    /// The reason, as text.
    pub text: String,
    /// The broken rules.
    pub violations: Vec<Violation>,
    /// Which of the failures with this code it is, if a text says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ReasonKind>,
    /// The same for all failures of one kind.
    pub fingerprint: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// How many times it was replayed.
    pub replays: u32,
    /// The time of the first failure.
    #[schema(value_type = form::Timestamp)]
    pub first_failure: Timestamp,
    /// The time of the latest failure.
    #[schema(value_type = form::Timestamp)]
    pub last_failure: Timestamp,
    /// When it may be removed; none keeps it until it is closed.
    #[schema(value_type = Option<form::Timestamp>)]
    pub expires_at: Option<Timestamp>,
    /// Since when is announced that it will be removed.
    #[schema(value_type = Option<form::Timestamp>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced_at: Option<Timestamp>,
    /// Who acknowledged it last.
    pub acknowledged: Option<Acknowledgement>,
    /// Who last replayed it.
    pub replayed_by: Option<String>,
    /// When it was closed.
    #[schema(value_type = Option<form::Timestamp>)]
    pub closed_at: Option<Timestamp>,
    /// Who closed it.
    pub closed_by: Option<String>,
    /// Its size on disk in bytes; 0 if an earlier version did not record it.
    #[serde(default)]
    pub bytes: u64,
}

/// The number of dead letters in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterCounts {
    /// Not handled yet.
    pub open: u64,
    /// Somebody is investigating.
    pub acknowledged: u64,
    /// Back in the queue.
    pub replaying: u64,
    /// A replay succeeded.
    pub resolved: u64,
    /// Discarded by an operator.
    pub discarded: u64,
    /// Something else took their place.
    #[serde(default)]
    pub superseded: u64,
}

impl DeadLetterCounts {
    /// The number in this state.
    #[must_use]
    pub const fn of(&self, state: DeadLetterState) -> u64 {
        match state {
            DeadLetterState::Open => self.open,
            DeadLetterState::Acknowledged => self.acknowledged,
            DeadLetterState::Replaying => self.replaying,
            DeadLetterState::Resolved => self.resolved,
            DeadLetterState::Discarded => self.discarded,
            DeadLetterState::Superseded => self.superseded,
        }
    }

    /// The number in all states.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.open + self.acknowledged + self.replaying + self.resolved + self.discarded + self.superseded
    }
}
