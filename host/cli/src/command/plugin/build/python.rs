//! Python: componentize-py builds a component that contains the interpreter, the standard library and the plugin's
//! modules.
//!
//! `[tool.gantry]` in `pyproject.toml` states where modules are loaded from and which one is the plugin. Nothing else
//! of the machine's Python is included: the build uses an empty virtual environment. A build takes seconds, so one of
//! unchanged modules is not repeated.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde::Deserialize;

use super::Project;
use super::inputs::Inputs;
use super::tool::{Tool, made_by, run};
use crate::user_cache;

const COMPILER: Tool = Tool {
    name: "componentize-py",
    places: &[".venv/bin", "venv/bin"],
    install: "python3 -m venv .venv && .venv/bin/pip install componentize-py==0.25.1",
};

/// The entry module of the component, which passes the plugin's module to the SDK. Authors are unlikely to use this
/// name.
const ENTRY: &str = "gantry_component";

/// The SDK's package.
const SDK: &str = "gantry_sdk";

/// What stands before each package with machine code that the SDK's `loading` names.
const MACHINE_CODE: &str = "machine code: ";

/// The exit code of the SDK's `loading` for a plugin that is wrong.
const PLUGIN_IS_WRONG: i32 = 9;

#[derive(Default, Deserialize)]
#[serde(default)]
struct PyProject {
    tool: Tools,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tools {
    gantry: Table,
}

/// `[tool.gantry]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Table {
    /// Folders with modules, relative to the plugin's folder.
    paths: Vec<String>,
    /// The module with the plugin's function; by default the plugin's name.
    module: Option<String>,
}

impl Default for Table {
    fn default() -> Self {
        Self { paths: vec!["src".to_owned()], module: None }
    }
}

/// Builds the module that `pyproject.toml` names.
pub(super) fn build(project: &Project<'_>) -> anyhow::Result<Vec<u8>> {
    let compiler = COMPILER.find(project.directory)?;
    let file = project.directory.join("pyproject.toml");
    let text = std::fs::read_to_string(&file).with_context(|| format!("failed to read {}", file.display()))?;
    let table = toml::from_str::<PyProject>(&text).with_context(|| file.display().to_string())?.tool.gantry;
    let paths = paths(project.directory, &table.paths, &file)?;
    let module = table.module.unwrap_or_else(|| project.manifest.name.replace('-', "_"));
    let compiled = load(&compiler, &module, &paths, project.directory)?;

    let packages = packages_of(&compiler)?;
    let inputs = Inputs::default().text(&project.contract()).text(&module).path(&compiler.canonicalize()?);
    let inputs = paths.iter().chain(&packages).fold(inputs, |inputs, folder| inputs.path(folder));
    user_cache::built(&inputs.key(), || componentize(project, &compiler, &module, &paths)).map_err(|error| {
        let names = compiled.join(", ");
        match compiled.is_empty() {
            true => error,
            false => error.context(format!(
                "a component can't load machine code, which these packages have: {names}. If the build failed at one that \
                 can't do without, take another package"
            )),
        }
    })
}

fn componentize(project: &Project<'_>, compiler: &Path, module: &str, paths: &[PathBuf]) -> anyhow::Result<Vec<u8>> {
    let entry = write_entry(project.scratch, module)?;
    let empty = project.scratch.join("venv");
    std::fs::create_dir_all(empty.join("lib/python3/site-packages"))?;
    let component = project.scratch.join("plugin.wasm");
    let mut componentize = Command::new(compiler);
    componentize.env("VIRTUAL_ENV", empty);
    // Its own stack says nothing about the plugin, and hides the exception above it.
    componentize.env("RUST_BACKTRACE", "0").env("RUST_LIB_BACKTRACE", "0");
    componentize.arg("-q").arg("-d").arg(project.wit()?).args(["-w", gantry_component::WORLD, "componentize"]);
    // Without WASI: the host links only the contract.
    componentize.args(["-s", ENTRY, "-p"]).arg(entry);
    for path in paths {
        componentize.arg("-p").arg(path);
    }
    componentize.arg("-o").arg(&component);
    run(COMPILER.name, &mut componentize, project.directory)?;
    made_by(COMPILER.name, &component)
}

/// The folders with the compiler's own package: its interpreter and standard library.
fn packages_of(compiler: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let compiler = compiler.canonicalize()?;
    let Some(environment) = compiler.parent().and_then(Path::parent) else { return Ok(Vec::new()) };
    let versions = std::fs::read_dir(environment.join("lib")).into_iter().flatten().flatten();
    let packages = versions.map(|entry| entry.path().join("site-packages/componentize_py"));
    Ok(packages.filter(|folder| folder.is_dir()).collect())
}

/// Loads the module with the Python beside the compiler, which takes a moment where the build takes half a minute. The
/// SDK says by its own exit code that the plugin is wrong; whatever else fails here may work in the component. Returns the
/// packages with machine code.
fn load(compiler: &Path, module: &str, paths: &[PathBuf], directory: &Path) -> anyhow::Result<Vec<String>> {
    let python = compiler.canonicalize()?.with_file_name("python3");
    if !python.is_file() {
        return Ok(Vec::new());
    }
    let mut load = Command::new(python);
    load.args(["-m", &format!("{SDK}.loading"), module]).env("PYTHONPATH", std::env::join_paths(paths)?);
    load.env("PYTHONDONTWRITEBYTECODE", "1");
    let ended = load.current_dir(directory).stdin(Stdio::null()).output()?;
    if ended.status.code() == Some(PLUGIN_IS_WRONG) {
        bail!("{module} can't be loaded:\n{}", String::from_utf8_lossy(&ended.stderr).trim_end());
    }
    let said = String::from_utf8_lossy(&ended.stdout);
    Ok(said.lines().filter_map(|line| line.strip_prefix(MACHINE_CODE)).map(str::to_owned).collect())
}

/// Writes the entry module; returns its folder.
fn write_entry(scratch: &Path, module: &str) -> anyhow::Result<PathBuf> {
    let entry = scratch.join("entry");
    std::fs::create_dir_all(&entry)?;
    // Without the second line, the tool leaves `__pycache__` in every folder that it loads from.
    let text = format!(
        "import sys\nsys.dont_write_bytecode = True\nfrom {SDK}.guest import component\nTransform = component({module:?})\n"
    );
    std::fs::write(entry.join(format!("{ENTRY}.py")), text)?;
    Ok(entry)
}

/// The folders with modules: those of the project, then those of its virtual environment.
fn paths(directory: &Path, named: &[String], file: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for name in named {
        let path = std::path::absolute(directory.join(name))?;
        if !path.is_dir() {
            bail!("{}: [tool.gantry] paths names `{name}`, and {} does not exist", file.display(), path.display());
        }
        paths.push(path);
    }
    let installed = std::fs::read_dir(directory.join(".venv/lib")).into_iter().flatten().flatten();
    let installed = installed.map(|entry| entry.path().join("site-packages")).filter(|path| path.is_dir());
    paths.extend(installed.filter_map(|path| std::path::absolute(path).ok()));
    if !paths.iter().any(|path| path.join(SDK).is_dir()) {
        bail!(
            "{}: none of the folders in [tool.gantry] paths contains `{SDK}`: add the SDK's `src` there, or run \
             `.venv/bin/pip install PATH/TO/sdk/python`",
            file.display()
        );
    }
    Ok(paths)
}
