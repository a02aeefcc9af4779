//! The published schemas accept what the loader accepts, and refuse what it refuses.

use std::path::{Path, PathBuf};

use gantry_config::{DEFAULT_HOST_FILE, schema};
use gantry_transport::kinds;
use serde_json::Value;

fn from_toml(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

fn case(path: &str) -> Value {
    from_toml(&std::fs::read_to_string(format!("tests/cases/{path}")).unwrap())
}

#[test]
fn complete_files_are_valid() {
    let validator = jsonschema::validator_for(&schema::flow(&kinds())).unwrap();
    for path in ["complete/orders.toml", "complete/customers.toml", "purpose/flow.toml", "defaults/stated-files.toml"] {
        if let Err(error) = validator.validate(&case(path)) {
            panic!("{path}: {} {error}", error.instance_path());
        }
    }
    assert!(jsonschema::is_valid(&schema::host(), &from_toml(DEFAULT_HOST_FILE)));
}

/// Every file with this extension below a directory of the repository.
fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let paths: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    let (directories, here): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    let below = directories.iter().flat_map(|directory| files(directory, extension));
    here.into_iter().filter(|file| file.extension().is_some_and(|name| name == extension)).chain(below).collect()
}

/// The blocks of a page that are marked as TOML.
fn toml_blocks(page: &str) -> impl Iterator<Item = &str> {
    let blocks = page.split("```toml").skip(1).filter_map(|block| block.split("```").next());
    blocks.filter_map(|block| block.split_once('\n')).map(|(_, block)| block)
}

#[test]
fn flows_in_the_documentation_and_the_examples_are_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let pages = files(&root.join("docs"), "md").into_iter().map(|page| (std::fs::read_to_string(&page).unwrap(), page));
    let mut flows: Vec<(PathBuf, String)> = Vec::new();
    for (text, page) in pages {
        flows.extend(toml_blocks(&text).map(|block| (page.clone(), block.to_owned())));
    }
    let examples = files(&root.join("examples"), "toml").into_iter();
    flows.extend(examples.map(|file| (file.clone(), std::fs::read_to_string(&file).unwrap())));
    flows.retain(|(_, text)| ["[flow]", "[source", "[target"].iter().all(|part| text.contains(part)));
    assert!(flows.len() > 2, "the documentation shows flows");
    let validator = jsonschema::validator_for(&schema::flow(&kinds())).unwrap();
    for (file, text) in flows {
        if let Err(error) = validator.validate(&from_toml(&text)) {
            panic!("{}: {} {error}\n{text}", file.display(), error.instance_path());
        }
    }
}

#[test]
fn mistakes_of_shape_are_invalid() {
    let validator = jsonschema::validator_for(&schema::flow(&kinds())).unwrap();
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
    insta::assert_json_snapshot!("flow", schema::flow(&kinds()));
    insta::assert_json_snapshot!("host", schema::host());
}
