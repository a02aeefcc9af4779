//! JavaScript and TypeScript: esbuild makes one module of the sources, componentize-qjs a component of that, with
//! QuickJS inside.
//!
//! Types are dropped, not checked: `tsc --noEmit` is the project's own affair, and takes longer than the build.

use std::process::Command;

use super::Project;
use super::tool::{Tool, made_by, run};

const PLACES: &[&str] = &["node_modules/.bin"];
const INSTALL: &str = "npm install";

const BUNDLER: Tool = Tool { name: "esbuild", places: PLACES, install: INSTALL };
const COMPILER: Tool = Tool { name: "componentize-qjs", places: PLACES, install: INSTALL };

/// Builds the module at this path below the plugin's folder.
pub(super) fn build(project: &Project<'_>, entry: &str) -> anyhow::Result<Vec<u8>> {
    let (bundler, compiler) = (BUNDLER.find(project.directory)?, COMPILER.find(project.directory)?);
    let (bundle, component) = (project.scratch.join("plugin.js"), project.scratch.join("plugin.wasm"));

    let mut esbuild = Command::new(bundler);
    // What the host provides is imported by name at run time; everything else goes into the one module.
    esbuild.args(["--bundle", "--format=esm", "--target=es2023", "--external:gantry:*", "--log-level=warning"]);
    esbuild.arg(project.directory.join(entry)).arg(format!("--outfile={}", bundle.display()));
    run(BUNDLER.name, &mut esbuild, project.directory)?;

    let mut qjs = Command::new(compiler);
    // No WASI, and synchronous: what the host links is the contract and nothing else.
    qjs.args(["--world", gantry_component::WORLD, "--stub-wasi", "--sync", "--wit"]).arg(project.wit()?);
    qjs.arg("--js").arg(&bundle).arg("--output").arg(&component);
    run(COMPILER.name, &mut qjs, project.directory)?;
    made_by(COMPILER.name, &component)
}
