//! The published schemas accept what the loader accepts, and refuse what it refuses.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use gantry_config::{DEFAULT_HOST_FILE, schema};
use serde_json::Value;

fn from_toml(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

fn case(path: &str) -> Value {
    from_toml(&std::fs::read_to_string(format!("tests/cases/{path}")).unwrap())
}

#[test]
fn complete_files_are_valid() {
    let validator = jsonschema::validator_for(&schema::flow()).unwrap();
    for path in ["complete/orders.toml", "complete/customers.toml", "purpose/flow.toml", "defaults/stated-files.toml"] {
        if let Err(error) = validator.validate(&case(path)) {
            panic!("{path}: {} {error}", error.instance_path());
        }
    }
    assert!(jsonschema::is_valid(&schema::host(), &from_toml(DEFAULT_HOST_FILE)));
}

#[test]
fn mistakes_of_shape_are_invalid() {
    let validator = jsonschema::validator_for(&schema::flow()).unwrap();
    for path in [
        "unknown_keys/flow.toml",
        "several_at_once/one.toml",
        "choices/flow.toml",
        "choices/verify.toml",
        "secrets/flow.toml",
    ] {
        assert!(!validator.is_valid(&case(path)), "{path}");
    }
}

#[test]
fn the_schemas_are_as_published() {
    insta::assert_json_snapshot!("flow", schema::flow());
    insta::assert_json_snapshot!("host", schema::host());
}
