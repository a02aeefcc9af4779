//! Warns of files and variables that are granted to a plugin that has no way to read them.
//!
//! A plugin finds granted folders through `wasi:filesystem/preopens`, and variables through `wasi:cli/environment`. What the
//! SDKs for Go, C, C++, JavaScript and Python build imports neither, whatever its code asks for: there the plugin would see
//! an empty machine, and nobody would say why.

use std::path::Path;

use gantry_component::inspect;
use gantry_config::{Code, Diagnostic, Flow, PluginStep, Step};
use gantry_sandbox::{Standing, standing};

/// A warning for each grant of these flows that is of no use.
pub(super) fn check(flows: &[Flow]) -> Vec<Diagnostic> {
    flows.iter().flat_map(|flow| &flow.steps).flat_map(of_step).collect()
}

fn of_step(step: &Step) -> Vec<Diagnostic> {
    let Some(plugin) = step.plugin() else { return Vec::new() };
    if plugin.grants.files.is_empty() && plugin.grants.env.is_empty() {
        return Vec::new();
    }
    // A plugin that can't be read is reported by `parts`.
    let Some(imports) = imports(&plugin.plugin) else { return Vec::new() };
    unused(step, plugin, &imports)
}

fn imports(plugin: &Path) -> Option<Vec<String>> {
    Some(inspect(&std::fs::read(plugin).ok()?).ok()?.imports)
}

fn unused(step: &Step, plugin: &PluginStep, imports: &[String]) -> Vec<Diagnostic> {
    let grants = &plugin.grants;
    let kinds = [
        (!grants.files.is_empty(), Standing::Folders, "files", "a lookup table (`grants.lookup`)"),
        (!grants.env.is_empty(), Standing::Environment, "env", "`settings`"),
    ];
    let found = kinds
        .into_iter()
        .filter(|(is_granted, way, ..)| *is_granted && !imports.iter().any(|import| standing(import) == *way));
    found.map(|(_, _, grant, instead)| warning(step, plugin, grant, instead)).collect()
}

fn warning(step: &Step, plugin: &PluginStep, grant: &str, instead: &str) -> Diagnostic {
    let file = plugin.plugin.file_name().unwrap_or_default().display();
    let what = if grant == "files" { "reads no files" } else { "reads no variables" };
    let message = format!(
        "step `{}` grants `{grant}`, but the plugin {file} {what}: it does not import what WASI has for that, so it will \
         find none",
        step.name
    );
    let help = format!(
        "give the plugin the data by {instead} and remove the grant; or write the plugin in Rust, whose standard library \
         reads it. Plugins of the SDKs for Go, C, C++, JavaScript and Python can't"
    );
    Diagnostic::new(Code::UnusedGrant, step.place.file.clone(), step.place.line, message, help)
}
