//! Where a message has its keys, as typed: the same for every kind of source.

use schemars::JsonSchema;
use serde::Deserialize;

use super::text::{DurationText, PointerText};
use crate::at::At;

/// Where in a message a value is found.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueFromChoice {
    /// JSON Pointer into the payload.
    Pointer(PointerText),
    /// Name of a header.
    Header(String),
}

/// How duplicates are recognised: by exactly one of `pointer` and `header`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DedupeTable {
    /// JSON Pointer into the payload to what makes two messages the same.
    pub(crate) pointer: Option<At<PointerText>>,
    /// Name of the header that makes two messages the same.
    pub(crate) header: Option<At<String>>,
    /// How long a value is remembered.
    #[schemars(extend("default" = "24h"))]
    pub(crate) window: Option<At<DurationText>>,
}
