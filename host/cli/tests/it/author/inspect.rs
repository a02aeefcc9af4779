//! `gantry plugin inspect`, with and without a flow.

use super::workshop::Workshop;

const FLOW: &str = r#"[flow]
name = "rows"

[purpose]
goal = "Rows are in the archive"
owner = "Order desk"
systems = ["shop", "archive"]
success.error_rate = 0.01

[source.webhook]
path = "/rows"
verify.bearer.tokens = ["env:TOKEN"]

[table.products]
file = "products.csv"
key = "sku"

[[step]]
plugin = "rows.wasm"
GRANTS

[target.archive.file]
path = "archive.ndjson"
"#;

/// What is said of the guest that looks rows up, under this flow.
fn inspected(grants: &str) -> (i32, String, String) {
    let workshop = Workshop::empty();
    workshop.write_bytes("rows.wasm", gantry_guests::LOOKUP_USER);
    workshop.write("products.csv", "sku,name\n1,Tea\n");
    workshop.write("flow.toml", &FLOW.replace("GRANTS", grants));
    workshop.run(&["plugin", "inspect", "rows.wasm", "--flow", "flow.toml"])
}

/// The part that doesn't change with the compiler.
fn imports(out: &str) -> String {
    out.lines()
        .skip_while(|line| !line.starts_with("imports"))
        .take_while(|line| !line.starts_with("exports"))
        .collect()
}

#[test]
fn an_import_is_free_stubbed_or_granted_by_a_line_of_the_flow() {
    let (code, out, err) = inspected("grants = { lookup = [\"products\"] }");
    assert_eq!(code, 0, "{err}");
    let imports = imports(&out);
    assert!(imports.contains("gantry:plugin/lookup@0.1.0"), "{imports}");
    assert!(imports.contains("granted by ") && imports.contains("flow.toml:19 (lookup = [\"products\"])"), "{imports}");
    assert!(imports.contains("free") && !imports.contains("NOT granted"), "{imports}");
    assert!(out.contains("of code,") && out.contains("(this host supports 0.1.0)"), "{out}");
}

#[test]
fn the_folders_and_variables_that_a_flow_grants_are_shown() {
    let grants =
        "grants = { lookup = [\"products\"], files = [{ path = \".\", at = \"/data\" }], env = { REGION = \"eu\" } }";
    let (code, out, err) = inspected(grants);
    assert_eq!(code, 0, "{err}");
    let granted: String = out.lines().skip_while(|line| !line.starts_with("granted")).collect();
    assert!(granted.contains("flow.toml:19"), "{out}");
    assert!(granted.contains(" at /data") && granted.contains("env: REGION = \"eu\""), "{out}");
    let (_, out, _) = inspected("grants = { lookup = [\"products\"] }");
    assert!(out.contains("flow.toml:19: no files, no environment"), "{out}");
}

#[test]
fn as_json_too_every_granted_folder_and_variable_is_there() {
    let workshop = Workshop::empty();
    workshop.write_bytes("rows.wasm", gantry_guests::ECHO);
    workshop.write("products.csv", "sku,name\n1,Tea\n");
    let grants = "grants.files = [{ path = \".\", at = \"/data\" }]\ngrants.env = { REGION = \"eu\" }";
    workshop.write("flow.toml", &FLOW.replace("GRANTS", grants));
    let (code, out, err) = workshop.run(&["plugin", "inspect", "rows.wasm", "--flow", "flow.toml", "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    let shown: serde_json::Value = serde_json::from_str(&out).unwrap();
    let granted = &shown["granted"][0];
    assert_eq!((&granted["files"][0]["at"], &granted["env"]["REGION"]), (&"/data".into(), &"eu".into()));
    assert!(granted["place"].as_str().unwrap().ends_with("flow.toml:19"), "{granted}");
    let environment = shown["needs"].as_array().unwrap().iter();
    let environment = environment.filter(|need| need["name"].as_str().unwrap().starts_with("wasi:cli/environment"));
    let notes: Vec<_> = environment.map(|need| need["note"].as_str().unwrap()).collect();
    assert!(notes.len() == 1 && notes[0].contains("granted by "), "{notes:?}");
}

#[test]
fn an_import_that_the_flow_does_not_grant_is_told_the_line_and_ends_with_4() {
    let (code, out, _) = inspected("");
    let imports = imports(&out);
    assert_eq!(code, 4, "{imports}");
    assert!(imports.contains("NOT granted by ") && imports.contains("add `grants = { lookup = ["), "{imports}");
}

#[test]
fn a_flow_that_does_not_use_the_plugin_says_what_it_uses() {
    let workshop = Workshop::empty();
    workshop.write_bytes("echo.wasm", gantry_guests::ECHO);
    workshop.write_bytes("rows.wasm", gantry_guests::LOOKUP_USER);
    workshop.write("products.csv", "sku,name\n1,Tea\n");
    workshop.write("flow.toml", &FLOW.replace("GRANTS", ""));
    let (code, _, err) = workshop.run(&["plugin", "inspect", "echo.wasm", "--flow", "flow.toml"]);
    assert!(code == 7 && err.contains("no step of flow.toml uses echo.wasm") && err.contains("rows.wasm"), "{err}");
}

#[test]
fn without_a_flow_an_import_is_told_what_would_grant_it() {
    let workshop = Workshop::empty();
    workshop.write_bytes("clock.wasm", gantry_guests::CLOCK_USER);
    let (code, out, err) = workshop.run(&["plugin", "inspect", "clock.wasm"]);
    assert_eq!(code, 0, "{err}");
    assert!(imports(&out).contains("needs `grants = { clock = true }` under [[step]]"), "{out}");
}

#[test]
fn an_import_that_no_host_gives_is_told_the_way_that_is_meant() {
    let workshop = Workshop::empty();
    workshop.write_bytes("network.wasm", gantry_guests::NETWORK);
    let (_, out, _) = workshop.run(&["plugin", "inspect", "network.wasm"]);
    assert!(imports(&out).contains("REFUSED by every host: plugins do no I/O"), "{out}");
}
