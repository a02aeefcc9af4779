//! Targets as typed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::patience::{BreakerTable, TargetRetryTable};
use super::text::{DurationText, PathText, SecretText};
use crate::at::At;

/// Where messages go.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TargetChoice {
    /// One HTTP request per delivery.
    Http(Box<HttpTable>),
    /// One line of NDJSON per delivery.
    File(Box<FileTable>),
}

/// An HTTP endpoint messages are sent to. Redirects are never followed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HttpTable {
    /// Where to. Behind the host name it may hold `{id}`, `{key}`, `{idempotency_key}`, `{header:NAME}` and
    /// `{/json/pointer}`; values are percent-encoded.
    #[schemars(required, extend("examples" = ["https://erp.example.com/orders/{key}"]))]
    pub(crate) url: Option<At<String>>,
    /// The request's method.
    #[schemars(extend("default" = "POST"))]
    pub(crate) method: Option<MethodChoice>,
    /// Sent with each request; no secrets here.
    pub(crate) headers: Option<BTreeMap<At<String>, At<String>>>,
    /// How the host proves itself. Without it, not at all.
    pub(crate) auth: Option<At<AuthChoice>>,
    /// From sending to the last byte of the answer.
    #[schemars(extend("default" = "10s"))]
    pub(crate) timeout: Option<At<DurationText>>,
    /// Until the connection stands.
    #[schemars(extend("default" = "3s"))]
    pub(crate) connect_timeout: Option<At<DurationText>>,
    /// Header that carries the idempotency key.
    #[schemars(extend("default" = "idempotency-key"))]
    pub(crate) idempotency_header: Option<At<String>>,
    /// Deliveries under way at once.
    #[schemars(range(min = 1, max = 1024), extend("default" = 16))]
    pub(crate) concurrency: Option<u32>,
    /// A JSON Schema that what is sent here is held to. A message that would break it is a dead letter at once, and
    /// nothing of it is sent.
    pub(crate) schema: Option<At<PathText>>,
    /// How a failed delivery is tried again.
    pub(crate) retry: Option<TargetRetryTable>,
    /// When the target is spared altogether.
    pub(crate) breaker: Option<BreakerTable>,
    /// Whether outputs without a route go here. The only target of a flow is the default anyway.
    #[schemars(extend("default" = false))]
    pub(crate) default: Option<At<bool>>,
}

/// The methods that hand something over.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum MethodChoice {
    Post,
    Put,
    Patch,
    Delete,
}

/// How the host proves itself to a target.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AuthChoice {
    /// `Authorization: Bearer <token>`.
    Bearer(At<SecretText>),
    /// `Authorization: Basic …`.
    Basic(BasicTable),
    /// A key in a header of its own.
    Header(HeaderAuthTable),
    /// `webhook-id`, `webhook-timestamp` and `webhook-signature` as standardwebhooks.com specifies. The id is the
    /// idempotency key.
    StandardWebhooks(SigningTable),
}

/// Signs each request after Standard Webhooks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SigningTable {
    /// Reference to the secret: `whsec_…` or bare base64, or `whsk_…` for a private ed25519 key.
    #[schemars(required)]
    pub(crate) secret: Option<At<SecretText>>,
}

/// User name and password.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BasicTable {
    /// User name.
    #[schemars(required)]
    pub(crate) user: Option<At<String>>,
    /// Reference to the password.
    #[schemars(required)]
    pub(crate) password: Option<At<SecretText>>,
}

/// A key in a header of its own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeaderAuthTable {
    /// The header.
    #[schemars(required)]
    pub(crate) name: Option<At<String>>,
    /// Reference to the key.
    #[schemars(required)]
    pub(crate) value: Option<At<SecretText>>,
}

/// A file messages are appended to, one JSON object a line.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileTable {
    /// The file; its directory must exist.
    #[schemars(required)]
    pub(crate) path: Option<At<PathText>>,
    /// Deliveries under way at once; they share one write to disk.
    #[schemars(range(min = 1, max = 1024), extend("default" = 16))]
    pub(crate) concurrency: Option<u32>,
    /// A JSON Schema that what is sent here is held to. A message that would break it is a dead letter at once, and
    /// nothing of it is sent.
    pub(crate) schema: Option<At<PathText>>,
    /// How a failed delivery is tried again.
    pub(crate) retry: Option<TargetRetryTable>,
    /// When the target is spared altogether.
    pub(crate) breaker: Option<BreakerTable>,
    /// Whether outputs without a route go here. The only target of a flow is the default anyway.
    #[schemars(extend("default" = false))]
    pub(crate) default: Option<At<bool>>,
}
