//! How the host proves itself over HTTP, as typed: the same for targets and for alerts.

use schemars::JsonSchema;
use serde::Deserialize;

use super::text::SecretText;
use crate::at::At;

/// How the host proves itself to a target.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthChoice {
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
pub struct SigningTable {
    /// Reference to the secret: `whsec_…` or bare base64, or `whsk_…` for a private ed25519 key.
    #[schemars(required)]
    pub(crate) secret: Option<At<SecretText>>,
}

/// User name and password.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BasicTable {
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
pub struct HeaderAuthTable {
    /// The header.
    #[schemars(required)]
    pub(crate) name: Option<At<String>>,
    /// Reference to the key.
    #[schemars(required)]
    pub(crate) value: Option<At<SecretText>>,
}
