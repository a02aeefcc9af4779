//! `gantry key generate`

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use gantry_core::KeyName;
use gantry_security::{PrivateKey, SigningKeyError};
use serde_json::json;

use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

/// Generate a key pair to sign plugins
///
/// Writes the private key to NAME.key (PKCS#8 PEM, readable only by its owner) and the public key to NAME.pub, and
/// prints the lines that make a host trust the key. The private key is never printed: keep it only where releases are
/// made.
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// The name of the key, also in host files
    #[arg(value_name = "NAME")]
    name: KeyName,
    /// The folder for the files
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
}

impl Generate {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let [private, public] = ["key", "pub"].map(|ending| self.out.join(format!("{}.{ending}", self.name)));
        // The public key of an older pair would be mistaken for this one's.
        if public.exists() {
            return Err(Failure::new(Exit::Usage, SigningKeyError::Exists(public)));
        }
        let key = PrivateKey::generate().or_exit(Exit::Internal)?;
        key.save(&private).or_exit(Exit::Usage)?;
        let text = key.public().to_string();
        std::fs::write(&public, format!("{text}\n"))
            .with_context(|| format!("failed to write {}", public.display()))
            .or_exit(Exit::Internal)?;
        let name = &self.name;
        let id = key.public().id();
        let result = json!({ "name": name, "id": id, "public_key": text, "private": private, "public": public });
        Ok(output.print(&result, || {
            let files =
                format!("private key  {}\npublic key   {}\nkey id       {id}\n", private.display(), public.display());
            let trust = format!("[[plugins.trust]]\nname = \"{name}\"\nkey = \"{text}\"\npublish = [\"*\"]\n");
            format!("{files}\nA host trusts it with these lines in gantry.toml:\n\n{trust}")
        })?)
    }
}
