//! New plugins: what is written, and what is refused.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Exit code, standard output and error output of `gantry plugin new` in this folder.
fn new(directory: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut gantry = Command::new(env!("CARGO_BIN_EXE_gantry"));
    gantry.env_remove("GANTRY_FORMAT").args(["plugin", "new"]).args(arguments).current_dir(directory);
    let output = gantry.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn every_language_gets_a_folder_without_a_placeholder_and_with_a_golden_case() {
    for language in ["rust", "js", "ts", "python", "go", "c", "cpp"] {
        let directory = tempfile::tempdir().unwrap();
        let (code, out, err) = new(directory.path(), &["my-plugin", "--lang", language]);
        assert_eq!(code, 0, "{language}: {err}");
        assert!(out.contains("cd my-plugin\n") && out.ends_with("gantry plugin test .\n"), "{language}: {out}");
        let plugin = directory.path().join("my-plugin");
        let cases = files(&plugin.join("cases"));
        assert!(!cases.is_empty() && plugin.join("plugin.toml").is_file() && plugin.join(".gitignore").is_file());
        assert!(plugin.join("gantry/wit/plugin.wit").is_file() && plugin.join("gantry/LICENSE").is_file());
        for file in files(&plugin).iter().filter(|file| !file.starts_with(plugin.join("gantry"))) {
            let text = std::fs::read_to_string(file).unwrap();
            let left = ["{{name}}", "{{module}}", "{{sdk}}"].iter().find(|placeholder| text.contains(*placeholder));
            assert_eq!(left, None, "{}", file.display());
            assert!(!file.display().to_string().contains("{{"), "{}", file.display());
        }
    }
}

#[test]
fn with_a_checkout_nothing_is_copied_and_the_project_refers_to_it() {
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk").canonicalize().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["my-plugin", "--lang", "rust", "--dir", "a/b", "--sdk", sdk.to_str().unwrap()];
    let (code, _, err) = new(directory.path(), &arguments);
    assert_eq!(code, 0, "{err}");
    let plugin = directory.path().join("a/b");
    assert!(!plugin.join("gantry").exists());
    let manifest = std::fs::read_to_string(plugin.join("Cargo.toml")).unwrap();
    let path = manifest.split("path = \"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(plugin.join(path).canonicalize().unwrap(), sdk.join("rust"));
}

#[test]
fn what_is_there_already_is_not_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("orders")).unwrap();
    std::fs::write(directory.path().join("orders/README.md"), "mine").unwrap();
    let (code, out, err) = new(directory.path(), &["orders", "--lang", "rust"]);
    assert_eq!((code, out.as_str()), (2, ""));
    insta::assert_snapshot!(err);
    assert_eq!(files(directory.path()).len(), 1);
}

#[test]
fn a_bad_name_an_unknown_language_and_a_wrong_checkout_say_what_would_do() {
    let directory = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str]| {
        let (code, _, err) = new(directory.path(), arguments);
        assert_eq!(code, 2, "{err}");
        err
    };
    insta::assert_snapshot!("bad_name", refused(&["Orders", "--lang", "rust"]));
    insta::assert_snapshot!("unknown_language", refused(&["orders", "--lang", "cobol"]));
    insta::assert_snapshot!("wrong_checkout", refused(&["orders", "--lang", "rust", "--sdk", "nowhere"]));
    assert_eq!(files(directory.path()).len(), 0);
}
