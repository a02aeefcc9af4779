//! What the benchmarks share: the order they map, the plugin they map it with, load and a sink.
//!
//! On a shared machine a single number says little, so each benchmark measures its baseline in the same run and prints
//! the ratio. They assert nothing: people read what they print.

pub mod bare;
pub mod load;
pub mod mapping;
pub mod memory;
pub mod process;
pub mod sink;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The order every benchmark maps: the shop order of the plugin's golden case `complete-order`.
#[must_use]
pub fn order() -> serde_json::Value {
    case()["input"][0]["payload"].clone()
}

/// Rows of the table `products` that the order needs, by article number.
#[must_use]
pub fn products() -> serde_json::Map<String, serde_json::Value> {
    case()["tables"]["products"].as_object().expect("the case has products").clone()
}

fn case() -> serde_json::Value {
    let file = repository().join("plugins/order-to-erp/cases/complete-order.json");
    let text = std::fs::read(file).expect("the golden case is there");
    serde_json::from_slice(&text).expect("the golden case is JSON")
}

/// A Rust plugin of the repository, by its name, as `gantry plugin build` makes it.
#[must_use]
pub fn component(name: &str) -> Vec<u8> {
    let root = repository();
    let target = root.join("target/bench-plugins");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--package", name, "--profile", "plugin"])
        .args(["--target", "wasm32-wasip2", "--target-dir"])
        .arg(&target)
        .current_dir(root)
        .stdin(Stdio::null())
        .status();
    assert!(status.is_ok_and(|status| status.success()), "cargo failed to build the plugin");
    let file = target.join("wasm32-wasip2/plugin").join(name.replace('-', "_")).with_extension("wasm");
    let built = std::fs::read(file).expect("cargo built the plugin");
    let manifest = root.join("plugins").join(name).join("plugin.toml");
    let manifest = std::fs::read_to_string(manifest).expect("a plugin.toml");
    let manifest = gantry_component::plugin_toml(&manifest).expect("a valid plugin.toml");
    gantry_component::embed(&built, &manifest).expect("a component")
}

/// Writes the plugin and its table into `dir`, as a flow file finds them.
pub fn lay_out(dir: &Path) -> (PathBuf, PathBuf) {
    let plugin = dir.join("order-to-erp.wasm");
    let table = dir.join("products.json");
    std::fs::write(&plugin, component("order-to-erp")).expect("a writable directory");
    let rows: Vec<_> = products().into_iter().map(|(_, row)| row).collect();
    std::fs::write(&table, serde_json::to_vec(&rows).expect("rows are JSON")).expect("a writable directory");
    (plugin, table)
}

/// The repository's root.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
