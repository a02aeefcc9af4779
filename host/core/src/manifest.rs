//! What a plugin says of itself, readable without running it. It travels as JSON in the component's custom section
//! `gantry:manifest`, which `gantry plugin build` writes from the plugin's `plugin.toml`.

use serde::{Deserialize, Serialize};

use crate::id::Digest;

/// Name of the custom section that holds the manifest as JSON.
pub const SECTION: &str = "gantry:manifest";

/// The version of the WIT contract this host speaks.
pub const API_VERSION: &str = "0.1.0";

/// A plugin's own account of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// One to 64 characters of `a-z`, `0-9`, `-` and `_`.
    pub name: String,
    /// Semantic version of the plugin.
    pub version: String,
    /// Version of `gantry:plugin` it was built against.
    pub api: String,
    /// One sentence for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What it asks of the operator.
    #[serde(default)]
    pub wants: Wants,
    /// JSON Schema of its settings; none accepts any object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<serde_json::Value>,
}

/// The grants a plugin asks for. Asking is not getting: the flow's `grants` decide.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wants {
    /// Names of the lookup tables it reads.
    pub lookup: Vec<String>,
    /// Whether it reads the host's clock.
    pub clock: bool,
}

/// Which plugin, exactly.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PluginRef {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its bytes.
    pub digest: Digest,
}

impl std::fmt::Display for PluginRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}
