//! What `sign`, `verify` and `publish` share: a component with the signatures beside it.

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

/// Reads a component and what it calls itself.
pub(super) fn component(file: &Path) -> Result<Component, Failure> {
    let shown = file.display();
    let bytes = std::fs::read(file).with_context(|| format!("failed to read {shown}")).or_exit(Exit::NotFound)?;
    let context = || format!("{shown} is not a plugin");
    let found = inspect(&bytes).with_context(context).or_exit(Exit::PluginRefused)?;
    let manifest = found.require_manifest().with_context(context).or_exit(Exit::PluginRefused)?;
    let plugin = PluginRef { name: manifest.name.clone(), version: manifest.version.clone(), digest: found.digest };
    Ok(Component { bytes, plugin })
}

/// Where a component's signatures are: `FILE.wasm.sig`.
pub(super) fn beside(component: &Path) -> PathBuf {
    let mut name = OsString::from(component);
    name.push(".sig");
    name.into()
}

/// The signatures in this file; none where there is no file.
pub(super) fn signatures(file: &Path) -> Result<Option<SignatureFile>, Failure> {
    let json = match std::fs::read(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        read => read.with_context(|| format!("failed to read {}", file.display())).or_exit(Exit::NotFound)?,
    };
    let read = SignatureFile::read(&json).with_context(|| file.display().to_string()).or_exit(Exit::PluginRefused)?;
    Ok(Some(read))
}
