//! The host file: its defaults, what it overlays, and its mistakes.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use gantry_config::{DEFAULT_HOST_FILE, HostConfig, Style, schema};

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
fn the_host_file_is_checked_as_flows_are() {
    let mistakes = HostConfig::load(Some("tests/cases/gantry-wrong.toml".as_ref())).unwrap_err();
    insta::assert_snapshot!(mistakes.render(Style::Plain, 110));
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
