//! `gantry plugin inspect`: shows a component's manifest, imports and needed grants, without running it.

mod granted;
mod imports;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use gantry_component::{Inspection, Sizes, cases, inspect, sizes};
use gantry_config::show_size;
use gantry_core::counted;
use gantry_core::manifest::API_VERSION;
use serde_json::json;

use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;
use crate::text::columns;
use granted::Granted;
use imports::{Import, steps_of};

/// Print a plugin's manifest, imports and exports without running it
///
/// For each import, shows which grant it needs. With `--flow`, compares the imports with the grants of the steps that
/// use this plugin, and shows the folders and variables that they grant; the exit code is 4 if a grant is missing.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The component
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// Compare with the grants of this flow
    #[arg(long, value_name = "FLOW.toml")]
    flow: Option<PathBuf>,
}

impl Inspect {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let shown = self.file.display();
        let bytes =
            std::fs::read(&self.file).with_context(|| format!("failed to read {shown}")).or_exit(Exit::NotFound)?;
        let found = inspect(&bytes).with_context(|| format!("{shown} is not a plugin")).or_exit(Exit::PluginRefused)?;
        let sizes = sizes(&bytes).or_exit(Exit::PluginRefused)?;
        let cases = cases(&bytes).with_context(|| shown.to_string()).or_exit(Exit::PluginRefused)?.len();
        let steps = match &self.flow {
            Some(flow) => steps_of(flow, &self.file, &found, output)?,
            None => Vec::new(),
        };
        let imports = imports::against(&found, &steps);
        let granted = Granted::by(&steps);
        output.print(&to_json(&found, &sizes, cases, &imports, &granted), || {
            human(&found, &sizes, cases, &imports, &granted)
        })?;
        match imports.iter().any(|import| import.missing) && self.flow.is_some() {
            true => Err(Failure::said(Exit::PluginRefused)),
            false => Ok(()),
        }
    }
}

fn to_json(
    found: &Inspection,
    sizes: &Sizes,
    cases: usize,
    imports: &[Import],
    granted: &[Granted],
) -> serde_json::Value {
    json!({
        "digest": found.digest,
        "size": found.size,
        "code_size": sizes.code,
        "data_size": sizes.data,
        "modules": sizes.modules,
        "cases": cases,
        "api": found.api,
        "host_api": API_VERSION,
        "imports": found.imports,
        "needs": imports,
        "granted": granted,
        "exports": found.exports,
        "manifest": found.manifest,
    })
}

fn human(found: &Inspection, sizes: &Sizes, cases: usize, imports: &[Import], granted: &[Granted]) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing to a string can't fail.
        let _ = writeln!(text, "{name:<12}{value}");
    };
    match &found.manifest {
        Some(manifest) => {
            line("plugin", &format!("{} {}", manifest.name, manifest.version));
            line("about", &manifest.description);
            line("tables", &listed(&manifest.wants.lookup));
            line("clock", if manifest.wants.clock { "wanted" } else { "not wanted" });
        }
        None => line("plugin", "no manifest: `gantry plugin build DIR --component FILE.wasm` embeds one"),
    }
    line("api", &format!("gantry:plugin@{} (this host supports {API_VERSION})", found.api));
    line("digest", &found.digest.to_string());
    line("size", &format!("{} ({} bytes)", rounded(found.size), found.size));
    line("", &format!("{} of code, {} of data", rounded(sizes.code), rounded(sizes.data)));
    line("cases", &if cases == 0 { "none".to_owned() } else { counted(cases, "golden case") });
    let rows: Vec<_> = imports.iter().map(|import| [import.name.clone(), import.note.clone()]).collect();
    line("imports", &listed(&columns(&rows).lines().map(str::to_owned).collect::<Vec<_>>()));
    if !granted.is_empty() {
        line("granted", &listed(&granted.iter().flat_map(Granted::lines).collect::<Vec<_>>()));
    }
    line("exports", &listed(&found.exports));
    if let Some(schema) = found.manifest.as_ref().and_then(|manifest| manifest.settings.as_ref()) {
        line("settings", &format!("{schema:#}"));
    }
    text
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(&format!("\n{:12}", "")) }
}

/// The size, rounded up to whole KiB.
fn rounded(bytes: usize) -> String {
    show_size((bytes as u64).div_ceil(1 << 10) << 10)
}
