//! Errors that teach: each says what was found, what was expected, and what to type next.

use super::workshop::Workshop;

const PLUGIN_TOML: &str = "name = \"p\"\nversion = \"1.0.0\"\n";

/// What is said when this is refused, with the code for refused plugins.
fn refused(workshop: &Workshop, arguments: &[&str]) -> String {
    let (code, out, err) = workshop.run(arguments);
    assert_eq!((code, out.as_str()), (4, ""), "{err}");
    err
}

/// A folder with this file as `given.wasm`, and what is said of it as a plugin and as what a build is given.
fn given(bytes: &[u8]) -> (String, String) {
    let workshop = Workshop::empty();
    workshop.write("plugin.toml", PLUGIN_TOML);
    workshop.write_bytes("given.wasm", bytes);
    let inspected = refused(&workshop, &["plugin", "inspect", "given.wasm"]);
    let built = refused(&workshop, &["plugin", "build", ".", "--component", "given.wasm"]);
    (inspected, built)
}

/// The guest with every mention of the contract's version changed.
fn of_version(guest: &[u8], version: &str) -> Vec<u8> {
    let from = b"@0.1.0";
    let to = format!("@{version}");
    assert_eq!(from.len(), to.len());
    let mut bytes = guest.to_vec();
    for at in 0..bytes.len() - from.len() {
        if &bytes[at..at + from.len()] == from {
            bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
        }
    }
    bytes
}

#[test]
fn a_component_of_another_world() {
    let (inspected, built) = given(b"\0asm\x0d\0\x01\0");
    insta::assert_snapshot!("another_world", format!("{inspected}\n{built}"));
}

#[test]
fn a_core_module_without_the_plugins_exports() {
    let (inspected, built) = given(b"\0asm\x01\0\0\0");
    insta::assert_snapshot!("core_module", format!("{inspected}\n{built}"));
}

#[test]
fn an_old_version_of_the_contract() {
    let (inspected, built) = given(&of_version(gantry_guests::ECHO, "0.0.9"));
    insta::assert_snapshot!("old_version", format!("{inspected}\n{built}"));
}

#[test]
fn an_old_version_in_the_manifest() {
    let workshop = Workshop::of("echo");
    workshop.write("plugin.toml", &format!("{PLUGIN_TOML}api = \"0.0.9\"\n"));
    insta::assert_snapshot!("old_manifest", refused(&workshop, &["plugin", "build", "."]));
}

#[test]
fn a_folder_of_no_known_language() {
    let workshop = Workshop::empty();
    workshop.write("plugin.toml", PLUGIN_TOML);
    workshop.write("plugin.cob", "IDENTIFICATION DIVISION.");
    insta::assert_snapshot!("unknown_language", refused(&workshop, &["plugin", "build", "."]));
}

#[test]
fn a_missing_tool_of_each_language() {
    let projects: &[(&str, &[&str])] = &[
        ("rust", &["Cargo.toml"]),
        ("javascript", &["package.json", "src/plugin.js"]),
        ("typescript", &["package.json", "src/plugin.ts"]),
        ("python", &["pyproject.toml"]),
        ("go", &["go.mod"]),
        ("c", &["src/p.c"]),
        ("cpp", &["src/p.cpp"]),
    ];
    let mut said = String::new();
    for (language, files) in projects {
        let workshop = Workshop::empty();
        workshop.write("plugin.toml", PLUGIN_TOML);
        files.iter().for_each(|file| workshop.write(file, ""));
        // Nothing but the plugin's own folder to look in.
        let (code, _, err) = workshop.ended(workshop.gantry(&["plugin", "build", "."]).env("PATH", ""));
        assert_eq!(code, 4, "{err}");
        said.push_str(&format!("{language}: {err}\n"));
    }
    insta::assert_snapshot!("missing_tool", said);
}

#[test]
fn a_tool_that_fails_and_one_that_makes_nothing() {
    let workshop = Workshop::of("echo");
    workshop.write("src/plugin.js", "mistake");
    let failed = refused(&workshop, &["plugin", "build", "."]);
    insta::assert_snapshot!("tool_failed", failed);
    workshop.write("src/plugin.js", "// no guest is named here\n");
    let nothing = refused(&workshop, &["plugin", "build", "."]);
    // The build's own folder has another name each time.
    assert!(
        nothing.contains("componentize-qjs succeeded but did not write ") && nothing.contains("plugin.wasm"),
        "{nothing}"
    );
}

#[test]
fn an_ability_that_plugin_toml_does_not_ask_for() {
    let workshop = Workshop::of("echo");
    workshop.write("src/plugin.js", "import { get } from \"gantry:plugin/lookup@0.1.0\";\n");
    insta::assert_snapshot!("unwanted", refused(&workshop, &["plugin", "build", "."]));
}
