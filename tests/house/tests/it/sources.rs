//! How sources read: each opens with its subject, and has one.

use std::process::Command;

use gantry_house::{SourceFile, files, root};

/// Beyond this, a file holds a second subject. Most have a hundred to two hundred and fifty lines.
const MOST_LINES: usize = 450;

/// Written by a program and read by none of us: `tests/bindings` holds it to the contract.
const GENERATED: &str = "sdk/rust/src/guest/bindings.rs";

fn sources() -> Vec<SourceFile> {
    files(&["host", "sdk", "plugins", "examples", "tests"], "rs")
}

fn scripts() -> Vec<SourceFile> {
    files(&["examples", "plugins", "sdk", "tests"], "sh")
}

#[test]
fn every_source_file_opens_with_its_subject() {
    let mut silent = sources();
    silent.retain(|file| {
        let first = file.text.lines().find(|line| !line.trim().is_empty());
        !first.is_some_and(|line| line.starts_with("//! "))
    });
    let silent: Vec<_> = silent.into_iter().map(|file| file.path).collect();
    assert!(silent.is_empty(), "these don't say in `//!` at their top what they own: {silent:#?}");
}

#[test]
fn no_source_file_holds_two_subjects() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|file| !is_in_tests(&file.path) && file.path != GENERATED)
        .map(|file| (file.text.lines().count(), file.path))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines: {long:#?}");
}

fn is_in_tests(path: &str) -> bool {
    path.split('/').rev().skip(1).any(|folder| folder == "tests" || folder == "benches")
}

#[test]
fn no_module_hides_in_a_mod_rs() {
    let hidden: Vec<_> = sources().into_iter().map(|file| file.path).filter(|path| path.ends_with("/mod.rs")).collect();
    assert!(hidden.is_empty(), "use `foo.rs` beside `foo/`: {hidden:?}");
}

#[test]
fn the_shared_installer_and_every_other_script_is_posix_sh() {
    let scripts = scripts();
    assert!(scripts.iter().any(|script| script.path == "tests/install-wasm-target.sh"));
    for script in scripts {
        let first = script.text.lines().next().unwrap_or_default();
        assert!(first.starts_with("#!/bin/sh"), "{}: begins with `{first}`", script.path);
        assert!(script.text.contains("set -eu"), "{}: goes on after an error", script.path);
        let checked = Command::new("sh").arg("-n").arg(root().join(&script.path)).output().unwrap();
        assert!(checked.status.success(), "{}: {}", script.path, String::from_utf8_lossy(&checked.stderr));
    }
}
