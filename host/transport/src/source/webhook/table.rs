//! `[source.webhook]` as typed.

use gantry_config::table::{At, DedupeTable, DurationText, PathText, PointerText, SizeText, ValueFromChoice};
use schemars::JsonSchema;
use serde::Deserialize;

use super::form::Form;
use super::verify::VerifyChoice;

/// An HTTP endpoint that takes messages in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookTable {
    /// Path on the host's intake listener; unique in the host.
    #[schemars(required, extend("examples" = ["/shop/orders"]))]
    pub(super) path: Option<At<String>>,
    /// How a sender proves itself. `"none"` lets anyone send and must be said.
    #[schemars(required)]
    pub(super) verify: Option<At<VerifyChoice>>,
    /// Longest body; a longer one is refused with status 413.
    #[schemars(extend("default" = "1MiB"))]
    pub(super) max_bytes: Option<At<SizeText>>,
    /// Longest time from the first header to the last byte of the body; then status 408.
    #[schemars(extend("default" = "10s"))]
    pub(super) timeout: Option<At<DurationText>>,
    /// Where the ordering key is found. Without it, messages have no order.
    pub(super) key: Option<At<ValueFromChoice>>,
    /// How duplicates are recognised. Without it, none are.
    pub(super) dedupe: Option<At<DedupeTable>>,
    /// What the header `Idempotency-Key` means. Without it, nothing.
    pub(super) idempotency_key: Option<IdempotencyKeyTable>,
    /// True: a request with the same signature as one before is taken as a new message. Otherwise it is a duplicate, for 24
    /// hours or as long as its timestamp is accepted: somebody may have recorded it.
    #[schemars(extend("default" = false))]
    pub(super) accept_replays: Option<bool>,
    /// A JSON Schema that messages are held to. One that breaks it is a dead letter at once.
    pub(super) schema: Option<At<PathText>>,
    /// Media type of all messages, whatever the sender says. If it is one of JSON, a body that isn't JSON is refused with
    /// status 400. Unless given, the sender's `Content-Type` counts.
    #[schemars(extend("examples" = ["application/json"]))]
    pub(super) content_type: Option<At<String>>,
    /// How forms (`application/x-www-form-urlencoded`) are unwrapped. Without it, a form is a message as it is; where the
    /// flow reads JSON, it is refused with status 415.
    pub(super) form: Option<FormChoice>,
    /// Takes arrays of JSON apart: each item becomes a message, and all are accepted together or none. Without it, a body
    /// is one message.
    pub(super) split: Option<At<SplitTable>>,
    /// Request headers kept with the message, beside `content-type`; never credentials or signatures.
    pub(super) keep_headers: Option<Vec<At<String>>>,
}

/// The header `Idempotency-Key`: a request that is sent again gets the answer of the first one.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IdempotencyKeyTable {
    /// True: a request without it is refused with status 400.
    #[schemars(extend("default" = true))]
    pub(super) required: Option<bool>,
    /// How long a key is remembered.
    #[schemars(extend("default" = "24h"))]
    pub(super) window: Option<At<DurationText>>,
}

/// How forms are unwrapped.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum FormChoice {
    /// The message is the text of this field, as with GitHub and Slack: `payload`.
    Field(String),
    /// The message is a JSON object with all fields as texts. A field that is there several times is an array.
    Fields,
}

impl From<FormChoice> for Form {
    fn from(choice: FormChoice) -> Self {
        match choice {
            FormChoice::Field(name) => Self::Field(name),
            FormChoice::Fields => Self::Fields,
        }
    }
}

/// Takes arrays apart.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SplitTable {
    /// JSON Pointer to the array. Unless given, the whole body is the array; an object then is one message.
    pub(super) pointer: Option<At<PointerText>>,
    /// Most items of one array, 1000 unless given; a longer one is refused with status 413.
    #[schemars(range(min = 1, max = 10_000))]
    pub(super) max_messages: Option<u32>,
}
