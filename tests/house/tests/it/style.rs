//! How code reads: a `let` binds one value, or several that one expression yields; a closure has a name only when it is
//! used twice. What was there before the rules is counted per crate, and only gets less.

use std::collections::BTreeMap;

use gantry_house::files;
use gantry_house::manifest::crates;
use gantry_house::style::{Finding, closures_used_once, tuple_lets};

/// Where the rules hold.
const FOLDERS: &[&str] = &["host", "sdk/rust", "tests"];

/// Named closures that are used once, in tests that were there before the rule, by crate. A number only ever goes down.
const CLOSURES_USED_ONCE: &[(&str, usize)] = &[("tests/bench", 1), ("tests/e2e", 13), ("tests/guests/wasm", 1)];

#[test]
fn a_let_binds_several_values_only_where_one_expression_yields_them() {
    compare(&[], tuple_lets);
}

#[test]
fn a_closure_has_a_name_only_where_it_is_used_twice() {
    compare(CLOSURES_USED_ONCE, closures_used_once);
}

#[test]
fn every_crate_with_a_number_is_there() {
    for (folder, _) in CLOSURES_USED_ONCE {
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
