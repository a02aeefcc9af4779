//! `gantry plugin publish`

use std::path::PathBuf;

use clap::Args;
use gantry_api::v1::Published;

use super::signed;
use crate::args::{HostArgs, Who};
use crate::client::{self, Offer, Publication, WithoutStore};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

/// Publish a plugin to the catalogue of a host
///
/// The host checks and compiles the plugin. The plugin must be signed by a key that the host trusts for its name,
/// unless the host accepts unsigned plugins; the signatures are read from FILE.wasm.sig. A version always has the same
/// bytes: publishing them again changes nothing, other bytes are refused. Publishing does not change any flow.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// The component
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// The signatures [default: FILE.wasm.sig, if there is one]
    #[arg(long, value_name = "FILE.sig")]
    signatures: Option<PathBuf>,
    /// Create the data directory if it is new; otherwise only `gantry run` does
    #[arg(long)]
    create: bool,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    host: HostArgs,
}

impl Publish {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let component = signed::component(&self.file)?;
        let signatures =
            signed::signatures(&self.signatures.clone().unwrap_or_else(|| signed::signature_file(&self.file)))?;
        if let (None, Some(named)) = (&signatures, &self.signatures) {
            let error = anyhow::anyhow!("{} does not exist", named.display());
            return Err(Failure::new(Exit::NotFound, error));
        }
        if let Some(signatures) = &signatures {
            signatures.clone().for_plugin(&component.plugin).or_exit(Exit::PluginRefused)?;
        }
        let offer = Offer { bytes: component.bytes.into(), signatures, by: self.who.name() };
        let absent = WithoutStore::create_if(self.create);
        let publication =
            client::with_publisher(&self.host, absent, output, async |client| Ok(client.publish(offer).await?))?;
        Ok(output.print(&publication, || human(&publication))?)
    }
}

fn human(Publication { new, published }: &Publication) -> String {
    let Published { plugin, trusted_by, published_at, published_by, .. } = published;
    let signed = trusted_by.as_ref().map_or_else(|| "unsigned".to_owned(), |key| format!("signed by {key}"));
    match new {
        true => format!("{plugin} is published, {signed} ({})", plugin.digest),
        false => format!("{plugin} is as it was published at {published_at} by {published_by}, {signed}"),
    }
}
