//! Manifests, as authors write them (`plugin.toml`) and as components carry them (JSON), with one set of rules.

use gantry_core::FlowName;
use gantry_core::manifest::{API_VERSION, Manifest, Wants, is_semantic};
use serde::Deserialize;

use crate::error::ManifestError;

/// `plugin.toml`. The same keys as [`Manifest`], in the order authors think of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PluginToml {
    name: String,
    version: String,
    /// Which contract it is built against; this host's unless given.
    #[serde(default = "this_api")]
    api: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    wants: Wants,
    /// JSON Schema of the settings, written as TOML.
    settings: Option<toml::Value>,
}

/// Reads a plugin's `plugin.toml`:
///
/// ```toml
/// name = "order-to-erp"
/// version = "1.2.0"
/// api = "0.1.0"
/// description = "Shop orders become ERP sales orders"
///
/// [wants]
/// lookup = ["products"]
/// clock = true
///
/// [settings]            # JSON Schema of the settings, as TOML
/// type = "object"
/// ```
///
/// # Errors
/// When it is no TOML of this shape, or breaks a rule of [`check_manifest`].
pub fn plugin_toml(text: &str) -> Result<Manifest, ManifestError> {
    let raw: PluginToml = toml::from_str(text).map_err(|error| ManifestError::Toml(Box::new(error)))?;
    let settings = raw.settings.map(serde_json::to_value).transpose().map_err(ManifestError::Encode)?;
    let manifest = Manifest {
        name: raw.name,
        version: raw.version,
        api: raw.api,
        description: raw.description,
        wants: raw.wants,
        settings,
    };
    check_manifest(&manifest)?;
    Ok(manifest)
}

/// Reads and checks the manifest a component carries.
pub(crate) fn stored_manifest(json: &[u8]) -> Result<Manifest, ManifestError> {
    let manifest = serde_json::from_slice(json).map_err(ManifestError::Json)?;
    check_manifest(&manifest)?;
    Ok(manifest)
}

/// The rules beyond the shape: names that are safe in paths and metric labels, a semantic version, this host's
/// contract, a schema that could be one.
///
/// # Errors
/// The first rule it breaks.
pub fn check_manifest(manifest: &Manifest) -> Result<(), ManifestError> {
    check_name("name", &manifest.name)?;
    manifest.wants.lookup.iter().try_for_each(|table| check_name("wanted table", table))?;
    if !is_semantic(&manifest.version) {
        return Err(ManifestError::Version { found: manifest.version.clone() });
    }
    if !same_api(&manifest.api, API_VERSION) {
        return Err(ManifestError::Api { found: manifest.api.clone() });
    }
    match &manifest.settings {
        None | Some(serde_json::Value::Object(_) | serde_json::Value::Bool(_)) => Ok(()),
        Some(_) => Err(ManifestError::Settings),
    }
}

/// Whether code built for one version runs on the other: below 1.0 the minor version may break, the patch may not.
pub(crate) fn same_api(one: &str, other: &str) -> bool {
    let line = |version: &str| {
        let mut parts = version.split('.').map(str::parse::<u32>);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Ok(0)), Some(Ok(minor)), Some(Ok(_)), None) => Some((0, minor)),
            (Some(Ok(major)), Some(Ok(_)), Some(Ok(_)), None) => Some((major, 0)),
            _ => None,
        }
    };
    line(one).is_some() && line(one) == line(other)
}

/// Every name of the house has the same alphabet; a flow's name stands for all of them.
fn check_name(what: &'static str, name: &str) -> Result<(), ManifestError> {
    let parsed = name.parse::<FlowName>();
    parsed.map(drop).map_err(|_| ManifestError::Name { what, found: name.to_owned() })
}

fn this_api() -> String {
    API_VERSION.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: &str = r#"
        name = "order-to-erp"
        version = "1.2.0-rc.1"
        api = "0.1.0"
        description = "Shop orders become ERP sales orders"

        [wants]
        lookup = ["products"]
        clock = true

        [settings]
        type = "object"
        required = ["warehouse"]
        properties.warehouse = { type = "string", minLength = 1 }
    "#;

    #[test]
    fn a_plugin_toml_becomes_a_manifest_with_its_schema_as_json() {
        let manifest = plugin_toml(ORDERS).unwrap();
        assert_eq!(manifest.name, "order-to-erp");
        assert_eq!(manifest.wants, Wants { lookup: vec!["products".into()], clock: true });
        let schema = serde_json::json!({
            "type": "object",
            "required": ["warehouse"],
            "properties": { "warehouse": { "type": "string", "minLength": 1 } },
        });
        assert_eq!(manifest.settings, Some(schema));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let error = plugin_toml("name = \"a\"\nversion = \"1.0.0\"\nwant = 1\n").unwrap_err().to_string();
        assert!(error.contains("line 3") && error.contains("want"), "{error}");
    }

    #[test]
    fn names_versions_and_contracts_outside_the_rules_are_refused() {
        let with = |from: &str, to: &str| plugin_toml(&ORDERS.replacen(from, to, 1)).unwrap_err();
        assert!(matches!(with("order-to-erp", "Order"), ManifestError::Name { what: "name", .. }));
        assert!(matches!(with("products", "a b"), ManifestError::Name { what: "wanted table", .. }));
        assert!(matches!(with("1.2.0-rc.1", "1.2"), ManifestError::Version { .. }));
        assert!(matches!(with("0.1.0", "0.2.0"), ManifestError::Api { .. }));
    }

    #[test]
    fn below_one_a_minor_version_is_another_contract_and_a_patch_is_not() {
        assert!(same_api("0.1.0", "0.1.7"));
        assert!(!same_api("0.1.0", "0.2.0"));
        assert!(same_api("1.0.0", "1.4.2"));
        assert!(!same_api("1.0.0", "2.0.0"));
        assert!(!same_api("0.1", "0.1"));
    }
}
