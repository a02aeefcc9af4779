//! How code reads: a `let` binds one value, or several that one expression yields; a closure has a name only when it is
//! used twice. What was there before the rules is counted per crate, and only gets less.

use std::collections::BTreeMap;

use gantry_house::files;
use gantry_house::manifest::crates;
use gantry_house::style::{Finding, closures_used_once, tuple_lets};

/// Where the rules hold.
const FOLDERS: &[&str] = &["host", "sdk/rust", "tests"];

/// `let (a, b) = (x, y);`, by crate. Those that aren't here have none. A number only ever goes down.
const TUPLE_LETS: &[(&str, usize)] = &[
    ("host/admin", 4),
    ("host/cli", 25),
    ("host/control", 2),
    ("host/engine", 2),
    ("host/store", 49),
    ("tests/bench", 36),
    ("tests/bench-extism", 2),
    ("tests/e2e", 75),
    ("tests/guests/wasm", 1),
    ("tests/languages", 2),
    ("tests/torture", 17),
];

/// Named closures that are used once, by crate. Those that aren't here have none. A number only ever goes down.
const CLOSURES_USED_ONCE: &[(&str, usize)] = &[
    ("host/admin", 4),
    ("host/cli", 32),
    ("host/control", 8),
    ("host/engine", 10),
    ("host/observe", 4),
    ("host/runtime", 1),
    ("host/store", 34),
    ("tests/bench", 3),
    ("tests/e2e", 17),
    ("tests/guests", 2),
    ("tests/guests/wasm", 2),
    ("tests/torture", 9),
];

#[test]
fn a_let_binds_several_values_only_where_one_expression_yields_them() {
    compare(TUPLE_LETS, tuple_lets);
}

#[test]
fn a_closure_has_a_name_only_where_it_is_used_twice() {
    compare(CLOSURES_USED_ONCE, closures_used_once);
}

#[test]
fn every_crate_with_a_number_is_there() {
    for (folder, _) in TUPLE_LETS.iter().chain(CLOSURES_USED_ONCE) {
        assert!(crates().iter().any(|one| one.folder == *folder), "there is no crate in {folder}");
    }
}

/// Holds the findings of each crate to its number.
fn compare(noted: &[(&str, usize)], find: fn(&str) -> Vec<Finding>) {
    let found = by_crate(find);
    let mut wrong = Vec::new();
    for (folder, places) in &found {
        let number = noted.iter().find(|(noted, _)| noted == folder).map_or(0, |(_, number)| *number);
        if places.len() > number {
            wrong.push(format!("{folder}: {} are found, {number} are noted: {places:#?}", places.len()));
        } else if places.len() < number {
            wrong.push(format!("{folder}: only {} are left: lower the number from {number}", places.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The places of the findings by the folder of their crate; each crate is there, with places or without.
fn by_crate(find: fn(&str) -> Vec<Finding>) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let folders: Vec<_> = crates().into_iter().map(|one| one.folder).collect();
    for file in files(FOLDERS, "rs") {
        let holders = folders.iter().filter(|folder| file.path.starts_with(&format!("{folder}/")));
        let holder = holders.max_by_key(|folder| folder.len()).map_or("", String::as_str);
        let places = found.entry(holder.to_owned()).or_default();
        places.extend(
            find(&file.text).into_iter().map(|found| format!("{}:{}: {:?}", file.path, found.line, found.names)),
        );
    }
    found
}
