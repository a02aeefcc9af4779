//! What a plugin says of a message. The sandbox produces these from the guest's answer, after checking its bounds.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::headers::Headers;
use crate::id::TargetName;

/// One message to send on, as the plugin made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// A target of the flow; none means its default target.
    pub route: Option<TargetName>,
    /// None: the key of the message it came from.
    pub key: Option<String>,
    /// None: the host derives one from the message's id and the output's position.
    pub idempotency_key: Option<String>,
    /// Media type of the payload.
    pub content_type: String,
    /// Sent along to the target.
    pub headers: Headers,
    /// The data to deliver.
    #[serde(with = "crate::payload")]
    pub payload: Bytes,
}

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// JSON Pointer (RFC 6901) into the input; empty for the whole of it.
    pub path: String,
    /// Stable and countable, for instance `unknown-product`.
    pub code: String,
    /// For people.
    pub text: String,
}

impl Violation {
    /// Most violations kept of one message; how many more there were is said in [`Violation::further`].
    pub const MOST: usize = 200;
    /// Most bytes of a code. Codes are labels of metrics.
    pub const CODE_BYTES: usize = 64;
    /// Most bytes of a path.
    pub const PATH_BYTES: usize = 1 << 10;
    /// Most bytes of a text.
    pub const TEXT_BYTES: usize = 4 << 10;

    /// The one behind the last that is kept: so many more rules are broken.
    #[must_use]
    pub fn further(count: usize) -> Self {
        let text = format!("{count} more rules are broken");
        Self { path: String::new(), code: "more-violations".to_owned(), text }
    }
}

/// A reason: countable, readable, open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Stable and countable.
    pub code: String,
    /// For people.
    pub text: String,
    /// Names and values beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<(String, String)>,
}

impl Fault {
    /// A fault without details.
    pub fn new(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into(), details: Vec::new() }
    }
}

/// What becomes of one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Send these on; an empty list counts as a skip.
    Emit(Vec<Output>),
    /// Deliberately not passed on; counted, never a dead letter.
    Skip(Fault),
    /// The data breaks rules: dead letter at once.
    Invalid(Vec<Violation>),
    /// Try the same message again, after this long or when the flow's policy says.
    Retry {
        /// Why.
        fault: Fault,
        /// None: the flow's retry policy decides.
        after: Option<Duration>,
    },
    /// This message can never be processed: dead letter at once.
    Reject(Fault),
}

impl Outcome {
    /// The outcome's name as the contract spells it; for metrics and traces.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Emit(_) => "emit",
            Self::Skip(_) => "skip",
            Self::Invalid(_) => "invalid",
            Self::Retry { .. } => "retry",
            Self::Reject(_) => "reject",
        }
    }
}
