//! Reads components and their signature files, for `sign`, `verify` and `publish`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gantry_component::inspect;
use gantry_core::PluginRef;
use gantry_security::SignatureFile;

use crate::exit::{Exit, Failure, OrExit as _};

/// A component file.
pub(super) struct Component {
    pub(super) bytes: Vec<u8>,
    pub(super) plugin: PluginRef,
}

/// Reads a component with its name and version.
pub(super) fn component(file: &Path) -> Result<Component, Failure> {
    let shown = file.display();
    let bytes = std::fs::read(file).with_context(|| format!("failed to read {shown}")).or_exit(Exit::NotFound)?;
    let not_a_plugin = format!("{shown} is not a plugin");
    let found = inspect(&bytes).context(not_a_plugin.clone()).or_exit(Exit::PluginRefused)?;
    let manifest = found.require_manifest().context(not_a_plugin).or_exit(Exit::PluginRefused)?;
    let plugin = PluginRef { name: manifest.name.clone(), version: manifest.version.clone(), digest: found.digest };
    Ok(Component { bytes, plugin })
}

/// The signature file of a component: `FILE.wasm.sig`.
pub(super) fn signature_file(component: &Path) -> PathBuf {
    let mut name = OsString::from(component);
    name.push(".sig");
    name.into()
}

/// The signatures in this file; none if it does not exist.
pub(super) fn signatures(file: &Path) -> Result<Option<SignatureFile>, Failure> {
    let json = match std::fs::read(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        read => read.with_context(|| format!("failed to read {}", file.display())).or_exit(Exit::NotFound)?,
    };
    let read = SignatureFile::read(&json).with_context(|| file.display().to_string()).or_exit(Exit::PluginRefused)?;
    Ok(Some(read))
}
