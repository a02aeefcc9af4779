//! The golden cases beside the plugin, run natively: `cargo test`.

#[test]
fn every_golden_case_holds() {
    gantry_sdk::testing::run_cases({{module}}::map, concat!(env!("CARGO_MANIFEST_DIR"), "/cases"));
}
