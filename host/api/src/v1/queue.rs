//! Messages in the queue, and what operators do with them: `/v1/queue`.

use gantry_core::{DeadLetterId, FlowName, JobId, MessageId, TargetName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{DeadLetter, ErrorClass, form, object};

/// Which messages in the queue to select. All given fields must match; without any, all are selected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct QueueFilter {
    /// Of this flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::FlowName>)]
    #[param(value_type = Option<form::FlowName>)]
    pub flow: Option<FlowName>,
    /// Received by this source: `webhook /shop/orders`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// With this ordering key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// With this dedupe key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dedupe_key: Option<String>,
    /// With a delivery to this target that is not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::TargetName>)]
    #[param(value_type = Option<form::TargetName>)]
    pub target: Option<TargetName>,
    /// Put back into the queue by this job.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::JobId>)]
    #[param(value_type = Option<form::JobId>)]
    pub job: Option<JobId>,
    /// Queued at or after this time.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "super::filter::timestamp")]
    #[schema(value_type = Option<form::Timestamp>)]
    #[param(value_type = Option<form::Timestamp>)]
    pub since: Option<Timestamp>,
    /// Queued before this time.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "super::filter::timestamp")]
    #[schema(value_type = Option<form::Timestamp>)]
    #[param(value_type = Option<form::Timestamp>)]
    pub until: Option<Timestamp>,
}

/// Which part of the queue to return.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct QueuePart {
    /// Which messages come first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<QueueOrder>,
    /// Begin after the message with this number, for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// Most messages to return: 100 by default, at most 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

coded_enum! {
    /// The order of a list of queued messages.
    #[derive(ToSchema)]
    pub enum QueueOrder {
        /// The newest first.
        Newest => "newest",
        /// The oldest first.
        Oldest => "oldest",
    }
}

/// A message in the queue, and why it waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueuedMessage {
    /// Its number in the queue; later messages have greater ones.
    pub number: u64,
    /// Its id.
    #[schema(value_type = form::MessageId)]
    pub id: MessageId,
    /// Its flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// The source that received it.
    pub source: String,
    /// Its ordering key.
    pub key: Option<String>,
    /// The key by which duplicates are recognised.
    pub dedupe_key: Option<String>,
    /// When it was accepted.
    #[schema(value_type = form::Timestamp)]
    pub received_at: Timestamp,
    /// When it was queued: accepted, replayed or moved.
    #[schema(value_type = form::Timestamp)]
    pub queued_at: Timestamp,
    /// Its bytes on disk.
    pub bytes: u64,
    /// The dead letter that it is a replay of.
    #[schema(value_type = Option<form::DeadLetterId>)]
    pub replay: Option<DeadLetterId>,
    /// Which run of the plugins comes next, from 1.
    pub run: u32,
    /// Its deliveries; empty until the plugins have run.
    pub deliveries: Vec<QueuedDelivery>,
    /// What it waits for.
    pub wait: Wait,
}

/// A delivery of a message in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueuedDelivery {
    /// Its place among the message's outputs, from 0.
    pub position: u32,
    /// The target.
    #[schema(value_type = form::TargetName)]
    pub target: TargetName,
    /// Whether it is done.
    pub state: DeliveryState,
    /// How many attempts were made.
    pub attempts: u32,
    /// When the next attempt is due; 0 means at once.
    #[schema(value_type = form::Timestamp)]
    pub not_before: Timestamp,
    /// The status of the last attempt, if it got an answer.
    pub status: Option<u16>,
    /// Why the last attempt failed.
    pub error: Option<ErrorClass>,
}

coded_enum! {
    /// The state of a delivery.
    #[derive(ToSchema)]
    pub enum DeliveryState {
        /// Still to be attempted.
        Pending => "pending",
        /// The target has it.
        Delivered => "delivered",
        /// Given up; it becomes a dead letter when the message ends.
        Dead => "dead",
    }
}

/// What a message waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Wait {
    /// The kind.
    pub reason: WaitReason,
    /// The same in a sentence.
    pub text: String,
    /// Until when at most, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Timestamp>)]
    pub until: Option<Timestamp>,
    /// The target that holds it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::TargetName>)]
    pub target: Option<TargetName>,
    /// The message that goes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::MessageId>)]
    pub message: Option<MessageId>,
    /// The dead letters that block its key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<form::DeadLetterId>)]
    pub dead_letters: Vec<DeadLetterId>,
    /// The command to go on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

coded_enum! {
    /// Why a message waits.
    #[derive(ToSchema)]
    pub enum WaitReason {
        /// It is being processed at this moment.
        InProgress => "in_progress",
        /// Its flow, or the host, has as many dead letters as it may have.
        DeadLettersFull => "dead_letters_full",
        /// It is in line.
        InLine => "in_line",
        /// An earlier message with its key is not done.
        BehindMessage => "behind_message",
        /// A dead letter blocks its key.
        BehindDeadLetter => "behind_dead_letter",
        /// An attempt failed, and the next is not due yet.
        Retry => "retry",
        /// A plugin asked for another run, which is not due yet.
        RunAgain => "run_again",
        /// Somebody paused its target.
        TargetPaused => "target_paused",
        /// Its target is disabled.
        TargetDisabled => "target_disabled",
        /// Its target refuses every delivery.
        TargetRefuses => "target_refuses",
        /// Its target throttles.
        TargetThrottles => "target_throttles",
        /// The breaker of its target is open.
        BreakerOpen => "breaker_open",
        /// The retry budget of its target is spent.
        RetryBudget => "retry_budget",
        /// Its target has as many deliveries as it may have at once.
        TargetBusy => "target_busy",
        /// Its flow can't run.
        FlowBroken => "flow_broken",
        /// No flow of this name is in force.
        FlowMissing => "flow_missing",
        /// No host runs.
        HostStopped => "host_stopped",
    }
}

/// Messages in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueList {
    /// The messages.
    pub messages: Vec<QueuedMessage>,
    /// The number after which the next page begins; none if this is the last.
    pub next: Option<u64>,
}

/// How many messages in the queue pass a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueCount {
    /// How many.
    pub messages: u64,
}

/// Messages in the queue, as the dead letters that they would be if they were withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueExport {
    /// The dead letters.
    pub dead_letters: Vec<DeadLetter>,
    /// The number after which the next page begins; none if this is the last.
    pub next: Option<u64>,
}

/// Messages to withdraw or discard. One request takes at most 10,000; `next` in the answer is `after` of the following one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueChangeRequest {
    /// Only these; empty: all that pass the filter.
    #[serde(default)]
    #[schema(value_type = Vec<form::MessageId>)]
    pub messages: Vec<MessageId>,
    /// Which messages.
    #[serde(default, deserialize_with = "object::deserialize")]
    pub filter: QueueFilter,
    /// Begin after the message with this number.
    #[serde(default)]
    pub after: Option<u64>,
    /// Who makes the request.
    #[serde(default)]
    pub by: String,
    /// Why; required.
    #[serde(default)]
    pub reason: String,
}

/// Messages to move to another flow. One request takes at most 10,000; `next` in the answer is `after` of the following one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueMoveRequest {
    /// The flow that gets them.
    #[schema(value_type = form::FlowName)]
    pub to: FlowName,
    /// Only these; empty: all that pass the filter.
    #[serde(default)]
    #[schema(value_type = Vec<form::MessageId>)]
    pub messages: Vec<MessageId>,
    /// Which messages.
    #[serde(default, deserialize_with = "object::deserialize")]
    pub filter: QueueFilter,
    /// Begin after the message with this number.
    #[serde(default)]
    pub after: Option<u64>,
    /// Who makes the request.
    #[serde(default)]
    pub by: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// What became of the messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueChange {
    /// How many were withdrawn, discarded or moved.
    pub changed: u64,
    /// How many stay as they are.
    pub stay: u64,
    /// Those that stay, and why; the first hundred.
    pub stayed: Vec<Stayed>,
    /// The number after which to go on; none if there are no more.
    pub next: Option<u64>,
}

/// A message that stays in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stayed {
    /// The message.
    #[schema(value_type = form::MessageId)]
    pub message: MessageId,
    /// Why it stays.
    pub reason: StayReason,
}

coded_enum! {
    /// Why a message stays in the queue.
    #[derive(ToSchema)]
    pub enum StayReason {
        /// It is being processed at this moment.
        InProgress => "in_progress",
        /// It is the replay of a dead letter, which belongs to its flow; withdraw it instead.
        Replay => "replay",
        /// A target of its flow already has a part of it; withdraw it instead.
        PartlyDelivered => "partly_delivered",
        /// The other flow has a message with the same dedupe value.
        Duplicate => "duplicate",
    }
}
