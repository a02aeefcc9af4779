//! A message's timeline: what happened to it and when, from intake to its end. `gantry message show` prints it.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::delivery::ErrorClass;
use crate::id::{DeadLetterId, Digest, FlowName, MessageId, TargetName};

/// One thing that happened to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
}

/// What can happen to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Event {
    /// On disk, in the host's custody.
    Received,
    /// The plugins ran and emitted this many messages.
    Transformed {
        /// How many outputs.
        outputs: u32,
        /// The components, in the order of the steps.
        plugins: Vec<Digest>,
    },
    /// A plugin logged a line about it.
    Logged {
        /// The step.
        step: String,
        /// How important it is.
        level: LogLevel,
        /// The text and its fields, escaped and cut.
        text: String,
    },
    /// A plugin asked for another run, or faulted in a way that may pass.
    Postponed {
        /// The fault's code.
        code: String,
        /// When the next run is due.
        until: Timestamp,
    },
    /// One try at a target.
    Attempted {
        /// Which delivery, from 0.
        position: u32,
        /// Where to.
        target: TargetName,
        /// The answer's status, where there was one.
        status: Option<u16>,
        /// None: delivered.
        error: Option<ErrorClass>,
        /// Milliseconds until the verdict.
        latency_ms: u64,
        /// When the next attempt is due, where there will be one.
        retry_at: Option<Timestamp>,
        /// The beginning of what the target answered, with the ids by which it knows the delivery. Kept of successes;
        /// of failures, the dead letter has it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        answer: String,
    },
    /// Deliberately not passed on.
    Skipped {
        /// The fault's code.
        code: String,
    },
    /// Given up, in whole or for one delivery.
    DeadLettered {
        /// Which dead letter.
        #[serde(rename = "letter")]
        dead_letter: DeadLetterId,
        /// The reason's code.
        code: String,
    },
    /// It takes the place of a message that had become a dead letter: the sender has sent it again.
    Supersedes {
        /// The message before.
        message: MessageId,
    },
    /// Another message took its place.
    Superseded {
        /// That message.
        by: MessageId,
    },
    /// An operator gave up one of its dead letters.
    Discarded {
        /// Which.
        dead_letter: DeadLetterId,
        /// Who, as far as known.
        by: String,
        /// Why.
        reason: String,
    },
    /// An operator took it out of the queue.
    Withdrawn {
        /// Who, as far as known.
        by: String,
        /// Why.
        reason: String,
    },
    /// Given to another flow.
    Moved {
        /// The flow before.
        from: FlowName,
        /// The flow that it belongs to since.
        to: FlowName,
        /// Who asked, as far as known.
        by: String,
    },
    /// Put back to work by an operator.
    Replayed {
        /// Which dead letter.
        #[serde(rename = "letter")]
        dead_letter: DeadLetterId,
        /// Who asked, as far as known.
        by: String,
        /// True when the payload was edited first.
        edited: bool,
    },
}

impl Event {
    /// How important it is, if it is a line that a plugin logged.
    #[must_use]
    pub const fn log_level(&self) -> Option<LogLevel> {
        match self {
            Self::Logged { level, .. } => Some(*level),
            _ => None,
        }
    }
}

crate::coded_enum! {
    /// How important a plugin's log line is.
    #[derive(PartialOrd, Ord)]
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

/// Where a message stands as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// Waiting, running or between two attempts.
    Queued,
    /// Every delivery reached its target.
    Delivered,
    /// Deliberately not passed on.
    Skipped,
    /// At least one delivery, or the message itself, is a dead letter.
    DeadLettered,
}

impl MessageState {
    /// The state as metrics, commands and reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Delivered => "delivered",
            Self::Skipped => "skipped",
            Self::DeadLettered => "dead_lettered",
        }
    }
}

/// What is kept of a message: the answer to "what happened to it?"
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The message.
    pub id: MessageId,
    /// Its flow.
    pub flow: FlowName,
    /// Where it came in.
    pub source: String,
    /// Its ordering key.
    pub key: Option<String>,
    /// What duplicates of it are recognised by.
    pub dedupe_key: Option<String>,
    /// When it was taken into custody.
    pub received_at: Timestamp,
    /// Where it stands.
    pub state: MessageState,
    /// Oldest first.
    #[serde(rename = "trail")]
    pub timeline: Vec<TimelineEntry>,
}
