//! Published plugins: `/v1/plugins`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gantry_core::{Digest, KeyId, KeyName, SignatureBytes, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::form;

/// Every published plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Catalogue {
    /// By name, then in the order of publication.
    pub plugins: Vec<Published>,
}

/// A plugin in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Published {
    /// Name, version and digest.
    pub plugin: PluginRef,
    /// Size of the component in bytes.
    pub size: u64,
    /// The version of `gantry:plugin` it was built against.
    pub api: String,
    /// Its manifest.
    pub manifest: Manifest,
    /// How many golden cases it contains.
    pub cases: u32,
    /// Its signatures.
    pub signatures: Vec<PluginSignature>,
    /// The trusted key that signed it; none if it was accepted unsigned.
    pub trusted_by: Option<TrustedBy>,
    /// When it was first published.
    #[schema(value_type = form::Timestamp)]
    pub published_at: Timestamp,
    /// Who published it first.
    pub published_by: String,
}

/// A plugin: name, version and digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PluginRef {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its bytes.
    #[schema(value_type = form::Digest)]
    pub digest: Digest,
}

/// A plugin's manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    /// The grants it asks for.
    #[serde(default)]
    pub wants: Wants,
    /// JSON Schema of its settings; none accepts any object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Value>,
}

/// The grants a plugin asks for. It gets only what the flow's `grants` allow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Wants {
    /// Names of the lookup tables it reads.
    pub lookup: Vec<String>,
    /// Whether it reads the host's clock.
    pub clock: bool,
}

/// A signature of a plugin's digest, name and version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PluginSignature {
    /// The key.
    #[schema(value_type = form::KeyId)]
    pub key: KeyId,
    /// The signature.
    #[schema(value_type = form::SignatureBytes)]
    pub signature: SignatureBytes,
}

/// The trusted key that signed a plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrustedBy {
    /// The name the operator gave it.
    #[schema(value_type = form::KeyName)]
    pub name: KeyName,
    /// Its id.
    #[schema(value_type = form::KeyId)]
    pub key: KeyId,
}

/// The query of a publication.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct PublishQuery {
    /// Who publishes; stored with the plugin.
    pub by: String,
}

impl fmt::Display for PluginRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

impl fmt::Display for TrustedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.key)
    }
}

/// The header that holds the content of a `FILE.wasm.sig`, in base64.
pub const SIGNATURES_HEADER: &str = "gantry-signatures";

/// The header's value for the text of a `FILE.wasm.sig`.
#[must_use]
pub fn signatures_to_header(file: &str) -> String {
    STANDARD.encode(file)
}

/// The text of the `FILE.wasm.sig` in the header's value; none if it is not base64.
#[must_use]
pub fn signatures_from_header(value: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(value.trim_ascii()).ok()
}
