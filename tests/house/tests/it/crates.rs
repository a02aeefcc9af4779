//! Who may name whom: dependencies of the host's crates point downwards only, and two engines have one door each.

use gantry_house::manifest::{Crate, crates};
use gantry_house::{code, files};

/// The host's crates from the bottom up, each with the crates it may name.
const HOUSE: &[(&str, &[&str])] = &[
    ("gantry-core", &[]),
    ("gantry-api", &["gantry-core"]),
    ("gantry-schema", &["gantry-core"]),
    ("gantry-rules", &["gantry-core", "gantry-schema"]),
    ("gantry-config", &["gantry-core", "gantry-schema", "gantry-rules"]),
    ("gantry-component", &["gantry-core"]),
    ("gantry-store", &["gantry-core"]),
    ("gantry-sandbox", &["gantry-core", "gantry-schema", "gantry-component"]),
    ("gantry-golden", &["gantry-core", "gantry-schema", "gantry-component", "gantry-sandbox"]),
    ("gantry-security", &["gantry-core", "gantry-config"]),
    ("gantry-transport", &["gantry-core", "gantry-schema", "gantry-config", "gantry-security"]),
    (
        "gantry-engine",
        &[
            "gantry-core",
            "gantry-schema",
            "gantry-rules",
            "gantry-config",
            "gantry-store",
            "gantry-sandbox",
            "gantry-security",
            "gantry-transport",
        ],
    ),
    (
        "gantry-control",
        &[
            "gantry-core",
            "gantry-schema",
            "gantry-rules",
            "gantry-config",
            "gantry-component",
            "gantry-store",
            "gantry-sandbox",
            "gantry-golden",
            "gantry-security",
            "gantry-transport",
            "gantry-engine",
        ],
    ),
    (
        "gantry-observe",
        &[
            "gantry-core",
            "gantry-config",
            "gantry-store",
            "gantry-security",
            "gantry-transport",
            "gantry-engine",
            "gantry-control",
        ],
    ),
    (
        "gantry-operations",
        &["gantry-core", "gantry-store", "gantry-security", "gantry-engine", "gantry-control", "gantry-observe"],
    ),
    (
        "gantry-runtime",
        &[
            "gantry-core",
            "gantry-schema",
            "gantry-rules",
            "gantry-config",
            "gantry-component",
            "gantry-store",
            "gantry-sandbox",
            "gantry-golden",
            "gantry-security",
            "gantry-transport",
            "gantry-engine",
            "gantry-control",
            "gantry-observe",
            "gantry-operations",
        ],
    ),
    (
        "gantry-admin",
        &[
            "gantry-core",
            "gantry-api",
            "gantry-config",
            "gantry-store",
            "gantry-schema",
            "gantry-security",
            "gantry-transport",
            "gantry-engine",
            "gantry-control",
            "gantry-observe",
            "gantry-operations",
            "gantry-runtime",
        ],
    ),
    (
        "gantry",
        &[
            "gantry-core",
            "gantry-api",
            "gantry-schema",
            "gantry-rules",
            "gantry-config",
            "gantry-component",
            "gantry-store",
            "gantry-sandbox",
            "gantry-golden",
            "gantry-security",
            "gantry-transport",
            "gantry-engine",
            "gantry-control",
            "gantry-observe",
            "gantry-operations",
            "gantry-runtime",
            "gantry-admin",
        ],
    ),
];

fn house_crates_named_by(one: &Crate) -> impl Iterator<Item = &str> {
    one.names.iter().map(String::as_str).filter(|name| HOUSE.iter().any(|(house, _)| house == name))
}

#[test]
fn a_crate_names_only_crates_below_it() {
    let all = crates();
    for (name, allowed) in HOUSE {
        let one = all.iter().find(|one| one.name == *name).unwrap_or_else(|| panic!("there is no crate `{name}`"));
        for named in house_crates_named_by(one) {
            assert!(allowed.contains(&named), "{}/Cargo.toml names `{named}`, which `{name}` may not", one.folder);
        }
    }
}

#[test]
fn the_order_of_the_house_has_no_way_up() {
    for (floor, (name, allowed)) in HOUSE.iter().enumerate() {
        let below: Vec<_> = HOUSE[..floor].iter().map(|(below, _)| below).collect();
        assert!(allowed.iter().all(|named| below.contains(&named)), "`{name}` is allowed a crate that is not below it");
    }
}

#[test]
fn every_crate_under_host_has_its_place_in_the_house() {
    for one in crates().iter().filter(|one| one.folder.starts_with("host/")) {
        assert!(HOUSE.iter().any(|(name, _)| *name == one.name), "`{}` is not in the order of the house", one.name);
    }
}

#[test]
fn plugins_and_the_sdk_name_no_crate_of_the_host() {
    for one in crates().iter().filter(|one| one.folder.starts_with("plugins/") || one.folder.starts_with("sdk/")) {
        assert_eq!(house_crates_named_by(one).next(), None, "{}/Cargo.toml", one.folder);
    }
}

#[test]
fn only_the_store_names_sled() {
    only("sled", &["host/store"]);
    let in_store = files(&["host/store/src"], "rs");
    let naming: Vec<_> = in_store.iter().filter(|file| code(&file.text).contains("sled::")).map(|f| &f.path).collect();
    assert_eq!(naming, ["host/store/src/disk/base.rs"], "within the store, one module knows the engine");
}

#[test]
fn only_the_sandbox_and_what_measures_it_name_wasmtime() {
    only("wasmtime", &["host/sandbox", "tests/bench"]);
    for of_its_family in ["wasmtime-wasi", "wasmtime-wasi-io"] {
        only(of_its_family, &["host/sandbox"]);
    }
    let measuring = files(&["tests/bench"], "rs");
    let naming: Vec<_> = measuring.iter().filter(|f| code(&f.text).contains("wasmtime::")).map(|f| &f.path).collect();
    assert_eq!(naming, ["tests/bench/src/bare.rs"], "the yardstick alone: what is measured has its limits on");
}

#[test]
fn only_the_schema_crate_names_jsonschema_in_the_host() {
    let crates = crates().into_iter().filter(|one| one.names.iter().any(|name| name == "jsonschema"));
    let folders: Vec<_> = crates.map(|one| one.folder).collect();
    assert_eq!(
        folders,
        ["host/schema", "host/transport"],
        "the tests of flow files hold the published schemas to them"
    );
}

#[test]
fn a_crate_has_one_binary_of_integration_tests() {
    // The template is a plugin of somebody else's, with one file of tests.
    for one in crates().iter().filter(|one| one.folder != "sdk/rust/template") {
        let folder = format!("{}/tests/", one.folder);
        let paths: Vec<_> = files(&[&folder], "rs").into_iter().map(|file| file.path).collect();
        let further: Vec<_> =
            paths.iter().filter_map(|path| path.strip_prefix(&folder)).filter(|path| is_further_binary(path)).collect();
        assert!(further.is_empty(), "make these modules of {folder}it/main.rs: {further:?}");
    }
}

/// Whether cargo makes a test binary of this file below `tests`, and it isn't the crate's one.
fn is_further_binary(path: &str) -> bool {
    path.split_once('/').is_none_or(|(folder, file)| file == "main.rs" && folder != "it")
}

#[test]
fn a_further_binary_of_tests_would_be_found() {
    assert!(is_further_binary("crash.rs") && is_further_binary("alerts/main.rs"));
    assert!(!is_further_binary("it/main.rs") && !is_further_binary("it/alerts.rs"));
}

#[test]
fn only_the_api_and_the_server_that_serves_it_name_utoipa() {
    only("utoipa", &["host/api", "host/admin"]);
}

#[test]
fn the_command_line_picks_nothing_out_of_untyped_json() {
    for file in files(&["host/cli/src"], "rs") {
        let product = file.text.split("#[cfg(test)]").next().unwrap_or_default();
        let picks: Vec<_> = code(product).lines().filter(|line| indexes_by_text(line)).map(str::to_owned).collect();
        assert!(picks.is_empty(), "{}: read it as a type of `gantry_api`: {picks:#?}", file.path);
    }
}

/// `value["name"]`, and not an array of texts.
fn indexes_by_text(line: &str) -> bool {
    line.match_indices("[\"").any(|(at, _)| line[..at].ends_with(|c: char| c.is_alphanumeric() || "_)]".contains(c)))
}

/// Nobody but the crates in these folders depends on the library, or on one of its family, or uses it in code.
fn only(library: &str, folders: &[&str]) {
    let family = format!("{library}-");
    for one in crates().iter().filter(|one| !folders.contains(&one.folder.as_str())) {
        let named = one.names.iter().find(|name| *name == library || name.starts_with(&family));
        assert_eq!(named, None, "{}/Cargo.toml: only {folders:?} may name {library}", one.folder);
    }
    let path = format!("{library}::");
    for file in files(&["host", "sdk", "plugins", "examples", "tests"], "rs") {
        let may_name_it = folders.iter().any(|folder| file.path.starts_with(&format!("{folder}/")));
        let inside = may_name_it || file.path.starts_with("tests/house/");
        assert!(inside || !code(&file.text).contains(&path), "{}: only {folders:?} may name {library}", file.path);
    }
}
