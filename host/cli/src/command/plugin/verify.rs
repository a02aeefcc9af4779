//! `gantry plugin verify`

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use gantry_config::PluginTrust;
use gantry_config::plugin_trust::PublicKey;
use gantry_core::{Clock as _, PluginSignature, SystemClock};
use gantry_security::plugin_signature::is_signed_by;
use gantry_security::{SigningKeyError, Trust, load_public};
use serde_json::json;

use super::signed::{self, Component};
use crate::args::HostArgs;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

/// Verify a plugin's signatures
///
/// With `--key`, checks whether the plugin is signed with that key; otherwise, whether a host with these settings would
/// accept it, by `[plugins]` in the host file. The exit code is 4 if not. The signatures are read from FILE.wasm.sig.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The component
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// A public key: a file, or `ed25519:…` itself
    #[arg(long, value_name = "NAME.pub")]
    key: Option<String>,
    #[command(flatten)]
    host: HostArgs,
}

impl Verify {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let component = signed::component(&self.file)?;
        let signatures = match signed::signatures(&signed::signature_file(&self.file))? {
            Some(file) => file.for_plugin(&component.plugin).or_exit(Exit::PluginRefused)?,
            None => Vec::new(),
        };
        match &self.key {
            Some(key) => self.against_key(&public_key(key)?, &component, &signatures, output),
            None => self.against_host(self.host.load(output)?.plugin_trust, &component, &signatures, output),
        }
    }

    fn against_key(
        &self,
        key: &PublicKey,
        component: &Component,
        signatures: &[PluginSignature],
        output: &Output,
    ) -> Result<(), Failure> {
        let plugin = &component.plugin;
        let id = key.id();
        let version = plugin.plugin_version();
        let signature = signatures.iter().find(|one| one.key == id);
        if !signature.is_some_and(|one| is_signed_by(key.verifier(), &version, plugin.digest, &one.signature)) {
            let file = signed::signature_file(&self.file);
            let error = anyhow!("{plugin} has no valid signature of the key {id} in {}", file.display());
            return Err(Failure::new(Exit::PluginRefused, error));
        }
        let result = json!({ "plugin": plugin, "key": id });
        Ok(output.print(&result, || format!("{plugin} is signed with {id}"))?)
    }

    fn against_host(
        &self,
        policy: PluginTrust,
        component: &Component,
        signatures: &[PluginSignature],
        output: &Output,
    ) -> Result<(), Failure> {
        let plugin = &component.plugin;
        let trusted_by = Trust::new(policy)
            .check(&plugin.plugin_version(), plugin.digest, signatures, SystemClock.now())
            .or_exit(Exit::PluginRefused)?;
        let result = json!({ "plugin": plugin, "trusted_by": trusted_by });
        Ok(output.print(&result, || match &trusted_by {
            Some(key) => format!("{plugin} is signed by {key}, which may publish it"),
            None => format!("{plugin} is not signed by a listed key, but the host accepts unsigned plugins"),
        })?)
    }
}

/// The key itself, or the key in a file.
fn public_key(text: &str) -> Result<PublicKey, Failure> {
    if let Ok(key) = text.parse() {
        return Ok(key);
    }
    load_public(text.as_ref()).map_err(|error| {
        let exit = if matches!(error, SigningKeyError::File(_)) { Exit::NotFound } else { Exit::Usage };
        Failure::new(exit, error)
    })
}
