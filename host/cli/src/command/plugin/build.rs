//! `gantry plugin build`: compiles a plugin, embeds its manifest, and writes the component.
//!
//! There is one module per language, each of which compiles a project to bytes. If these are a core module, it is
//! turned into a component here.

mod adapter;
mod error;
mod go;
mod inputs;
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
/// DIR contains `plugin.toml` and the plugin's project, whose project file determines the language. To use a component
/// or core module that another toolchain has built, give it with `--component`; the manifest is embedded in it. The
/// golden cases in DIR/cases are embedded as well, so that a host can run them before it gives messages to the plugin.
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The plugin's directory
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The file to write [default: DIR/dist/NAME.wasm]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A component or core module that is already built
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
    /// How many golden cases it contains.
    pub(super) cases: usize,
}

/// The options of a build.
#[derive(Debug)]
pub(super) struct BuildOptions<'a> {
    /// A component or core module to use instead of building the sources.
    component: Option<&'a Path>,
    /// The file to write instead of the default.
    output: Option<&'a Path>,
    /// Whether to embed the golden cases.
    cases: bool,
}

impl BuildOptions<'_> {
    /// Build the sources and embed the golden cases, to the default file.
    pub(super) const FROM_SOURCES: Self = Self { component: None, output: None, cases: true };
}

/// What a build is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// For production: optimised as the project states.
    Release,
    /// For development: built quickly.
    Development,
}

/// A plugin's project during a build.
struct Project<'a> {
    directory: &'a Path,
    manifest: &'a Manifest,
    /// A temporary folder for this build.
    scratch: &'a Path,
    mode: Mode,
}

impl Build {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let options = BuildOptions {
            component: self.component.as_deref(),
            output: self.output.as_deref(),
            cases: !self.without_cases,
        };
        let built = build(&self.directory, &options)?;
        Ok(output.print(&built, || {
            format!("{} {} → {} ({})", built.plugin, built.version, built.file.display(), built.digest)
        })?)
    }
}

impl Project<'_> {
    /// Writes the contract with the world of this plugin to a folder for toolchains.
    fn wit(&self) -> anyhow::Result<PathBuf> {
        let folder = self.scratch.join("wit");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("plugin.wit"), self.contract())?;
        Ok(folder)
    }

    /// The contract with the world of this plugin.
    fn contract(&self) -> String {
        gantry_component::contract(&self.manifest.wants)
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

/// Builds the plugin for production, unless a built one is given, and writes the component with its manifest and golden
/// cases.
pub(super) fn build(directory: &Path, options: &BuildOptions<'_>) -> Result<Built, Failure> {
    let manifest = manifest(directory)?;
    let bytes = match options.component {
        Some(file) => {
            let bytes = std::fs::read(file).with_context(|| format!("failed to read {}", file.display()));
            finish(bytes.or_exit(Exit::NotFound)?, &manifest, file)?
        }
        None => component_of(directory, &manifest, Mode::Release)?,
    };
    let cases = if options.cases { cases(directory)? } else { Vec::new() };
    let bytes = gantry_component::embed_cases(&bytes, &cases)
        .with_context(|| format!("{} can't be made a plugin", directory.display()))
        .or_exit(Exit::PluginRefused)?;
    let file = match options.output {
        Some(file) => file.to_owned(),
        None => directory.join("dist").join(format!("{}.wasm", manifest.name)),
    };
    write(&file, &bytes).with_context(|| format!("failed to write {}", file.display()))?;
    Ok(Built {
        plugin: manifest.name,
        version: manifest.version,
        file,
        digest: Digest::of(&bytes),
        size: bytes.len(),
        cases: cases.len(),
    })
}

/// The golden cases in the plugin's folder, if it has any.
fn cases(directory: &Path) -> Result<Vec<CaseFile>, Failure> {
    let folder = directory.join("cases");
    if folder.is_dir() { gantry_golden::files(&folder).or_exit(Exit::PluginRefused) } else { Ok(Vec::new()) }
}

/// The plugin built from its sources, as a component with its manifest.
pub(super) fn component_of(directory: &Path, manifest: &Manifest, mode: Mode) -> Result<Vec<u8>, Failure> {
    finish(compile(directory, manifest, mode).or_exit(Exit::PluginRefused)?, manifest, directory)
}

/// Compiles the project with its own tools, to a component or a core module.
fn compile(directory: &Path, manifest: &Manifest, mode: Mode) -> anyhow::Result<Vec<u8>> {
    let language = Language::of(directory).ok_or_else(|| BuildError::NoProject { directory: directory.to_owned() })?;
    let scratch = tempfile::Builder::new().prefix("gantry-build-").tempdir().context("no temporary folder")?;
    let project = Project { directory, manifest, scratch: scratch.path(), mode };
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

/// Turns the bytes into a component with the manifest, and checks that it is a plugin.
fn finish(bytes: Vec<u8>, manifest: &Manifest, origin: &Path) -> Result<Vec<u8>, Failure> {
    plugin_of(bytes, manifest)
        .with_context(|| format!("{} can't be made a plugin", origin.display()))
        .or_exit(Exit::PluginRefused)
}

fn plugin_of(bytes: Vec<u8>, manifest: &Manifest) -> anyhow::Result<Vec<u8>> {
    let component = match gantry_component::is_core_module(&bytes) {
        true => gantry_component::encode(&bytes, &manifest.wants, adapter::of(&bytes)?)?,
        false => bytes,
    };
    let plugin = gantry_component::embed(&component, manifest)?;
    gantry_component::inspect(&plugin)?;
    Ok(plugin)
}

/// Replaces the file atomically: a running host never reads an incomplete plugin.
pub(super) fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let name = file.file_name().ok_or_else(|| anyhow!("this path has no file name"))?;
    let directory = file.parent().unwrap_or_else(|| "".as_ref());
    std::fs::create_dir_all(if directory.as_os_str().is_empty() { ".".as_ref() } else { directory })?;
    let temporary = directory.join(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    let written = std::fs::write(&temporary, bytes).and_then(|()| std::fs::rename(&temporary, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    Ok(written?)
}
