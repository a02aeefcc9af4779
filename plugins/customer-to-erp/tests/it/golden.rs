//! The golden cases beside the plugin, run natively.

#[test]
fn every_golden_case_holds() {
    gantry_sdk::testing::run_cases(customer_to_erp::map, concat!(env!("CARGO_MANIFEST_DIR"), "/cases"));
}
