//! Flows in the README and the book: each block fenced as `toml flow` is one, or a part of one.

use gantry_config::{Code, Severity, load_flows};
use gantry_house::{SourceFile, file, files, markdown};
use toml::Table;

/// What completes a block that shows only a part, by its top-level key.
const REST: [(&str, &str); 3] = [
    ("flow", "[flow]\nname = \"example\"\n"),
    ("source", "[source.webhook]\npath = \"/example\"\nverify.bearer = { tokens = [\"env:TOKEN\"] }\n"),
    ("target", "[target.erp.http]\nurl = \"https://erp.example.com\"\n"),
];

/// The plugins and tables that blocks name aren't there.
const EXPECTED: &[Code] = &[Code::MissingFile];

fn pages() -> Vec<SourceFile> {
    let mut pages = files(&["docs"], "md");
    pages.push(file("README.md"));
    pages
}

fn completed(block: &str) -> String {
    let stated: Table = block.parse().unwrap_or_default();
    let rest = REST.iter().filter(|(key, _)| !stated.contains_key(*key)).map(|(_, text)| *text);
    rest.fold(block.to_owned(), |flow, text| format!("{flow}\n{text}"))
}

#[test]
fn every_flow_in_the_readme_and_the_book_is_valid() {
    let mut checked = 0;
    for page in pages() {
        let blocks = markdown::read(&page.text).blocks;
        for block in blocks.iter().filter(|block| block.language == "toml flow") {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("flow.toml");
            std::fs::write(&path, completed(&block.text)).unwrap();
            let found = load_flows(&[&path], &gantry_transport::kinds()).map_or_else(|found| found, |(_, found)| found);
            let mistakes: Vec<_> = found
                .iter()
                .filter(|one| one.code.severity() == Severity::Error && !EXPECTED.contains(&one.code))
                .map(|one| format!("{}: {}", one.code, one.message))
                .collect();
            assert!(mistakes.is_empty(), "{}, under {}: {mistakes:#?}", page.path, block.heading);
            checked += 1;
        }
    }
    assert!(checked > 5, "only {checked} flows were found");
}

/// What is shown as a host's settings or as a plugin's manifest is TOML at least.
#[test]
fn every_other_toml_block_is_toml() {
    for page in pages() {
        for block in markdown::read(&page.text).blocks.iter().filter(|block| block.language.starts_with("toml")) {
            let parsed = block.text.parse::<Table>();
            assert!(parsed.is_ok(), "{}, under {}: {}", page.path, block.heading, parsed.unwrap_err());
        }
    }
}
