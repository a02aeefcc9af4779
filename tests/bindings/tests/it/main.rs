//! The bindings that the Rust SDK keeps are those of the contract. The SDK keeps them generated, so that no plugin's first
//! build compiles a generator (`docs/decisions/0037-generated-bindings.md`).
//!
//! `UPDATE_DOCS=1 cargo test -p gantry-bindings` writes them anew: after a change of `wit/`, of `options` below, or of
//! wit-bindgen's version.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator};
use wit_bindgen_rust::Opts;

const CONTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/rust/src/guest/bindings.rs");

/// Every plugin is built against the wider world: of its imports, only those that are called end up in the component.
const WORLD: &str = "enricher";

/// What the file opens with; the generator's own notice follows.
const SUBJECT: &str = "\
//! The contract's types, imports and exports: generated from `wit/`, never edited.
//!
//! `UPDATE_DOCS=1 cargo test -p gantry-bindings` writes this file anew, and a test there holds it to the contract.

";

fn options() -> Opts {
    Opts {
        format: true,
        // `plugin!` expands it in the author's crate, which depends on the SDK alone.
        pub_export_macro: true,
        runtime_path: Some("::gantry_sdk::guest::rt".to_owned()),
        ..Opts::default()
    }
}

fn generated() -> String {
    let mut contract = Resolve::default();
    let (package, _) = contract.push_path(CONTRACT).unwrap();
    let world = contract.select_world(&[package], Some(WORLD)).unwrap();
    let mut files = Files::default();
    options().build().generate(&mut contract, world, &mut files).unwrap();
    let (_, source) = files.iter().next().unwrap();
    format!("{SUBJECT}{}", std::str::from_utf8(source).unwrap())
}

#[test]
fn the_bindings_that_the_rust_sdk_keeps_are_those_of_the_contract() {
    let generated = generated();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(KEPT, &generated).unwrap();
    }
    let kept = std::fs::read_to_string(KEPT).unwrap_or_default();
    assert!(
        kept == generated,
        "sdk/rust/src/guest/bindings.rs is not what wit/ gives: UPDATE_DOCS=1 cargo test -p gantry-bindings"
    );
}
