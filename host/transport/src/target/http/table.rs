//! `[target.NAME.http]` as typed.

use std::collections::BTreeMap;

use gantry_config::table::{At, AuthChoice, BreakerTable, DurationText, PathText, TargetRetryTable};
use schemars::JsonSchema;
use serde::Deserialize;

/// An HTTP endpoint messages are sent to. Redirects are never followed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HttpTable {
    /// Where to. Behind the host name it may hold `{id}`, `{key}`, `{idempotency_key}`, `{header:NAME}` and
    /// `{/json/pointer}`; values are percent-encoded.
    #[schemars(required, extend("examples" = ["https://erp.example.com/orders/{key}"]))]
    pub(super) url: Option<At<String>>,
    /// The request's method.
    #[schemars(extend("default" = "POST"))]
    pub(super) method: Option<MethodChoice>,
    /// Sent with each request; no secrets here.
    pub(super) headers: Option<BTreeMap<At<String>, At<String>>>,
    /// How the host proves itself. Without it, not at all.
    pub(super) auth: Option<At<AuthChoice>>,
    /// From sending to the last byte of the answer.
    #[schemars(extend("default" = "10s"))]
    pub(super) timeout: Option<At<DurationText>>,
    /// Until the connection stands.
    #[schemars(extend("default" = "3s"))]
    pub(super) connect_timeout: Option<At<DurationText>>,
    /// Header that carries the idempotency key.
    #[schemars(extend("default" = "idempotency-key"))]
    pub(super) idempotency_header: Option<At<String>>,
    /// Deliveries under way at once.
    #[schemars(range(min = 1, max = 1024), extend("default" = 16))]
    pub(super) concurrency: Option<u32>,
    /// A JSON Schema that what is sent here is held to. A message that would break it is a dead letter at once, and
    /// nothing of it is sent.
    pub(super) schema: Option<At<PathText>>,
    /// How a failed delivery is tried again.
    pub(super) retry: Option<TargetRetryTable>,
    /// When the target is spared altogether.
    pub(super) breaker: Option<BreakerTable>,
    /// Whether outputs without a route go here. The only target of a flow is the default anyway.
    #[schemars(extend("default" = false))]
    pub(super) default: Option<At<bool>>,
}

/// The methods that hand something over.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum MethodChoice {
    Post,
    Put,
    Patch,
    Delete,
}
