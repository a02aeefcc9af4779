//! A dead letter, whole and in brief: what `/v1/dead-letters` and its relatives answer, and what an export holds, one a
//! line.

use bytes::Bytes;
use gantry_core::{DeadLetterId, Digest, FlowName, TargetName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Acknowledgement, Attempt, Headers, Message, PluginRef, ReplayRun, Revision, TimelineEntry, form};

/// A message that ended neither delivered nor skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetter {
    /// Message and delivery it stands for.
    #[schema(value_type = form::DeadLetterId)]
    pub id: DeadLetterId,
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// Digest of the flow's definition at the time.
    pub flow_version: String,
    /// The plugins of the flow's steps at the time, in order.
    pub plugins: Vec<PluginRef>,
    /// Digest of the component that failed, where one did.
    #[schema(value_type = Option<form::Digest>)]
    pub component: Option<Digest>,
    /// Which stage gave up.
    pub stage: Stage,
    /// Where the message came in.
    pub source: String,
    /// Where it was going, when one delivery failed.
    #[schema(value_type = Option<form::TargetName>)]
    pub target: Option<TargetName>,
    /// The message as received: ordering key, headers (credentials stripped), raw bytes.
    pub received: Message,
    /// When it was taken into custody.
    #[schema(value_type = form::Timestamp)]
    pub received_at: Timestamp,
    /// What duplicates are recognised by.
    pub dedupe_key: Option<String>,
    /// The delivery's idempotency key.
    pub idempotency_key: Option<String>,
    /// What was to be sent.
    pub transformed: Option<Transformed>,
    /// All attempts, oldest first, those of replays included.
    pub attempts: Vec<Attempt>,
    /// When it was first given up.
    #[schema(value_type = form::Timestamp)]
    pub first_failure: Timestamp,
    /// When it was last given up.
    #[schema(value_type = form::Timestamp)]
    pub last_failure: Timestamp,
    /// Why.
    pub reason: Reason,
    /// The same for failures of one kind.
    pub fingerprint: String,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// When it may be removed; none keeps it until it is dealt with.
    #[schema(value_type = Option<form::Timestamp>)]
    pub expires_at: Option<Timestamp>,
    /// Where it stands.
    pub state: DeadLetterState,
    /// Who looks into it, or last did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledgement>,
    /// How it was closed.
    pub resolution: Option<Resolution>,
    /// Each time it was put back to work, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replays: Vec<ReplayRun>,
    /// Every payload the message had, oldest first; empty unless one was edited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revisions: Vec<Revision>,
    /// The message's trail until its (latest) end.
    pub trail: Vec<TimelineEntry>,
}

coded_enum! {
    /// Which stage of the flow gave the message up.
    #[derive(Hash, ToSchema)]
    pub enum Stage {
        /// Rules about the data: a plugin's `invalid`.
        Validate => "validate",
        /// The plugin rejected it, faulted, or ran out of retries.
        Transform => "transform",
        /// The target refused it, or attempts ran out.
        Deliver => "deliver",
    }
}

coded_enum! {
    /// Where a dead letter stands with the operators.
    #[derive(Hash, ToSchema)]
    pub enum DeadLetterState {
        /// Nobody has dealt with it.
        Open => "open",
        /// Somebody looks into it.
        Acknowledged => "acknowledged",
        /// Back in the queue; open again if it fails again.
        Replaying => "replaying",
        /// A replay succeeded.
        Resolved => "resolved",
        /// An operator gave it up, with a reason.
        Discarded => "discarded",
    }
}

/// Why the message was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// Stable and countable: a plugin's code, or one of the host's from the error catalogue.
    pub code: String,
    /// For people.
    pub text: String,
    /// The broken rules, where the stage is `validate`.
    #[serde(default)]
    pub violations: Vec<Violation>,
}

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Violation {
    /// JSON Pointer (RFC 6901) into the input; empty for the whole of it.
    pub path: String,
    /// Stable and countable, for instance `unknown-product`.
    pub code: String,
    /// For people.
    pub text: String,
}

/// What was about to be sent when the delivery failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Transformed {
    /// Media type.
    pub content_type: String,
    /// Headers for the target, without credentials.
    pub headers: Headers,
    /// The bytes.
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
    /// Who, as far as known.
    pub by: String,
    /// Why, in the operator's words.
    pub reason: String,
}

/// A dead letter without its payloads, headers, trail and attempts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterSummary {
    /// Message and delivery it stands for.
    #[schema(value_type = form::DeadLetterId)]
    pub id: DeadLetterId,
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// Digest of the flow's definition at the time.
    pub flow_version: String,
    /// Where it stands.
    pub state: DeadLetterState,
    /// Which stage gave up.
    pub stage: Stage,
    /// Where the message came in.
    pub source: String,
    /// Where it was going, when one delivery failed.
    #[schema(value_type = Option<form::TargetName>)]
    pub target: Option<TargetName>,
    /// The message's ordering key.
    pub key: Option<String>,
    /// What duplicates are recognised by.
    pub dedupe_key: Option<String>,
    /// The delivery's idempotency key.
    pub idempotency_key: Option<String>,
    /// Digest of the component that failed, where one did.
    #[schema(value_type = Option<form::Digest>)]
    pub component: Option<Digest>,
    /// The reason's code.
    pub code: String,
    /// The reason for people.
    pub text: String,
    /// The broken rules.
    pub violations: Vec<Violation>,
    /// The same for failures of one kind.
    pub fingerprint: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// How often it was put back to work.
    pub replays: u32,
    /// When it was first given up.
    #[schema(value_type = form::Timestamp)]
    pub first_failure: Timestamp,
    /// When it was last given up.
    #[schema(value_type = form::Timestamp)]
    pub last_failure: Timestamp,
    /// When it may be removed; none keeps it until it is dealt with.
    #[schema(value_type = Option<form::Timestamp>)]
    pub expires_at: Option<Timestamp>,
    /// Who looks into it, or last did.
    pub acknowledged: Option<Acknowledgement>,
    /// Who last put it back to work.
    pub replayed_by: Option<String>,
    /// When it was closed.
    #[schema(value_type = Option<form::Timestamp>)]
    pub closed_at: Option<Timestamp>,
    /// Who closed it.
    pub closed_by: Option<String>,
}

/// How many dead letters are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterCounts {
    /// Nobody has dealt with them.
    pub open: u64,
    /// Somebody looks into them.
    pub acknowledged: u64,
    /// Back in the queue.
    pub replaying: u64,
    /// A replay succeeded.
    pub resolved: u64,
    /// Given up by an operator.
    pub discarded: u64,
}

impl DeadLetterCounts {
    /// How many are in this state.
    #[must_use]
    pub const fn of(&self, state: DeadLetterState) -> u64 {
        match state {
            DeadLetterState::Open => self.open,
            DeadLetterState::Acknowledged => self.acknowledged,
            DeadLetterState::Replaying => self.replaying,
            DeadLetterState::Resolved => self.resolved,
            DeadLetterState::Discarded => self.discarded,
        }
    }

    /// How many there are.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.open + self.acknowledged + self.replaying + self.resolved + self.discarded
    }
}
