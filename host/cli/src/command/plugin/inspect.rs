//! `gantry plugin inspect`: what a component says of itself, without running it.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use gantry_component::{Inspection, inspect};
use gantry_config::show_size;
use serde_json::json;

use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

/// Print what a plugin is, imports and asks for, without running it
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The component
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
}

impl Inspect {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let shown = self.file.display();
        let bytes =
            std::fs::read(&self.file).with_context(|| format!("failed to read {shown}")).or_exit(Exit::NotFound)?;
        let found = inspect(&bytes).with_context(|| format!("{shown} is not a plugin")).or_exit(Exit::PluginRefused)?;
        let value = json!({
            "digest": found.digest,
            "size": found.size,
            "api": found.api,
            "imports": found.imports,
            "exports": found.exports,
            "manifest": found.manifest,
        });
        Ok(output.print(&value, || human(&found))?)
    }
}

fn human(found: &Inspection) -> String {
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
    line("api", &format!("gantry:plugin@{}", found.api));
    line("digest", &found.digest.to_string());
    line("size", &format!("{} ({} bytes)", rounded(found.size), found.size));
    line("imports", &listed(&found.imports));
    line("exports", &listed(&found.exports));
    if let Some(schema) = found.manifest.as_ref().and_then(|manifest| manifest.settings.as_ref()) {
        line("settings", &serde_json::to_string_pretty(schema).unwrap_or_default());
    }
    text
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(&format!("\n{:12}", "")) }
}

/// In whole KiB.
fn rounded(bytes: usize) -> String {
    show_size((bytes as u64).div_ceil(1 << 10) << 10)
}
