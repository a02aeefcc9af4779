//! Each SDK's own tests, and those of the plugins written with it, in the runner its language usually has.

use gantry_languages::{language, succeeds, workplace};

#[test]
fn the_sdk_for_javascript_and_its_plugins_pass_their_tests_type_checks_and_format() {
    if language("ts").is_none() {
        return;
    }
    for folder in ["sdk/js", "plugins/order-to-erp-js", "plugins/order-to-erp-ts"] {
        let folder = workplace(folder);
        // First, since tests may leave bundles behind.
        succeeds(&folder, "prettier", &["--check", "."]);
        succeeds(&folder, "tsc", &["--noEmit"]);
        succeeds(&folder, "npm", &["test", "--silent"]);
    }
}

#[test]
fn the_sdk_for_python_and_its_plugins_pass_their_tests() {
    if language("python").is_some() {
        for folder in ["sdk/python", "plugins/order-to-erp-python"] {
            succeeds(&workplace(folder), "python3", &["-m", "unittest", "discover", "tests"]);
        }
    }
}

#[test]
fn the_sdk_for_go_and_its_plugins_pass_their_tests_and_vet() {
    if language("go").is_some() {
        for folder in ["sdk/go", "sdk/go/conformance", "plugins/order-to-erp-go"] {
            succeeds(&workplace(folder), "go", &["test", "./..."]);
            succeeds(&workplace(folder), "go", &["vet", "./..."]);
            assert_eq!(succeeds(&workplace(folder), "gofmt", &["-l", "."]), "", "{folder}: run gofmt");
        }
    }
}

#[test]
fn the_sdks_for_c_and_cpp_pass_their_tests() {
    for name in ["c", "cpp"] {
        if let Some(language) = language(name) {
            succeeds(&workplace(&format!("sdk/{}", language.sdk)), "make", &["--silent", "test"]);
        }
    }
}
