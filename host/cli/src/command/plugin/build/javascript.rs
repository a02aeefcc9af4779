//! JavaScript and TypeScript: esbuild bundles the sources into one module, componentize-qjs turns it into a component
//! that contains QuickJS.
//!
//! If the project has a `tsconfig.json`, types are checked first, because esbuild ignores them. A bundle that has not changed
//! is not turned into a component again.

mod lines;

use std::path::{Path, PathBuf};
use std::process::Command;

use gantry_core::manifest::Wants;

use super::Project;
use super::error::BuildError;
use super::inputs::Inputs;
use super::tool::{Tool, made_by, run};
use crate::user_cache;

const PLACES: &[&str] = &["node_modules/.bin"];
const INSTALL: &str = "npm install";

const CHECKER: Tool = Tool { name: "tsc", places: PLACES, install: INSTALL };
const BUNDLER: Tool = Tool { name: "esbuild", places: PLACES, install: INSTALL };
const COMPILER: Tool = Tool { name: "componentize-qjs", places: PLACES, install: INSTALL };

/// Neither Node nor a browser, so that code that needs one fails here; of packages the files for browsers, which do with
/// less, else the module, else what is left; the SDK's files for components, not its replacements for native tests; the
/// contract's imports left to the host. Not minified: stack traces name functions.
const ESBUILD_OPTIONS: &[&str] = &[
    "--bundle",
    "--format=esm",
    "--platform=neutral",
    "--target=es2023",
    "--main-fields=browser,module,main",
    "--conditions=gantry,browser,module",
    "--external:gantry:plugin/*",
    "--charset=utf8",
    "--sourcemap=external",
    "--sources-content=false",
    "--log-level=warning",
];

/// What the SDK gives packages that they take for granted, `console` for one. It must run before they do.
const ENVIRONMENT: &str = "node_modules/@gantry/sdk/src/host/component/environment.js";

/// Builds a JavaScript plugin. Types are checked if the project has a `tsconfig.json` and the checker is installed.
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
    let bundler = BUNDLER.find(project.directory)?;
    let compiler = COMPILER.find(project.directory)?;
    // The bundler names sources as seen from here, with links resolved.
    let scratch = project.scratch.canonicalize()?;
    let bundle = scratch.join("plugin.js");

    let mut esbuild = Command::new(bundler);
    esbuild
        .arg(entry)
        .args(ESBUILD_OPTIONS)
        .args(environment(project.directory).map(|file| format!("--inject:{}", file.display())))
        .arg(format!("--outfile={}", bundle.display()))
        .current_dir(project.directory);
    run(BUNDLER.name, &mut esbuild, project.directory)?;
    let mut text = std::fs::read_to_string(&bundle)?;
    check_imports(&text, &project.manifest.wants)?;
    let map = String::from_utf8(made_by(BUNDLER.name, &scratch.join("plugin.js.map"))?)?;
    text.push_str(&lines::statement(&map, &scratch, project.directory)?);
    std::fs::write(&bundle, &text)?;

    // What a package manager has installed is told by what it writes beside the tools.
    let installed = compiler.parent().and_then(Path::parent).map(|packages| packages.join(".package-lock.json"));
    let inputs = Inputs::default().text(&project.contract()).text(&text).path(&compiler.canonicalize()?);
    let inputs = installed.iter().fold(inputs, |inputs, file| inputs.path(file));
    user_cache::built(&inputs.key(), || componentize(project, &compiler, &bundle))
}

/// Turns the bundle into a component.
fn componentize(project: &Project<'_>, compiler: &Path, bundle: &Path) -> anyhow::Result<Vec<u8>> {
    let component = project.scratch.join("plugin.wasm");
    let mut qjs = Command::new(compiler);
    // Without WASI and synchronous: the host links only the contract.
    qjs.args(["--world", gantry_component::WORLD, "--stub-wasi", "--sync", "--wit"]).arg(project.wit()?);
    qjs.arg("--js").arg(bundle).arg("--output").arg(&component);
    run(COMPILER.name, &mut qjs, project.directory)?;
    made_by(COMPILER.name, &component)
}

/// The SDK's environment, in the project's packages or in those of a folder above; an SDK of before has none.
fn environment(directory: &Path) -> Option<PathBuf> {
    let directory = std::path::absolute(directory).ok()?;
    directory.ancestors().map(|above| above.join(ENVIRONMENT)).find(|file| file.is_file())
}

/// Checks the imports first: an import that the world lacks would fail with a confusing error about modules.
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
    fn the_error_for_an_unwanted_import_names_the_line_that_asks_for_it() {
        let bundle = "import { nowMs } from \"gantry:plugin/clock@0.1.0\";\n";
        let refused = check_imports(bundle, &Wants::default()).unwrap_err().to_string();
        assert!(refused.contains("@gantry/sdk/clock") && refused.contains("`clock = true` under [wants]"), "{refused}");
        assert!(check_imports(bundle, &Wants { clock: true, ..Wants::default() }).is_ok());
        assert!(check_imports("import { write } from \"gantry:plugin/log@0.1.0\";", &Wants::default()).is_ok());
    }
}
