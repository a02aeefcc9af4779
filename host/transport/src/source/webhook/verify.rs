//! `verify` of a webhook: how a sender proves itself, as typed and as understood.

use std::time::Duration;

use gantry_config::table::{At, DurationText, SecretText};
use gantry_config::{Code, Lower, Verify};
use schemars::JsonSchema;
use serde::Deserialize;

const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// How a sender proves itself. Several secrets allow rotation: any one of them is accepted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum VerifyChoice {
    /// Anyone may send; only sensible behind something that authenticates.
    None,
    /// `webhook-id`, `webhook-timestamp` and `webhook-signature` as standardwebhooks.com specifies, or the same three as
    /// `svix-…`.
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
pub(super) struct StandardWebhooksTable {
    /// References to secrets, each `whsec_…` or bare base64.
    #[schemars(required, length(min = 1))]
    secrets: Option<At<Vec<At<SecretText>>>>,
    /// How far the timestamp may be from now.
    #[schemars(extend("default" = "5m"))]
    tolerance: Option<At<DurationText>>,
}

/// Secrets shared with the sender.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretsTable {
    /// References to the shared secrets.
    #[schemars(required, length(min = 1))]
    secrets: Option<At<Vec<At<SecretText>>>>,
}

/// Tokens the sender may show.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokensTable {
    /// References to the accepted tokens.
    #[schemars(required, length(min = 1))]
    tokens: Option<At<Vec<At<SecretText>>>>,
}

pub(super) fn lower(raw: At<VerifyChoice>, lower: &mut Lower<'_>) -> Option<Verify> {
    match raw.value {
        VerifyChoice::None => {
            let message = "anyone who reaches the intake can send messages to this flow";
            lower.report(Code::Unverified, &raw.span, message, "keep it behind something that authenticates");
            Some(Verify::None)
        }
        VerifyChoice::StandardWebhooks(table) => standard_webhooks(table, lower),
        VerifyChoice::Github(table) => Some(Verify::Github { secrets: lower.secrets(table.secrets)? }),
        VerifyChoice::Shopify(table) => Some(Verify::Shopify { secrets: lower.secrets(table.secrets)? }),
        VerifyChoice::Bearer(table) => Some(Verify::Bearer { tokens: lower.secrets(table.tokens)? }),
    }
}

fn standard_webhooks(raw: StandardWebhooksTable, lower: &mut Lower<'_>) -> Option<Verify> {
    let secrets = lower.secrets(raw.secrets);
    let tolerance = lower.duration_or(raw.tolerance.as_ref(), TOLERANCE);
    Some(Verify::StandardWebhooks { secrets: secrets?, tolerance: tolerance? })
}
