//! How code reads: a `let` binds one value, or several that one expression yields; a closure has a name only when it is
//! used twice.

use gantry_house::files;
use gantry_house::style::{Finding, closures_used_once, tuple_lets};

/// Where the rules hold.
const FOLDERS: &[&str] = &["host", "sdk/rust", "tests"];

#[test]
fn a_let_binds_several_values_only_where_one_expression_yields_them() {
    hold(tuple_lets);
}

#[test]
fn a_closure_has_a_name_only_where_it_is_used_twice() {
    hold(closures_used_once);
}

/// Fails with every place that is found.
fn hold(find: fn(&str) -> Vec<Finding>) {
    let found = files(FOLDERS, "rs").into_iter().flat_map(|file| {
        let findings = find(&file.text).into_iter();
        findings.map(move |found| format!("{}:{}: {:?}", file.path, found.line, found.names)).collect::<Vec<_>>()
    });
    let places: Vec<_> = found.collect();
    assert!(places.is_empty(), "{}", places.join("\n"));
}
