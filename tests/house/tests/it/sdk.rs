//! The Rust SDK is copied beside plugins, so its manifest inherits nothing; what it states is what the workspace states.

use gantry_house::file;
use toml::{Table, Value};

const SDK: &str = "sdk/rust/Cargo.toml";

fn manifest(path: &str) -> Table {
    file(path).text.parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn table<'a>(of: &'a Table, path: &[&str]) -> &'a Table {
    path.iter().fold(of, |table, name| table.get(*name).and_then(Value::as_table).expect("a table of this name"))
}

/// Version, features and whether the defaults are among them: what must be equal. Whether it is optional is its own.
fn stated(dependency: &Value) -> (Value, Value, Value) {
    let member = |name: &str| dependency.get(name).cloned();
    let version = if dependency.is_str() { Some(dependency.clone()) } else { member("version") };
    (
        version.expect("a version"),
        member("features").unwrap_or_else(|| Value::Array(Vec::new())),
        member("default-features").unwrap_or(Value::Boolean(true)),
    )
}

#[test]
fn the_rust_sdk_inherits_nothing_and_states_what_the_workspace_states() {
    let workspace = manifest("Cargo.toml");
    let sdk = manifest(SDK);
    assert!(!file(SDK).text.contains("workspace = true"), "{SDK} stands alone beside plugins");

    let house = table(&workspace, &["workspace", "package"]);
    let own = table(&sdk, &["package"]);
    for (key, value) in house {
        assert_eq!(own.get(key), Some(value), "{SDK}: package.{key}");
    }
    let house = table(&workspace, &["workspace", "dependencies"]);
    let wasm = table(&sdk, &["target", "cfg(target_family = \"wasm\")", "dependencies"]);
    let own = [table(&sdk, &["dependencies"]), wasm, table(&sdk, &["dev-dependencies"])];
    // The plugin's needs of dates are smaller than the host's.
    for (name, dependency) in own.into_iter().flatten().filter(|(name, _)| *name != "jiff") {
        if let Some(wanted) = house.get(name) {
            assert_eq!(stated(dependency), stated(wanted), "{SDK}: {name}");
        }
    }
}
