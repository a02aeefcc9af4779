//! The mapping of `plugins/order-to-erp` in every language: the same golden cases, byte for byte.

use gantry_e2e::repository;
use gantry_languages::{language, passes};

fn agrees(folder: &str) {
    let cases = repository().join("plugins/order-to-erp/cases");
    passes(folder, 16, &["--exact", "--cases", cases.to_str().unwrap()]);
}

#[test]
fn the_mapping_in_rust_passes_its_golden_cases_byte_for_byte() {
    agrees("plugins/order-to-erp");
}

macro_rules! siblings {
    ($($test:ident: $name:literal),+ $(,)?) => {
        $(#[test]
        fn $test() {
            if language($name).is_some() {
                agrees(concat!("plugins/order-to-erp-", $name));
            }
        })+
    };
}

siblings! {
    the_mapping_in_javascript_passes_the_same_cases_byte_for_byte: "js",
    the_mapping_in_typescript_passes_the_same_cases_byte_for_byte: "ts",
    the_mapping_in_python_passes_the_same_cases_byte_for_byte: "python",
    the_mapping_in_go_passes_the_same_cases_byte_for_byte: "go",
    the_mapping_in_c_passes_the_same_cases_byte_for_byte: "c",
    the_mapping_in_cpp_passes_the_same_cases_byte_for_byte: "cpp",
}
