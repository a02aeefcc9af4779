//! What a plugin says of itself, readable without running it. It travels as JSON in the component's custom section
//! `gantry:manifest`, which `gantry plugin build` writes from the plugin's `plugin.toml`.

use serde::{Deserialize, Serialize};

use crate::id::Digest;

/// Name of the custom section that holds the manifest as JSON.
pub const SECTION: &str = "gantry:manifest";

/// The version of the WIT contract this host speaks.
pub const API_VERSION: &str = "0.1.0";

/// What a plugin says of itself.
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
    /// The grants it asks for.
    #[serde(default)]
    pub wants: Wants,
    /// JSON Schema of its settings; none accepts any object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<serde_json::Value>,
}

/// The grants a plugin asks for. What it gets is decided by the flow's `grants`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wants {
    /// Names of the lookup tables it reads.
    pub lookup: Vec<String>,
    /// Whether it reads the host's clock.
    pub clock: bool,
}

/// Which plugin, exactly.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// A plugin by name and version: how people and flow files name one in a catalogue, `order-to-erp@1.2.0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PluginVersion {
    name: String,
    version: String,
}

/// The text does not name a version of a plugin.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not NAME@VERSION, for instance order-to-erp@1.2.0: {problem}")]
pub struct InvalidPluginVersion {
    text: String,
    problem: &'static str,
}

impl PluginVersion {
    /// The plugin's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
}

impl std::str::FromStr for PluginVersion {
    type Err = InvalidPluginVersion;

    fn from_str(text: &str) -> Result<Self, InvalidPluginVersion> {
        let invalid = |problem| InvalidPluginVersion { text: text.to_owned(), problem };
        let (name, version) = text.split_once('@').ok_or_else(|| invalid("there is no `@`"))?;
        if !is_name(name) {
            return Err(invalid("a name has 1 to 64 characters of a-z, 0-9, `-` and `_`"));
        }
        if !is_semantic(version) {
            return Err(invalid("a version is a semantic one, such as 1.2.0"));
        }
        Ok(Self { name: name.to_owned(), version: version.to_owned() })
    }
}

impl TryFrom<String> for PluginVersion {
    type Error = InvalidPluginVersion;

    fn try_from(text: String) -> Result<Self, InvalidPluginVersion> {
        text.parse()
    }
}

impl From<PluginVersion> for String {
    fn from(version: PluginVersion) -> Self {
        version.to_string()
    }
}

impl std::fmt::Display for PluginVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

impl PluginRef {
    /// The same without the digest.
    #[must_use]
    pub fn plugin_version(&self) -> PluginVersion {
        PluginVersion { name: self.name.clone(), version: self.version.clone() }
    }
}

/// One to 64 characters that are safe in paths, URLs and metric labels: every name of the house has this alphabet.
fn is_name(text: &str) -> bool {
    text.parse::<crate::id::FlowName>().is_ok()
}

/// `MAJOR.MINOR.PATCH`, optionally with a pre-release and build part, in at most 64 characters.
#[must_use]
pub fn is_semantic(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let numbers = core.split('.').map(|part| part.parse::<u64>().is_ok()).collect::<Vec<_>>();
    numbers == [true; 3]
        && version.len() <= 64
        && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_version_survives_its_text_form() {
        for text in ["order-to-erp@1.2.0", "a_1@0.0.1-rc.1+build.7"] {
            let version: PluginVersion = text.parse().unwrap();
            assert_eq!(version.to_string(), text);
            assert_eq!(serde_json::to_string(&version).unwrap(), format!("\"{text}\""));
        }
    }

    #[test]
    fn what_names_no_version_is_told_why() {
        for (wrong, why) in [("orders", "no `@`"), ("Orders@1.2.0", "a name has"), ("orders@1.2", "semantic")] {
            let error = wrong.parse::<PluginVersion>().unwrap_err().to_string();
            assert!(error.contains(why) && error.contains("NAME@VERSION"), "{error}");
        }
        for wrong in ["a@1.0.0/..", "a@", "@1.0.0", "a@1.0.0@1.0.0", "a/b@1.0.0"] {
            assert!(wrong.parse::<PluginVersion>().is_err(), "{wrong}");
        }
    }
}
