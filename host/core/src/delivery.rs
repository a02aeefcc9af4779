//! A delivery: one emitted message on its way to one target, with every attempt made so far.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::headers::Headers;
use crate::id::{MessageId, TargetName};
use crate::outcome::Output;

/// The first attempts, which keep the text of their answer however many follow.
const FIRST_WITH_TEXT: usize = 5;

/// The latest attempts, which keep it as well.
const LATEST_WITH_TEXT: usize = 20;

/// One emitted message on its way to one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Place among the message's outputs, from 0.
    pub position: u32,
    /// Where it goes.
    pub target: TargetName,
    /// The same for every attempt, restart and replay: by it a target can recognise a repetition.
    pub idempotency_key: String,
    /// Key of the emitted message.
    pub key: Option<String>,
    /// Media type of the payload.
    pub content_type: String,
    /// Sent along.
    pub headers: Headers,
    /// What is sent; it never changes after the plugins have run.
    #[serde(with = "crate::payload")]
    pub payload: Bytes,
    /// Whether it is done.
    pub state: DeliveryState,
    /// The attempts of this run, oldest first; a replay starts its schedule afresh.
    pub attempts: Vec<Attempt>,
    /// Not to be attempted before this moment; the epoch means at once.
    pub not_before: Timestamp,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Still to be attempted.
    Pending,
    /// The target has it.
    Delivered,
    /// Given up; there is a dead letter.
    Dead,
}

/// One try at a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// From the first byte sent to the verdict, in milliseconds.
    pub latency_ms: u64,
    /// The target's status code, where it gave one.
    pub status: Option<u16>,
    /// None: it succeeded.
    pub error: Option<ErrorClass>,
    /// The beginning of what the target answered, or the error as text; no secrets.
    pub excerpt: String,
    /// What a failed answer says, without what differs from message to message; none if it says nothing, or succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// Why an attempt failed, as far as a retry decision depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// No connection, or it broke.
    Network,
    /// No answer in time.
    Timeout,
    /// 429: the target asks for less.
    Throttled,
    /// 5xx, 408 or 425: the target can't do its work at present.
    Unavailable,
    /// 401 or 403: the target refuses the host's credentials, or this message.
    Unauthorized,
    /// The target has no space left, whatever the message.
    NoSpace,
    /// A redirect, which is never followed.
    Redirected,
    /// A delivery of the same message that comes before this one was given up; nothing was sent.
    PredecessorFailed,
    /// Any other status or error: trying the same again can't help.
    Permanent,
    /// No request can be made from this delivery; nothing was sent.
    Unsendable,
}

impl ErrorClass {
    /// Every class.
    pub const ALL: [Self; 10] = [
        Self::Network,
        Self::Timeout,
        Self::Throttled,
        Self::Unavailable,
        Self::Unauthorized,
        Self::NoSpace,
        Self::Redirected,
        Self::PredecessorFailed,
        Self::Permanent,
        Self::Unsendable,
    ];

    /// How a status code outside 2xx is to be read.
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        match status {
            429 => Self::Throttled,
            408 | 425 | 500..=599 => Self::Unavailable,
            401 | 403 => Self::Unauthorized,
            300..=399 => Self::Redirected,
            _ => Self::Permanent,
        }
    }

    /// True when the same request may succeed later.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::Network | Self::Timeout | Self::Throttled | Self::Unavailable | Self::NoSpace)
    }

    /// True when it shows that the target is in trouble, whatever the message: this is what a circuit breaker counts.
    #[must_use]
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::Network | Self::Timeout | Self::Unavailable | Self::NoSpace)
    }

    /// The class as metrics and reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Unauthorized => "unauthorized",
            Self::NoSpace => "no_space",
            Self::Redirected => "redirected",
            Self::PredecessorFailed => "predecessor_failed",
            Self::Permanent => "permanent",
            Self::Unsendable => "unsendable",
        }
    }
}

impl Delivery {
    /// The delivery that carries `output`, the `position`-th of the message with this id, to `target`.
    #[must_use]
    pub fn of(
        message: MessageId,
        message_key: Option<&str>,
        position: u32,
        target: TargetName,
        output: Output,
    ) -> Self {
        Self {
            position,
            target,
            idempotency_key: output.idempotency_key.unwrap_or_else(|| format!("{message}.{position}")),
            key: output.key.or_else(|| message_key.map(str::to_owned)),
            content_type: output.content_type,
            headers: output.headers,
            payload: output.payload,
            state: DeliveryState::Pending,
            attempts: Vec::new(),
            not_before: Timestamp::default(),
        }
    }

    /// Keeps an attempt. Of many, those in the middle lose the text of their answer.
    pub fn record(&mut self, attempt: Attempt) {
        self.attempts.push(attempt);
        let latest = self.attempts.len().saturating_sub(LATEST_WITH_TEXT);
        if latest > FIRST_WITH_TEXT {
            self.attempts[latest - 1].excerpt = String::new();
        }
    }

    /// How many attempts were made, which is what the retry schedule counts.
    #[must_use]
    pub fn attempts_made(&self) -> u32 {
        u32::try_from(self.attempts.len()).unwrap_or(u32::MAX)
    }
}

impl Attempt {
    /// How long it took.
    #[must_use]
    pub const fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_attempts_all_are_kept_and_the_first_and_the_latest_with_their_text() {
        let output = Output {
            route: None,
            key: None,
            idempotency_key: None,
            content_type: "application/json".into(),
            headers: Headers::new(),
            payload: Bytes::new(),
        };
        let mut delivery = Delivery::of(MessageId::generate(), None, 0, "erp".parse().unwrap(), output);
        for at in 0..100 {
            let error = Some(ErrorClass::Unavailable);
            delivery.record(Attempt {
                at: Timestamp(at),
                latency_ms: 1,
                status: None,
                error,
                excerpt: "busy".into(),
                kind: None,
            });
        }
        assert_eq!(delivery.attempts_made(), 100);
        let with_text: Vec<_> = delivery
            .attempts
            .iter()
            .filter(|attempt| !attempt.excerpt.is_empty())
            .map(|attempt| attempt.at.0)
            .collect();
        assert_eq!(with_text, (0..5).chain(80..100).collect::<Vec<_>>());
    }

    #[test]
    fn statuses_fall_into_the_published_classes() {
        for status in [408, 425, 429, 500, 502, 503, 504, 599] {
            assert!(ErrorClass::of_status(status).is_retryable(), "{status}");
        }
        for status in [301, 307, 400, 401, 403, 404, 409, 410, 422] {
            assert!(!ErrorClass::of_status(status).is_retryable(), "{status}");
        }
    }
}
