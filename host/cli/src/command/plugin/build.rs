//! `gantry plugin build`: compiles a plugin, embeds its manifest, and puts the component where flows find it.
//!
//! There is a module for each language, all of one shape: from a project to the bytes its compiler made. Where those
//! are a core module, the component is made here.

mod adapter;
mod error;
mod go;
mod javascript;
mod native;
mod python;
mod rust;
mod tool;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;
use gantry_core::{Digest, Manifest};
use gantry_golden::CaseFile;
use serde::Serialize;

use super::language::Language;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;
use error::BuildError;

/// Build a plugin into a component with its manifest
///
/// DIR holds `plugin.toml` and the plugin's project: its language is known by its project file. What another
/// toolchain has built, a component or a core module, is given with `--component`; then it is only made a component,
/// and its manifest embedded. The golden cases in DIR/cases travel in the component, so that a host can try them before
/// it gives the plugin messages.
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The plugin's directory
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Where to put it [default: DIR/dist/NAME.wasm]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A component or core module that is built already
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// Leave the golden cases in DIR/cases out of the component
    #[arg(long)]
    without_cases: bool,
}

/// A plugin that was built.
#[derive(Debug, Serialize)]
pub(super) struct Built {
    pub(super) plugin: String,
    pub(super) version: String,
    pub(super) file: PathBuf,
    pub(super) digest: Digest,
    pub(super) size: usize,
    /// How many golden cases it carries.
    pub(super) cases: usize,
}

/// What is asked of a build.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    component: Option<&'a Path>,
    to: Option<&'a Path>,
    cases: bool,
}

impl Wanted<'_> {
    /// From sources, to its usual place, with its golden cases.
    pub(super) const fn usual() -> Self {
        Self { component: None, to: None, cases: true }
    }
}

/// What a build is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// To be shipped: optimised as hard as the project says.
    Ship,
    /// To be tried at once: built quickly, again and again.
    Try,
}

/// A plugin's folder, on its way to a component.
struct Project<'a> {
    directory: &'a Path,
    manifest: &'a Manifest,
    /// A folder of this build alone, gone afterwards.
    scratch: &'a Path,
    pace: Pace,
}

impl Build {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let (component, to) = (self.component.as_deref(), self.output.as_deref());
        let built = build(&self.directory, &Wanted { component, to, cases: !self.without_cases })?;
        let line = || format!("{} {} → {} ({})", built.plugin, built.version, built.file.display(), built.digest);
        Ok(output.print(&built, line)?)
    }
}

impl Project<'_> {
    /// The contract with a world for this plugin alone, as a folder for toolchains.
    fn wit(&self) -> anyhow::Result<PathBuf> {
        let folder = self.scratch.join("wit");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("plugin.wit"), gantry_component::contract(&self.manifest.wants))?;
        Ok(folder)
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

/// Builds the plugin to be shipped, unless it is given built, and writes the component with its manifest and its
/// golden cases.
pub(super) fn build(directory: &Path, wanted: &Wanted<'_>) -> Result<Built, Failure> {
    let manifest = manifest(directory)?;
    let bytes = match wanted.component {
        Some(file) => {
            let bytes = std::fs::read(file).with_context(|| format!("failed to read {}", file.display()));
            finish(bytes.or_exit(Exit::NotFound)?, &manifest, file)?
        }
        None => component_of(directory, &manifest, Pace::Ship)?,
    };
    let cases = if wanted.cases { cases(directory)? } else { Vec::new() };
    let bytes = gantry_component::embed_cases(&bytes, &cases)
        .with_context(|| format!("{} does not become a plugin", directory.display()))
        .or_exit(Exit::PluginRefused)?;
    let usual = || directory.join("dist").join(format!("{}.wasm", manifest.name));
    let file = wanted.to.map_or_else(usual, Path::to_owned);
    write(&file, &bytes).with_context(|| format!("failed to write {}", file.display()))?;
    let (digest, size) = (Digest::of(&bytes), bytes.len());
    Ok(Built { plugin: manifest.name, version: manifest.version, file, digest, size, cases: cases.len() })
}

/// The golden cases beside the plugin's sources, if it has any.
fn cases(directory: &Path) -> Result<Vec<CaseFile>, Failure> {
    let folder = directory.join("cases");
    if folder.is_dir() { gantry_golden::files(&folder).or_exit(Exit::PluginRefused) } else { Ok(Vec::new()) }
}

/// The plugin built from its sources, as a component with its manifest.
pub(super) fn component_of(directory: &Path, manifest: &Manifest, pace: Pace) -> Result<Vec<u8>, Failure> {
    finish(compile(directory, manifest, pace).or_exit(Exit::PluginRefused)?, manifest, directory)
}

/// What the project's own tools make of it: a component or a core module.
fn compile(directory: &Path, manifest: &Manifest, pace: Pace) -> anyhow::Result<Vec<u8>> {
    let language = Language::of(directory).ok_or_else(|| BuildError::NoProject { directory: directory.to_owned() })?;
    let scratch = tempfile::Builder::new().prefix("gantry-build-").tempdir().context("no temporary folder")?;
    let project = Project { directory, manifest, scratch: scratch.path(), pace };
    match language {
        Language::Rust => rust::build(&project),
        Language::Js => javascript::js(&project),
        Language::Ts => javascript::ts(&project),
        Language::Python => python::build(&project),
        Language::Go => go::build(&project),
        Language::C => native::c(&project),
        Language::Cpp => native::cpp(&project),
    }
}

/// Made a component if it isn't one, with its manifest, and seen to be a plugin.
fn finish(bytes: Vec<u8>, manifest: &Manifest, origin: &Path) -> Result<Vec<u8>, Failure> {
    let plugin = || -> anyhow::Result<Vec<u8>> {
        let component = match gantry_component::is_core_module(&bytes) {
            true => gantry_component::encode(&bytes, &manifest.wants, adapter::of(&bytes)?)?,
            false => bytes,
        };
        let plugin = gantry_component::embed(&component, manifest)?;
        gantry_component::inspect(&plugin)?;
        Ok(plugin)
    };
    plugin().with_context(|| format!("{} does not become a plugin", origin.display())).or_exit(Exit::PluginRefused)
}

/// Replaces the file in one step: a running host never sees half a plugin.
pub(super) fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
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
