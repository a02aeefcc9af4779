//! `[source.webhook]` as typed.

use gantry_config::table::{At, DedupeTable, DurationText, PathText, SizeText, ValueFromChoice};
use schemars::JsonSchema;
use serde::Deserialize;

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
    /// A JSON Schema that messages are held to. One that breaks it is a dead letter at once.
    pub(super) schema: Option<At<PathText>>,
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
