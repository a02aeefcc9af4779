//! A message as operators see it: its content, state and history.
//!
//! `GET /v1/messages/{id}` returns a [`History`]; dead letters contain the same parts.

use bytes::Bytes;
use gantry_core::{DeadLetterId, Digest, FlowName, MessageId, TargetName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Wait, form};

/// Header names in lower case with their values; a name may repeat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Headers(pub Vec<(String, String)>);

/// One unit of data in a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// The id; the same across retries, replays and restarts.
    #[schema(value_type = form::MessageId)]
    pub id: MessageId,
    /// Messages of one flow that share a key are delivered in order; none: without an order.
    pub key: Option<String>,
    /// Media type of the payload.
    pub content_type: String,
    /// The headers from the source, without credentials.
    pub headers: Headers,
    /// The time that the source states for the event, or else the time of arrival.
    #[schema(value_type = form::Timestamp)]
    pub event_time: Timestamp,
    /// The data, exactly as received.
    #[serde(with = "gantry_core::payload")]
    #[schema(value_type = form::Payload)]
    pub payload: Bytes,
}

/// What happened to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// The message.
    #[schema(value_type = form::MessageId)]
    pub id: MessageId,
    /// The flow.
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
    /// Its state.
    pub state: MessageState,
    /// Why it waits, if it is in the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineEntry>,
}

coded_enum! {
    /// The state of a message.
    #[derive(ToSchema)]
    pub enum MessageState {
        /// Waiting, in progress or between two attempts.
        Queued => "queued",
        /// Every delivery reached its target.
        Delivered => "delivered",
        /// Deliberately not passed on.
        Skipped => "skipped",
        /// At least one delivery, or the message itself, is a dead letter.
        DeadLettered => "dead_lettered",
    }
}

/// One thing that happened to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// When.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// What.
    pub event: Event,
}

/// What can happen to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Event {
    /// It was accepted and is on disk.
    Received,
    /// The plugins ran and emitted this many messages.
    Transformed {
        /// How many outputs.
        outputs: u32,
        /// The components, in the order of the steps.
        #[schema(value_type = Vec<form::Digest>)]
        plugins: Vec<Digest>,
    },
    /// A plugin asked for a retry, or faulted in a way that may be temporary.
    Postponed {
        /// The code.
        code: String,
        /// When the retry is due.
        #[schema(value_type = form::Timestamp)]
        until: Timestamp,
    },
    /// A plugin logged a line about the message.
    Logged {
        /// The step.
        step: String,
        /// How important it is.
        level: LogLevel,
        /// The text and its fields.
        text: String,
    },
    /// One attempt at a delivery.
    Attempted {
        /// The position of the delivery, from 0.
        position: u32,
        /// The target.
        #[schema(value_type = form::TargetName)]
        target: TargetName,
        /// The status code, if there was an answer.
        status: Option<u16>,
        /// Why it failed; none if it was delivered.
        error: Option<ErrorClass>,
        /// Milliseconds until the result.
        latency_ms: u64,
        /// When the next attempt is due, if there is one.
        #[schema(value_type = Option<form::Timestamp>)]
        retry_at: Option<Timestamp>,
        /// The beginning of the answer of a target that accepted it, after the headers by which the target knows it; empty
        /// for a failure.
        #[serde(default)]
        answer: String,
    },
    /// Deliberately not passed on.
    Skipped {
        /// The code.
        code: String,
    },
    /// The message, or one delivery, became a dead letter.
    DeadLettered {
        /// The dead letter.
        #[schema(value_type = form::DeadLetterId)]
        dead_letter: DeadLetterId,
        /// The reason's code.
        code: String,
    },
    /// It takes the place of a message that had become a dead letter: the sender has sent it again.
    Supersedes {
        /// The message before.
        #[schema(value_type = form::MessageId)]
        message: MessageId,
    },
    /// Another message took its place.
    Superseded {
        /// That message.
        #[schema(value_type = form::MessageId)]
        by: MessageId,
    },
    /// An operator discarded one of its dead letters.
    Discarded {
        /// Which.
        #[schema(value_type = form::DeadLetterId)]
        dead_letter: DeadLetterId,
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// An operator took it out of the queue.
    Withdrawn {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// An operator gave it to another flow.
    Moved {
        /// The flow before.
        #[schema(value_type = form::FlowName)]
        from: FlowName,
        /// The flow that it belongs to since.
        #[schema(value_type = form::FlowName)]
        to: FlowName,
        /// Who.
        by: String,
    },
    /// An operator replayed it.
    Replayed {
        /// The dead letter.
        #[schema(value_type = form::DeadLetterId)]
        dead_letter: DeadLetterId,
        /// Who started the replay, if known.
        by: String,
        /// Whether the payload was edited.
        edited: bool,
    },
}

/// One attempt at a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// When it began.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Milliseconds from the first byte sent to the result.
    pub latency_ms: u64,
    /// The target's status code, if it answered.
    pub status: Option<u16>,
    /// Why it failed; none if it succeeded.
    pub error: Option<ErrorClass>,
    /// The beginning of the target's answer, or the error as text; without secrets.
    pub excerpt: String,
    /// What a failed answer says, with `*` for what differs from message to message; none if it says nothing, or succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

coded_enum! {
    /// How important a plugin's log line is.
    #[derive(ToSchema)]
    pub enum LogLevel {
        /// Useful for finding a fault.
        Debug => "debug",
        /// Worth knowing.
        Info => "info",
        /// Unexpected, but dealt with.
        Warn => "warn",
        /// Somebody has to act.
        Error => "error",
    }
}

coded_enum! {
    /// Why an attempt failed, as needed for a retry decision.
    #[derive(Hash, ToSchema)]
    pub enum ErrorClass {
        /// No connection, or it was interrupted.
        Network => "network",
        /// No answer in time.
        Timeout => "timeout",
        /// 429: the target asks for fewer requests.
        Throttled => "throttled",
        /// 5xx, 408 or 425: the target has a problem.
        Unavailable => "unavailable",
        /// 401 or 403: the target refuses the host's credentials, or this message.
        Unauthorized => "unauthorized",
        /// The target has no space left; the message is not the cause.
        NoSpace => "no_space",
        /// A redirect, which is never followed.
        Redirected => "redirected",
        /// A delivery of the same message that comes before this one was given up; nothing was sent.
        PredecessorFailed => "predecessor_failed",
        /// Any other status or error: a retry can't help.
        Permanent => "permanent",
        /// No request can be made from this delivery; nothing was sent.
        Unsendable => "unsendable",
    }
}
