//! JavaScript and TypeScript: esbuild makes one module of the sources, componentize-qjs a component of that, with
//! QuickJS inside.
//!
//! Where the project has a `tsconfig.json`, types are checked first: esbuild drops them unread.

use std::path::Path;
use std::process::Command;

use gantry_core::manifest::Wants;

use super::Project;
use super::error::BuildError;
use super::tool::{Tool, made_by, run};

const PLACES: &[&str] = &["node_modules/.bin"];
const INSTALL: &str = "npm install";

const CHECKER: Tool = Tool { name: "tsc", places: PLACES, install: INSTALL };
const BUNDLER: Tool = Tool { name: "esbuild", places: PLACES, install: INSTALL };
const COMPILER: Tool = Tool { name: "componentize-qjs", places: PLACES, install: INSTALL };

/// No Node and no browser, so that what needs one fails here; the SDK's side for components rather than its stand-ins
/// for native tests; the contract's imports left for the host. Nothing is shortened: stack traces name functions.
const BUNDLED: &[&str] = &[
    "--bundle",
    "--format=esm",
    "--platform=neutral",
    "--target=es2023",
    "--conditions=gantry",
    "--external:gantry:plugin/*",
    "--charset=utf8",
    "--log-level=warning",
];

/// Builds a JavaScript plugin. Its types are checked where the project asks for it and the checker is there.
pub(super) fn js(project: &Project<'_>) -> anyhow::Result<Vec<u8>> {
    if project.directory.join("tsconfig.json").is_file() && CHECKER.find(project.directory).is_ok() {
        check_types(project.directory)?;
    }
    build(project, "src/plugin.js")
}

/// Builds a TypeScript plugin.
pub(super) fn ts(project: &Project<'_>) -> anyhow::Result<Vec<u8>> {
    check_types(project.directory)?;
    build(project, "src/plugin.ts")
}

fn check_types(directory: &Path) -> anyhow::Result<()> {
    let mut tsc = Command::new(CHECKER.find(directory)?);
    tsc.args(["--noEmit", "--project", "."]).current_dir(directory);
    run(CHECKER.name, &mut tsc, directory)
}

fn build(project: &Project<'_>, entry: &str) -> anyhow::Result<Vec<u8>> {
    let (bundler, compiler) = (BUNDLER.find(project.directory)?, COMPILER.find(project.directory)?);
    let (bundle, component) = (project.scratch.join("plugin.js"), project.scratch.join("plugin.wasm"));

    let mut esbuild = Command::new(bundler);
    esbuild.arg(entry).args(BUNDLED).arg(format!("--outfile={}", bundle.display())).current_dir(project.directory);
    run(BUNDLER.name, &mut esbuild, project.directory)?;
    check_imports(&std::fs::read_to_string(&bundle)?, &project.manifest.wants)?;

    let mut qjs = Command::new(compiler);
    // No WASI, and synchronous: what the host links is the contract and nothing else.
    qjs.args(["--world", gantry_component::WORLD, "--stub-wasi", "--sync", "--wit"]).arg(project.wit()?);
    qjs.arg("--js").arg(&bundle).arg("--output").arg(&component);
    run(COMPILER.name, &mut qjs, project.directory)?;
    made_by(COMPILER.name, &component)
}

/// An import that the world doesn't have would end the build with a complaint about modules.
fn check_imports(bundle: &str, wants: &Wants) -> Result<(), BuildError> {
    let imports = |interface: &str| bundle.contains(&format!("\"gantry:plugin/{interface}@"));
    if wants.lookup.is_empty() && imports("lookup") {
        return Err(BuildError::Unwanted { module: "@gantry/sdk/lookup", line: "lookup = [\"TABLE\"]" });
    }
    if !wants.clock && imports("clock") {
        return Err(BuildError::Unwanted { module: "@gantry/sdk/clock", line: "clock = true" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_that_is_not_wanted_is_told_the_line_that_asks_for_it() {
        let bundle = "import { nowMs } from \"gantry:plugin/clock@0.1.0\";\n";
        let refused = check_imports(bundle, &Wants::default()).unwrap_err().to_string();
        assert!(refused.contains("@gantry/sdk/clock") && refused.contains("`clock = true` under [wants]"), "{refused}");
        assert!(check_imports(bundle, &Wants { clock: true, ..Wants::default() }).is_ok());
        assert!(check_imports("import { write } from \"gantry:plugin/log@0.1.0\";", &Wants::default()).is_ok());
    }
}
