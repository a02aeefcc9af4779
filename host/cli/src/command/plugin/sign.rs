//! `gantry plugin sign`

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use gantry_security::{PrivateKey, SignatureFile, SigningKeyError};
use serde_json::json;

use super::signed;
use gantry_core::counted;

use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

/// Sign a plugin
///
/// Adds the signature to FILE.wasm.sig; signatures of other bytes are removed. It covers the component's bytes, name
/// and version.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// The component
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// The private key, written by `gantry key generate`
    #[arg(long, value_name = "NAME.key")]
    key: PathBuf,
}

impl Sign {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let plugin = signed::component(&self.file)?.plugin;
        let key = PrivateKey::load(&self.key).map_err(unusable)?;
        let file = signed::signature_file(&self.file);
        let existing = signed::signatures(&file)?;
        let same = existing.filter(|existing| existing.clone().for_plugin(&plugin).is_ok());
        let mut signatures = same.unwrap_or_else(|| SignatureFile::of(&plugin));
        signatures.add(key.sign(&plugin)).or_exit(Exit::Usage)?;
        super::build::write(&file, signatures.to_json().or_exit(Exit::Internal)?.as_bytes())
            .with_context(|| format!("failed to write {}", file.display()))?;
        let id = key.public().id();
        let count = signatures.signatures.len();
        let result = json!({ "plugin": plugin, "key": id, "file": file, "signatures": count });
        Ok(output.print(&result, || {
            format!("{plugin} signed with {id} → {} ({})", file.display(), counted(count, "signature"))
        })?)
    }
}

fn unusable(error: SigningKeyError) -> Failure {
    let exit = if matches!(error, SigningKeyError::Missing(_)) { Exit::NotFound } else { Exit::Usage };
    Failure::new(exit, error)
}
