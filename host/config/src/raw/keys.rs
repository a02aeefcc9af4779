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
    /// Path into an XML payload: names of elements, without prefixes, and an attribute perhaps.
    #[schemars(extend("examples" = ["/Order/Customer/@number"]))]
    XmlPath(String),
    /// Name of a header.
    Header(String),
}

/// How duplicates are recognised: by exactly one of `pointer`, `xml_path` and `header`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DedupeTable {
    /// JSON Pointer into the payload to what makes two messages the same.
    pub(crate) pointer: Option<At<PointerText>>,
    /// Path into an XML payload to what makes two messages the same.
    #[schemars(extend("examples" = ["/Order/Number"]))]
    pub(crate) xml_path: Option<At<String>>,
    /// Name of the header that makes two messages the same.
    pub(crate) header: Option<At<String>>,
    /// How long a value is remembered.
    #[schemars(extend("default" = "24h"))]
    pub(crate) window: Option<At<DurationText>>,
}
