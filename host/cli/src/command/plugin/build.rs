//! `gantry plugin build`: compiles a plugin, embeds its manifest, and puts the component where flows find it.

mod cargo;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;
use gantry_core::{Digest, Manifest};
use serde::Serialize;

use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

/// Build a plugin into a component with its manifest
///
/// DIR holds `plugin.toml`, and the plugin's source as a Rust crate. A component that another toolchain has built is
/// given with `--component`; then only its manifest is embedded.
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The plugin's directory
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Where to put it [default: DIR/dist/NAME.wasm]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A component that is built already
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
}

/// A plugin that was built.
#[derive(Debug, Serialize)]
pub(super) struct Built {
    pub(super) plugin: String,
    pub(super) version: String,
    pub(super) file: PathBuf,
    pub(super) digest: Digest,
    pub(super) size: usize,
}

impl Build {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let built = build(&self.directory, self.component.as_deref(), self.output.as_deref())?;
        let line = || format!("{} {} → {} ({})", built.plugin, built.version, built.file.display(), built.digest);
        Ok(output.print(&built, line)?)
    }
}

/// The manifest of the plugin in this directory.
pub(super) fn manifest(directory: &Path) -> Result<Manifest, Failure> {
    let file = directory.join("plugin.toml");
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("failed to read {}, which describes a plugin", file.display()))
        .or_exit(Exit::NotFound)?;
    gantry_component::plugin_toml(&text).with_context(|| file.display().to_string()).or_exit(Exit::PluginRefused)
}

/// Builds the plugin, unless a component is given, and writes it with its manifest.
pub(super) fn build(directory: &Path, component: Option<&Path>, to: Option<&Path>) -> Result<Built, Failure> {
    let manifest = manifest(directory)?;
    let component = match component {
        Some(file) => file.to_owned(),
        None => cargo::build(directory).or_exit(Exit::PluginRefused)?,
    };
    let bytes = std::fs::read(&component).with_context(|| format!("failed to read {}", component.display()))?;
    let bytes = gantry_component::embed(&bytes, &manifest)
        .with_context(|| format!("failed to embed the manifest in {}", component.display()))
        .or_exit(Exit::PluginRefused)?;
    let inspected = gantry_component::inspect(&bytes)
        .with_context(|| format!("{} is not a plugin", component.display()))
        .or_exit(Exit::PluginRefused)?;
    let usual = || directory.join("dist").join(format!("{}.wasm", manifest.name));
    let file = to.map_or_else(usual, Path::to_owned);
    write(&file, &bytes).with_context(|| format!("failed to write {}", file.display()))?;
    Ok(Built { plugin: manifest.name, version: manifest.version, file, digest: inspected.digest, size: inspected.size })
}

/// Replaces the file in one step: a running host never sees half a plugin.
fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let name = file.file_name().ok_or_else(|| anyhow!("this path names no file"))?;
    let directory = file.parent().unwrap_or_else(|| "".as_ref());
    std::fs::create_dir_all(if directory.as_os_str().is_empty() { ".".as_ref() } else { directory })?;
    let temporary = directory.join(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    let written = std::fs::write(&temporary, bytes).and_then(|()| std::fs::rename(&temporary, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    Ok(written?)
}
