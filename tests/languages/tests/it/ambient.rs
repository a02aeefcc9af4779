//! What a language has around its plugins never answers something else than an author expects: it works, or is a fault
//! that names what to use instead. The cases are in the reference plugins' own folders.

use gantry_e2e::repository;
use gantry_languages::{language, passes, succeeds, workplace};

/// The cases of the reference plugin's own folder, so many.
fn holds(folder: &str, cases: usize) {
    passes(folder, cases, &["--cases", repository().join(folder).join("cases").to_str().unwrap()]);
}

#[test]
fn javascript_is_honest_about_what_is_around_it() {
    if language("js").is_some() {
        holds("sdk/js/conformance", 4);
        succeeds(&workplace("sdk/js/conformance"), "npm", &["test", "--silent"]);
    }
}

#[test]
fn python_is_honest_about_what_is_around_it() {
    if language("python").is_some() {
        holds("sdk/python/conformance", 4);
    }
}
