//! What a file leaves out is as the schema and the documentation say.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use gantry_config::{DEFAULT_HOST_FILE, Flow, HostConfig, load_flows, schema};
use gantry_core::Place;
use serde_json::Value;

/// One flow without what tells its file from another.
fn flow(file: &str) -> String {
    let (flows, _) = load_flows(&[format!("tests/cases/defaults/{file}")]).unwrap();
    let mut flow: Flow = flows.into_iter().next().unwrap();
    flow.version.clear();
    flow.file.clear();
    flow.steps.iter_mut().for_each(|step| step.place = Place::whole(""));
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
    defaults(&schema::flow(), &mut found);
    assert!(found.len() > 15, "{found:?}");
    for (key, value) in found {
        assert!(stated.contains(&format!("{key} = {value}")), "{key} = {value}");
    }
}

#[test]
fn the_default_host_file_states_every_key() {
    let schema = schema::host();
    for (table, node) in schema["properties"].as_object().unwrap() {
        assert!(DEFAULT_HOST_FILE.contains(&format!("[{table}]")), "{table}");
        // A list of tables states its keys once.
        let table_of = node["$ref"].as_str().or(node["items"]["$ref"].as_str()).unwrap();
        let name = table_of.trim_start_matches("#/$defs/");
        for key in schema["$defs"][name]["properties"].as_object().unwrap().keys() {
            let stated = DEFAULT_HOST_FILE.lines().map(|line| line.trim_start_matches("# "));
            let forms = [format!("{key} = "), format!("[[{table}.{key}]]")];
            assert!(stated.into_iter().any(|line| forms.iter().any(|form| line.starts_with(form))), "{table}.{key}");
        }
    }
}

#[test]
fn the_default_host_file_loaded_as_a_users_file_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("gantry.toml");
    std::fs::write(&file, DEFAULT_HOST_FILE).unwrap();
    let (mut host, warnings) = HostConfig::load(Some(&file)).unwrap();
    assert!(warnings.is_empty());
    assert_eq!(host.data_dir, std::path::absolute(directory.path().join("gantry-data")).unwrap());
    host.data_dir = HostConfig::default().data_dir;
    assert_eq!(host, HostConfig::default());
}

#[test]
fn a_host_file_overlays_the_defaults_key_by_key() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("gantry.toml");
    std::fs::write(&file, "[intake]\nconnections = 7\n[admin]\ntoken = \"env:TOKEN\"\n[store]\ncache = \"2GiB\"\n")
        .unwrap();
    let host = HostConfig::load(Some(&file)).unwrap().0;
    let default = HostConfig::default();
    assert_eq!((host.intake_connections, host.store_cache_bytes), (7, 2 << 30));
    assert_eq!((host.intake_listen, host.keep_history), (default.intake_listen, default.keep_history));
    assert_eq!(host.to_json()["admin"]["token"], "env:TOKEN");
}

#[test]
fn an_empty_host_file_is_the_defaults() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("gantry.toml");
    std::fs::write(&file, "").unwrap();
    let host = HostConfig::load(Some(&file)).unwrap().0;
    assert_eq!(host.intake_listen, HostConfig::default().intake_listen);
}

#[test]
fn what_the_host_shows_of_its_settings_is_a_valid_host_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("gantry.toml");
    let default = HostConfig::default();
    std::fs::write(&file, toml::to_string(&default.to_json()).unwrap()).unwrap();
    assert_eq!(HostConfig::load(Some(&file)).unwrap().0, default);
}
