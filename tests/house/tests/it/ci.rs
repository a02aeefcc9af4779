//! What CI passes over: no stage that the change could break.

use std::process::Command;

use gantry_house::{file, files, root};

/// What the stages that compile, and the tests, can't see: as `.ci/run` asks about them.
const COMPILERS: &str = r#""$documents" "$compiled_documents""#;
const TESTS: &str = r#""$prose""#;

/// Whether CI runs these stages when this file changed.
fn runs(stages: &str, changed: &str) -> bool {
    let script = format!("source .ci/stages; changed=(\"$1\"); partial=1; touched {stages}");
    let status = Command::new("bash").args(["-uc", &script, "ci", changed]).current_dir(root()).status().unwrap();
    status.success()
}

/// The pages that are compiled as documentation: their examples are tests.
fn compiled_pages() -> Vec<String> {
    let mut sources = files(&["host", "sdk", "plugins", "examples", "tests"], "rs");
    // A folder of that name is otherwise the built book.
    sources.push(file("tests/book/src/lib.rs"));
    let lines = sources.iter().flat_map(|file| file.text.lines());
    let included = lines.filter_map(|line| line.trim().strip_prefix("#[doc = include_str!(\"")?.strip_suffix("\")]"));
    included.map(|path| path.trim_start_matches("../").to_owned()).collect()
}

#[test]
fn ci_asks_as_these_tests_do() {
    let script = file(".ci/run").text;
    assert!(script.contains(&format!("touched {COMPILERS}")) && script.contains(&format!("touched {TESTS}")));
}

#[test]
fn a_page_that_is_compiled_is_no_mere_document_to_ci() {
    let pages = compiled_pages();
    assert!(pages.iter().any(|page| page.starts_with("docs/")), "{pages:?}");
    for page in pages {
        assert!(runs(COMPILERS, &page), "clippy and rustdoc are passed over when {page} changes");
        assert!(runs(TESTS, &page), "the tests are passed over when {page} changes");
    }
}

#[test]
fn a_change_of_what_is_built_or_of_ci_itself_runs_everything() {
    for path in ["host/store/src/lib.rs", "Cargo.lock", "wit/plugin.wit", "sdk/c/README.md", "tests/run.sh", ".ci/run"]
    {
        assert!(runs(COMPILERS, path) && runs(TESTS, path), "{path}");
    }
}

#[test]
fn a_page_that_only_tests_read_runs_the_tests_and_a_decision_does_not() {
    assert!(!runs(COMPILERS, "docs/reference/metrics.md"));
    assert!(runs(TESTS, "docs/reference/metrics.md"));
    assert!(!runs(TESTS, "docs/decisions/0001-sled-behind-one-crate.md"));
}

/// The stages of CI and their minutes, as the script has them.
fn budgets() -> Vec<(String, u32)> {
    let script = file(".ci/run").text;
    let lines = script.lines().filter(|line| !line.trim_start().starts_with('#'));
    let stages = lines.filter_map(|line| {
        let (name, rest) = line.split("stage \"").nth(1)?.split_once('"')?;
        Some((name.to_owned(), rest.split_whitespace().next()?.parse().ok()?))
    });
    stages.collect()
}

#[test]
fn the_budgets_of_ci_add_up_to_seventy_minutes_at_most_and_contributing_lists_them() {
    let budgets = budgets();
    assert!(budgets.len() >= 10, "{budgets:?}");
    assert!(budgets.iter().map(|(_, minutes)| minutes).sum::<u32>() <= 70, "{budgets:?}");
    let table = file("CONTRIBUTING.md").text;
    let rows: Vec<Vec<_>> = table.lines().map(|line| line.split('|').map(str::trim).collect()).collect();
    for (name, minutes) in budgets {
        let short = name.split(':').next().unwrap_or_default();
        let listed = rows.iter().any(|row| {
            row.get(1).is_some_and(|stage| stage.starts_with(short))
                && row.get(2) == Some(&minutes.to_string().as_str())
        });
        assert!(listed, "CONTRIBUTING.md has no row `{short}` with {minutes} minutes");
    }
}
