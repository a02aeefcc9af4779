//! Rust: runs Cargo to build a component for wasm32-wasip2, and finds the result.
//!
//! Cargo's own messages go to the standard error output.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, anyhow, bail};
use serde_json::Value;

use super::error::BuildError;
use super::{Mode, Project};

const TARGET: &str = "wasm32-wasip2";

/// A profile for components, if the workspace has one; usually more optimised than `release`.
const PROFILE: &str = "plugin";

/// The profile of development builds. Defined on cargo's command line, because no project has it.
const DEVELOPMENT_PROFILE: &str = "gantry-try";

/// Settings of the development profile: incremental, and without debug information, which the sandbox does not need.
/// Some optimisation pays off: the sandbox has less code to compile.
const DEVELOPMENT_SETTINGS: &[&str] =
    &["inherits=\"dev\"", "opt-level=1", "debug=false", "incremental=true", "codegen-units=256", "panic=\"abort\""];

/// Builds the crate for components.
pub(super) fn build(project: &Project<'_>) -> anyhow::Result<Vec<u8>> {
    let directory = project.directory;
    let crate_file = directory.join("Cargo.toml");
    check_target(directory)?;
    let workspace = workspace(&crate_file)?;
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--target", TARGET, "--message-format", "json-render-diagnostics"]);
    cargo.args(profile(project.mode, &workspace));
    cargo.arg("--manifest-path").arg(&crate_file).stdout(Stdio::piped());
    let mut running = cargo.spawn().context("failed to start cargo")?;
    let messages = running.stdout.take().context("cargo has no output")?;
    let built = BufReader::new(messages).lines().map_while(Result::ok).filter_map(|line| component(&line, &crate_file));
    let built = built.last();
    let status = running.wait()?;
    if !status.success() {
        return Err(BuildError::ToolFailed { tool: "cargo", directory: directory.to_owned(), status }.into());
    }
    let file = built.ok_or_else(|| {
        anyhow!("{} builds no component: it needs `crate-type = [\"cdylib\"]` under [lib]", crate_file.display())
    })?;
    std::fs::read(&file).with_context(|| format!("failed to read {}", file.display()))
}

/// The arguments of cargo that select the profile.
fn profile(mode: Mode, workspace: &Path) -> Vec<String> {
    let profile = match mode {
        Mode::Release if has_profile(workspace) => PROFILE,
        Mode::Release => "release",
        Mode::Development => DEVELOPMENT_PROFILE,
    };
    let mut arguments = vec!["--profile".to_owned(), profile.to_owned()];
    if mode == Mode::Development {
        for setting in DEVELOPMENT_SETTINGS {
            arguments.extend(["--config".to_owned(), format!("profile.{DEVELOPMENT_PROFILE}.{setting}")]);
        }
    }
    arguments
}

/// Fails with instructions if the standard library for components is not installed.
fn check_target(directory: &Path) -> anyhow::Result<()> {
    let printed = Command::new("rustc").args(["--print", "sysroot"]).current_dir(directory).output();
    let printed = printed.context("failed to start rustc: a Rust toolchain is needed, see https://rustup.rs")?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&printed.stdout).trim());
    let libraries = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    if libraries.is_dir() {
        return Ok(());
    }
    bail!(
        "the Rust target {TARGET} is not installed: run `rustup target add {TARGET}`, or, if rustup can't download \
         it, `sh tests/install-wasm-target.sh` from Gantry's sources"
    )
}

/// The manifest of the workspace the crate belongs to.
fn workspace(crate_file: &Path) -> anyhow::Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args(["locate-project", "--workspace", "--message-format", "plain", "--manifest-path"]).arg(crate_file);
    let located = cargo.stderr(Stdio::inherit()).output().context("failed to start cargo")?;
    if !located.status.success() {
        bail!("cargo can't read {}; see its messages above", crate_file.display());
    }
    Ok(PathBuf::from(String::from_utf8_lossy(&located.stdout).trim()))
}

fn has_profile(workspace: &Path) -> bool {
    let text = std::fs::read_to_string(workspace).unwrap_or_default();
    let manifest: toml::Table = toml::from_str(&text).unwrap_or_default();
    manifest.get("profile").and_then(|profiles| profiles.get(PROFILE)).is_some()
}

/// The component in one of Cargo's messages, if the message is about this crate.
fn component(message: &str, crate_file: &Path) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    if message.get("reason")? != "compiler-artifact" {
        return None;
    }
    let of = Path::new(message.get("manifest_path")?.as_str()?);
    if of.canonicalize().ok()? != crate_file.canonicalize().ok()? {
        return None;
    }
    let mut files = message.get("filenames")?.as_array()?.iter().filter_map(Value::as_str).map(PathBuf::from);
    files.find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
}
