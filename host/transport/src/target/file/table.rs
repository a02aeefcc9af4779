//! `[target.NAME.file]` as typed.

use gantry_config::table::{At, BreakerTable, PathText, TargetRetryTable};
use schemars::JsonSchema;
use serde::Deserialize;

/// A file messages are appended to, one JSON object a line.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileTable {
    /// The file; its directory must exist.
    #[schemars(required)]
    pub(super) path: Option<At<PathText>>,
    /// Deliveries under way at once; they share one write to disk.
    #[schemars(range(min = 1, max = 1024), extend("default" = 16))]
    pub(super) concurrency: Option<u32>,
    /// A JSON Schema that what is sent here is held to. A message that would break it is a dead letter at once, and
    /// nothing of it is sent.
    pub(super) schema: Option<At<PathText>>,
    /// How a failed delivery is tried again.
    pub(super) retry: Option<TargetRetryTable>,
    /// When nothing is sent to the target.
    pub(super) breaker: Option<BreakerTable>,
    /// Whether outputs without a route go here. The only target of a flow is the default anyway.
    #[schemars(extend("default" = false))]
    pub(super) default: Option<At<bool>>,
    /// Another target of this flow that gets a message's deliveries first: of one message, nothing is sent here before that
    /// one has accepted what it gets. If it doesn't, this one gets nothing either.
    #[schemars(extend("examples" = ["customers"]))]
    pub(super) after: Option<At<String>>,
}
