//! What a flow file leaves out is as the schema and the documentation say.

use gantry_config::{Flow, schema};
use gantry_transport::kinds;
use serde_json::Value;

use super::load_flows;

/// One flow without what tells its file from another.
fn flow(file: &str) -> String {
    let (flows, _) = load_flows(&[format!("tests/cases/defaults/{file}")]).unwrap();
    let mut flow: Flow = flows.into_iter().next().unwrap();
    flow.version.clear();
    flow.file.clear();
    flow.steps.iter_mut().for_each(|step| step.place = gantry_core::Place::whole(""));
    format!("{flow:#?}")
}

/// Every key with a default in a schema, and the default.
fn defaults(node: &Value, found: &mut Vec<(String, Value)>) {
    let properties = node.get("properties").and_then(Value::as_object).into_iter().flatten();
    found.extend(properties.filter_map(|(key, property)| Some((key.clone(), property.get("default")?.clone()))));
    match node {
        Value::Object(entries) => entries.values().for_each(|inner| defaults(inner, found)),
        Value::Array(items) => items.iter().for_each(|inner| defaults(inner, found)),
        _ => {}
    }
}

#[test]
fn a_flow_that_states_every_default_is_the_flow_that_states_none() {
    assert_eq!(flow("silent-webhook.toml"), flow("stated-webhook.toml"));
    assert_eq!(flow("silent-files.toml"), flow("stated-files.toml"));
}

#[test]
fn every_default_of_the_schema_is_among_those_stated() {
    let read = |file: &str| std::fs::read_to_string(format!("tests/cases/defaults/{file}")).unwrap();
    let stated = read("stated-webhook.toml") + &read("stated-files.toml");
    let mut found = Vec::new();
    defaults(&schema::flow(&kinds()), &mut found);
    assert!(found.len() > 15, "{found:?}");
    for (key, value) in found {
        assert!(stated.contains(&format!("{key} = {value}")), "{key} = {value}");
    }
}
