//! `gantry plugin sign`

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use gantry_security::{PrivateKey, SignatureFile, SigningKeyError};
use serde_json::json;

use super::signed;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::{Output, counted};

/// Sign a plugin
///
/// The signature goes to FILE.wasm.sig, beside any others of the same bytes; those of other bytes are dropped. It binds
/// the component's bytes, name and version.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// The component
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// The private key, as `gantry key generate` made it
    #[arg(long, value_name = "NAME.key")]
    key: PathBuf,
}

impl Sign {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let plugin = signed::component(&self.file)?.plugin;
        let key = PrivateKey::load(&self.key).map_err(unusable)?;
        let file = signed::beside(&self.file);
        let there = signed::signatures(&file)?;
        let same = there.filter(|there| there.clone().for_plugin(&plugin).is_ok());
        let mut signatures = same.unwrap_or_else(|| SignatureFile::of(&plugin));
        signatures.add(key.sign(&plugin)).or_exit(Exit::Usage)?;
        super::build::write(&file, signatures.to_json().or_exit(Exit::Internal)?.as_bytes())
            .with_context(|| format!("failed to write {}", file.display()))?;
        let (id, count) = (key.public().id(), signatures.signatures.len());
        let result = json!({ "plugin": plugin, "key": id, "file": file, "signatures": count });
        let line = || format!("{plugin} signed with {id} → {} ({})", file.display(), counted(count, "signature"));
        Ok(output.print(&result, line)?)
    }
}

fn unusable(error: SigningKeyError) -> Failure {
    let exit = if matches!(error, SigningKeyError::Missing(_)) { Exit::NotFound } else { Exit::Usage };
    Failure::new(exit, error)
}
