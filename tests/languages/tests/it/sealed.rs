//! No component imports what it doesn't use.

use gantry_languages::{built, language};

/// What the component imports, without versions.
fn imports(folder: &str) -> Vec<String> {
    let bytes = std::fs::read(built(folder)).unwrap();
    let found = gantry_component::inspect(&bytes).unwrap();
    found.imports.iter().map(|import| import.split('@').next().unwrap().to_owned()).collect()
}

fn wasi(folder: &str) -> Vec<String> {
    imports(folder).into_iter().filter(|import| import.starts_with("wasi:")).collect()
}

#[test]
fn javascript_and_python_run_without_any_wasi() {
    for (name, folder) in [
        ("js", "plugins/order-to-erp-js"),
        ("ts", "plugins/order-to-erp-ts"),
        ("js", "sdk/js/conformance"),
        ("python", "plugins/order-to-erp-python"),
        ("python", "sdk/python/conformance"),
    ] {
        if language(name).is_some() {
            assert_eq!(wasi(folder), [] as [&str; 0], "{folder}");
        }
    }
}

#[test]
fn c_and_cpp_ask_for_nothing_but_standard_error_and_exit_and_go_for_time_and_chance_too() {
    let reporting = ["wasi:cli/exit", "wasi:cli/stderr", "wasi:io/error", "wasi:io/streams"];
    for name in ["go", "c", "cpp"] {
        let Some(language) = language(name) else { continue };
        let runtime: &[&str] = if name == "go" { &["wasi:clocks/wall-clock", "wasi:random/random"] } else { &[] };
        let allowed = [&reporting, runtime].concat();
        for folder in [format!("sdk/{}/conformance", language.sdk), format!("plugins/order-to-erp-{name}")] {
            let wasi = wasi(&folder);
            assert!(wasi.iter().all(|import| allowed.contains(&import.as_str())), "{folder}: {wasi:?}");
        }
    }
}

#[test]
fn a_mapping_that_asks_for_a_table_and_no_clock_imports_just_that() {
    for name in ["js", "ts", "python", "go", "c", "cpp"] {
        if language(name).is_none() {
            continue;
        }
        let folder = format!("plugins/order-to-erp-{name}");
        let imports = imports(&folder);
        assert!(imports.contains(&"gantry:plugin/lookup".to_owned()), "{folder}: {imports:?}");
        assert!(!imports.contains(&"gantry:plugin/clock".to_owned()), "{folder}: {imports:?}");
    }
}
