//! The table of threats: every row names a guest and a test that are there, and every hostile guest has a row.

use gantry_house::{file, files};

const PAGE: &str = "docs/reference/sandbox.md";
const GUESTS: &str = "tests/guests/wasm/examples";

/// What stands where no guest of our own does.
const STAND_INS: &[&str] = &["made by the test", "a stand-in"];

/// Guests that attack nothing.
const PEACEFUL: &[&str] = &["exception", "printer"];

/// The four cells of each row.
fn rows() -> Vec<[String; 4]> {
    let page = file(PAGE).text;
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| threat"));
    rows.map(cells).collect()
}

fn cells(row: &str) -> [String; 4] {
    let cells: Vec<_> = row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    cells.try_into().unwrap_or_else(|_| panic!("not four cells: {row}"))
}

fn spans(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_threat_names_a_test_that_exists() {
    let sources = files(&["host"], "rs");
    let rows = rows();
    assert!(rows.len() > 30, "the table of {PAGE} was not found");
    for [threat, _, _, tests] in rows {
        let names = spans(&tests);
        assert!(!names.is_empty(), "no test for: {threat}");
        for name in names {
            let declared = format!("fn {name}(");
            assert!(sources.iter().any(|source| source.text.contains(&declared)), "no test is called {name}");
        }
    }
}

#[test]
fn every_threat_names_a_guest_that_exists_or_says_who_makes_it() {
    let guests = guests();
    for [threat, _, guest, _] in rows() {
        let named = spans(&guest);
        assert!(!named.is_empty() || STAND_INS.contains(&guest.as_str()), "no guest for: {threat}");
        named.iter().for_each(|name| assert!(guests.iter().any(|guest| guest == name), "no guest is called {name}"));
    }
}

#[test]
fn every_guest_that_attacks_has_a_row() {
    let rows = rows();
    let mut missing = guests();
    missing.retain(|guest| {
        let has_row = rows.iter().any(|[_, _, cell, _]| spans(cell).contains(&guest.as_str()));
        !has_row && !PEACEFUL.contains(&guest.as_str())
    });
    assert!(missing.is_empty(), "{PAGE} says nothing of {missing:?}");
}

fn guests() -> Vec<String> {
    let paths = files(&[GUESTS], "rs").into_iter().map(|guest| guest.path);
    paths.map(|path| path.rsplit('/').next().unwrap_or(&path).trim_end_matches(".rs").to_owned()).collect()
}
