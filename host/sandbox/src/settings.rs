//! Checks a step's settings against the JSON Schema in the plugin's manifest.
//!
//! Schemas come from plugin authors, so nothing they refer to is fetched, and patterns run on an engine that takes
//! linear time.

use gantry_core::Violation;
use serde_json::Value;

/// Most broken rules that are listed: enough to act on.
const LISTED: usize = 20;

/// The rules of the schema these settings break; none when they fit.
///
/// `Err` says why the schema itself is none.
pub(crate) fn violations(schema: &Value, settings: &Value) -> Result<Vec<Violation>, String> {
    let validator = jsonschema::options()
        .with_pattern_options(jsonschema::PatternOptions::regex())
        .offline()
        .build(schema)
        .map_err(|error| error.to_string())?;
    let broken = validator.iter_errors(settings).take(LISTED).map(|error| Violation {
        path: error.instance_path().as_str().to_owned(),
        code: "schema".to_owned(),
        text: error.to_string(),
    });
    Ok(broken.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_that_break_the_schema_are_told_where() {
        let schema = json!({ "type": "object", "properties": { "rate": { "type": "number" } }, "required": ["unit"] });
        let broken = violations(&schema, &json!({ "rate": "high" })).unwrap();
        let paths: Vec<_> = broken.iter().map(|violation| violation.path.as_str()).collect();
        assert_eq!(paths.len(), 2);
        assert!(paths.contains(&"/rate") && paths.contains(&""), "{paths:?}");
        assert_eq!(violations(&schema, &json!({ "rate": 1.5, "unit": "kg" })).unwrap(), []);
    }

    #[test]
    fn a_schema_that_refers_elsewhere_is_refused_instead_of_fetched() {
        assert!(violations(&json!({ "$ref": "https://example.org/schema.json" }), &json!({})).is_err());
    }
}
