//! What a crate's `Cargo.toml` says of its dependencies.

use toml::{Table, Value};

use crate::{SourceFile, files};

/// The kinds of dependencies, as manifests spell them.
const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// One crate of the project.
#[derive(Clone, Debug)]
pub struct Crate {
    /// Its folder, relative to the project's root.
    pub folder: String,
    /// The package's name.
    pub name: String,
    /// Whose code it is linked with, by package name: in every build, in tests or in its build script.
    pub names: Vec<String>,
}

/// Every crate of the project, those outside the workspace included, sorted by folder.
#[must_use]
pub fn crates() -> Vec<Crate> {
    let manifests = files(&["host", "sdk", "plugins", "examples", "tests"], "toml");
    manifests.iter().filter(|file| file.path.ends_with("/Cargo.toml")).filter_map(read).collect()
}

/// None: a workspace of its own, without a package.
fn read(file: &SourceFile) -> Option<Crate> {
    let manifest: Table = file.text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.path));
    let name = manifest.get("package")?.get("name")?.as_str()?.to_owned();
    let folder = file.path.trim_end_matches("/Cargo.toml").to_owned();
    let mut names = dependencies(&manifest);
    for target in manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values) {
        names.extend(target.as_table().map(dependencies).unwrap_or_default());
    }
    names.sort();
    names.dedup();
    Some(Crate { folder, name, names })
}

fn dependencies(table: &Table) -> Vec<String> {
    let tables = KINDS.iter().filter_map(|kind| table.get(*kind)?.as_table());
    tables.flat_map(|dependencies| dependencies.iter().map(|(key, value)| package(key, value))).collect()
}

/// The package behind a dependency that may have been renamed.
fn package(key: &str, value: &Value) -> String {
    value.get("package").and_then(Value::as_str).unwrap_or(key).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(manifest: &str) -> Vec<String> {
        let text = format!("[package]\nname = \"x\"\n{manifest}");
        read(&SourceFile { path: "x/Cargo.toml".into(), text }).unwrap().names
    }

    #[test]
    fn dependencies_of_every_kind_and_renamed_ones_are_seen() {
        let all = names(
            "[dependencies]\na = \"1\"\nz = { package = \"b\", version = \"1\" }\n[dev-dependencies]\nc.workspace = true\n\
             [build-dependencies]\nd = \"1\"\n[target.'cfg(unix)'.dependencies]\ne = \"1\"\n",
        );
        assert_eq!(all, ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn a_workspace_without_a_package_is_no_crate() {
        assert!(read(&SourceFile { path: "Cargo.toml".into(), text: "[workspace]\n".into() }).is_none());
    }
}
