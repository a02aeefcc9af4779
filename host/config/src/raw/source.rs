//! Sources as typed.

use schemars::JsonSchema;
use serde::Deserialize;

use super::text::{DurationText, NameText, PathText, PointerText, SecretText, SizeText};
use crate::at::At;

/// Where messages come in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SourceChoice {
    /// HTTP POST to the host.
    Webhook(WebhookTable),
    /// Files dropped into a directory.
    Files(FilesTable),
    /// What happens to the host: dead letters, breakers, targets, queues, the disk, deployments.
    HostEvents(HostEventsTable),
}

/// An HTTP endpoint that takes messages in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookTable {
    /// Path on the host's intake listener; unique in the host.
    #[schemars(required, extend("examples" = ["/shop/orders"]))]
    pub(crate) path: Option<At<String>>,
    /// How a sender proves itself. `"none"` lets anyone send and must be said.
    #[schemars(required)]
    pub(crate) verify: Option<At<VerifyChoice>>,
    /// Longest body; a longer one is refused with status 413.
    #[schemars(extend("default" = "1MiB"))]
    pub(crate) max_bytes: Option<At<SizeText>>,
    /// Longest time from the first header to the last byte of the body; then status 408.
    #[schemars(extend("default" = "10s"))]
    pub(crate) timeout: Option<At<DurationText>>,
    /// Where the ordering key is found. Without it, messages have no order.
    pub(crate) key: Option<At<ValueFromChoice>>,
    /// How duplicates are recognised. Without it, none are.
    pub(crate) dedupe: Option<At<DedupeTable>>,
    /// What the header `Idempotency-Key` means. Without it, nothing.
    pub(crate) idempotency_key: Option<IdempotencyKeyTable>,
    /// A JSON Schema that messages are held to. One that breaks it is a dead letter at once.
    pub(crate) schema: Option<At<PathText>>,
    /// Request headers kept with the message, beside `content-type`; never credentials or signatures.
    pub(crate) keep_headers: Option<Vec<At<String>>>,
}

/// How a sender proves itself. Several secrets allow rotation: any one of them is accepted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerifyChoice {
    /// Anyone may send; only sensible behind something that authenticates.
    None,
    /// `webhook-id`, `webhook-timestamp` and `webhook-signature` as standardwebhooks.com specifies.
    StandardWebhooks(StandardWebhooksTable),
    /// `X-Hub-Signature-256: sha256=<hex>`.
    Github(SecretsTable),
    /// `X-Shopify-Hmac-SHA256: <base64>`.
    Shopify(SecretsTable),
    /// `Authorization: Bearer <token>`.
    Bearer(TokensTable),
}

/// Verification after Standard Webhooks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StandardWebhooksTable {
    /// References to secrets, each `whsec_…` or bare base64.
    #[schemars(required, length(min = 1))]
    pub(crate) secrets: Option<At<Vec<At<SecretText>>>>,
    /// How far the timestamp may be from now.
    #[schemars(extend("default" = "5m"))]
    pub(crate) tolerance: Option<At<DurationText>>,
}

/// Secrets shared with the sender.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecretsTable {
    /// References to the shared secrets.
    #[schemars(required, length(min = 1))]
    pub(crate) secrets: Option<At<Vec<At<SecretText>>>>,
}

/// Tokens the sender may show.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokensTable {
    /// References to the accepted tokens.
    #[schemars(required, length(min = 1))]
    pub(crate) tokens: Option<At<Vec<At<SecretText>>>>,
}

/// Where in a message a value is found.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ValueFromChoice {
    /// JSON Pointer into the payload.
    Pointer(PointerText),
    /// Name of a header.
    Header(String),
}

/// How duplicates are recognised: by exactly one of `pointer` and `header`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DedupeTable {
    /// JSON Pointer into the payload to what makes two messages the same.
    pub(crate) pointer: Option<At<PointerText>>,
    /// Name of the header that makes two messages the same.
    pub(crate) header: Option<At<String>>,
    /// How long a value is remembered.
    #[schemars(extend("default" = "24h"))]
    pub(crate) window: Option<At<DurationText>>,
}

/// The header `Idempotency-Key`: a request that is sent again gets the answer of the first one.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdempotencyKeyTable {
    /// True: a request without it is refused with status 400.
    #[schemars(extend("default" = true))]
    pub(crate) required: Option<bool>,
    /// How long a key is remembered.
    #[schemars(extend("default" = "24h"))]
    pub(crate) window: Option<At<DurationText>>,
}

/// A directory watched for files.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilesTable {
    /// The directory; made at start if absent.
    #[schemars(required)]
    pub(crate) directory: Option<At<PathText>>,
    /// How a file splits into messages.
    #[schemars(required)]
    pub(crate) format: Option<At<FormatChoice>>,
    /// Which file names count, with `*` and `?`. Unless given, `*.csv`, `*.json` or `*.ndjson` after the format.
    pub(crate) pattern: Option<At<String>>,
    /// How a CSV file is written; only with `format = "csv"`.
    pub(crate) csv: Option<At<CsvTable>>,
    /// Where a finished file goes. Unless given, `done` in the directory.
    pub(crate) done: Option<At<PathText>>,
    /// Where a file goes that can't be read, with a `.error.txt` beside it. Unless given, `failed` in the directory.
    pub(crate) failed: Option<At<PathText>>,
    /// How often the directory is looked at, beside the system's notifications.
    #[schemars(extend("default" = "2s"))]
    pub(crate) poll: Option<At<DurationText>>,
    /// Longest single record.
    #[schemars(extend("default" = "1MiB"))]
    pub(crate) max_bytes: Option<At<SizeText>>,
    /// Where the ordering key is found. Without it, messages have no order.
    pub(crate) key: Option<At<ValueFromChoice>>,
    /// How duplicates are recognised. Without it, only whole files are.
    pub(crate) dedupe: Option<At<DedupeTable>>,
    /// A JSON Schema that messages are held to. One that breaks it is a dead letter at once.
    pub(crate) schema: Option<At<PathText>>,
}

/// How a file splits into messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FormatChoice {
    /// One JSON object per row, values as strings, named by the header row.
    Csv,
    /// One message per element of the top-level array; a single message for anything else.
    Json,
    /// One message per line.
    Ndjson,
}

/// How a CSV file is written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CsvTable {
    /// Between fields: one ASCII character.
    #[schemars(extend("default" = ","))]
    pub(crate) delimiter: Option<At<String>>,
    /// Rows that follow one another and agree in this column become one message
    /// `{"<column>": …, "rows": [ … ]}`: orders with their lines. Unless given, each row is a message.
    pub(crate) group_by: Option<At<String>>,
}

/// What happens to the host, as messages.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HostEventsTable {
    /// Which events; all unless given.
    #[schemars(length(min = 1))]
    pub(crate) events: Option<Vec<At<EventChoice>>>,
    /// Events of these flows, beside those of the host as a whole; of all unless given. Flows that take host events
    /// themselves are never among them.
    #[schemars(length(min = 1))]
    pub(crate) flows: Option<Vec<At<NameText>>>,
}

/// A kind of event.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EventChoice {
    /// A message, or one of its deliveries, was given up.
    DeadLettered,
    /// Too many attempts at a target fail: none is made for a while.
    BreakerOpened,
    /// Attempts are made again.
    BreakerClosed,
    /// Nothing is sent to a target for now.
    TargetPaused,
    /// A target gets messages again.
    TargetResumed,
    /// Nothing is sent to a target until somebody enables it.
    TargetDisabled,
    /// Another plugin version serves a step, or was refused, or was taken back.
    DeploymentEnded,
    /// The oldest message of a flow is older than `queue_age`.
    QueueDelayed,
    /// No message of a flow is older than half of `queue_age` any more.
    QueueRecovered,
    /// Less disk is free than the reserve.
    DiskLow,
    /// More disk is free than the reserve again.
    DiskRecovered,
    /// The host begins its work.
    HostStarted,
    /// Events were told faster than they could be written down.
    EventsMissed,
}
