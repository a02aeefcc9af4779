//! A message as operators see it: what came in, where it stands, and everything that happened to it.
//!
//! `GET /v1/messages/{id}` answers a [`History`]; dead letters hold the same parts.

use bytes::Bytes;
use gantry_core::{DeadLetterId, Digest, FlowName, MessageId, TargetName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::form;

/// Header names in lower case with their values; a name may repeat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Headers(pub Vec<(String, String)>);

/// One unit of data on its way through a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// Stable across retries, replays and restarts.
    #[schema(value_type = form::MessageId)]
    pub id: MessageId,
    /// Messages of one flow that share a key are delivered in order; none means no order is asked for.
    pub key: Option<String>,
    /// Media type of the payload.
    pub content_type: String,
    /// What the source sent along, without credentials.
    pub headers: Headers,
    /// When it happened, as the source states it; else the time of arrival.
    #[schema(value_type = form::Timestamp)]
    pub event_time: Timestamp,
    /// The data, byte for byte as received.
    #[serde(with = "gantry_core::payload")]
    #[schema(value_type = form::Payload)]
    pub payload: Bytes,
}

/// What is kept of a message: the answer to "what happened to it?"
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// The message.
    #[schema(value_type = form::MessageId)]
    pub id: MessageId,
    /// Its flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// Where it came in.
    pub source: String,
    /// Its ordering key.
    pub key: Option<String>,
    /// What duplicates of it are recognised by.
    pub dedupe_key: Option<String>,
    /// When it was taken into custody.
    #[schema(value_type = form::Timestamp)]
    pub received_at: Timestamp,
    /// Where it stands.
    pub state: MessageState,
    /// Oldest first.
    pub trail: Vec<TimelineEntry>,
}

coded_enum! {
    /// Where a message stands as a whole.
    #[derive(ToSchema)]
    pub enum MessageState {
        /// Waiting, running or between two attempts.
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
    /// On disk, in the host's custody.
    Received,
    /// The plugins ran and emitted this many messages.
    Transformed {
        /// How many outputs.
        outputs: u32,
        /// The components, in the order of the steps.
        #[schema(value_type = Vec<form::Digest>)]
        plugins: Vec<Digest>,
    },
    /// A plugin asked for another run, or faulted in a way that may pass.
    Postponed {
        /// The fault's code.
        code: String,
        /// When the next run is due.
        #[schema(value_type = form::Timestamp)]
        until: Timestamp,
    },
    /// One try at a target.
    Attempted {
        /// Which delivery, from 0.
        position: u32,
        /// Where to.
        #[schema(value_type = form::TargetName)]
        target: TargetName,
        /// The answer's status, where there was one.
        status: Option<u16>,
        /// None: delivered.
        error: Option<ErrorClass>,
        /// Milliseconds until the verdict.
        latency_ms: u64,
        /// When the next attempt is due, where there will be one.
        #[schema(value_type = Option<form::Timestamp>)]
        retry_at: Option<Timestamp>,
    },
    /// Deliberately not passed on.
    Skipped {
        /// The fault's code.
        code: String,
    },
    /// Given up, in whole or for one delivery.
    DeadLettered {
        /// Which letter.
        #[schema(value_type = form::DeadLetterId)]
        letter: DeadLetterId,
        /// The reason's code.
        code: String,
    },
    /// Put back to work by an operator.
    Replayed {
        /// Which letter.
        #[schema(value_type = form::DeadLetterId)]
        letter: DeadLetterId,
        /// Who asked, as far as known.
        by: String,
        /// True when the payload was edited first.
        edited: bool,
    },
}

/// One try at a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// When it began.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// From the first byte sent to the verdict, in milliseconds.
    pub latency_ms: u64,
    /// The target's status code, where it gave one.
    pub status: Option<u16>,
    /// None: it succeeded.
    pub error: Option<ErrorClass>,
    /// The beginning of what the target answered, or the error as text; no secrets.
    pub excerpt: String,
}

coded_enum! {
    /// Why an attempt failed: the part a retry decision needs.
    #[derive(Hash, ToSchema)]
    pub enum ErrorClass {
        /// No connection, or it broke.
        Network => "network",
        /// No answer in time.
        Timeout => "timeout",
        /// 429: the target asks for less.
        Throttled => "throttled",
        /// 5xx, 408 or 425: the target's trouble.
        Unavailable => "unavailable",
        /// 401 or 403: the host's credentials are refused; no message is at fault.
        Unauthorized => "unauthorized",
        /// The target has no space left; no message is at fault.
        NoSpace => "no_space",
        /// A redirect, which is never followed.
        Redirected => "redirected",
        /// Any other status or error: trying the same again can't help.
        Permanent => "permanent",
    }
}
