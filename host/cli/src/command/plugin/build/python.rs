//! Python: componentize-py makes a component with the interpreter, the standard library and the plugin's modules
//! inside.

use std::process::Command;

use super::Project;
use super::tool::{Tool, made_by, run};

const COMPILER: Tool = Tool {
    name: "componentize-py",
    places: &[".venv/bin", "venv/bin"],
    install: "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
};

/// Builds the module `plugin` below `src`.
pub(super) fn build(project: &Project<'_>) -> anyhow::Result<Vec<u8>> {
    let compiler = COMPILER.find(project.directory)?;
    let component = project.scratch.join("plugin.wasm");
    let mut componentize = Command::new(compiler);
    componentize.arg("-d").arg(project.wit()?).args(["-w", gantry_component::WORLD, "componentize"]);
    // No WASI: what the host links is the contract and nothing else.
    componentize.args(["-s", "plugin", "-p"]).arg(project.directory.join("src")).arg("-o").arg(&component);
    run(COMPILER.name, &mut componentize, project.directory)?;
    made_by(COMPILER.name, &component)
}
