//! The catalogue at the desk: publishing and listing plugins, whether a host runs or not.
//!
//! At rest this process does what the host would: it holds the plugin to the same rules, and compiles it in a process of
//! its own. What it compiled stays in the data directory's cache, so the host need not do it again.

use std::sync::Arc;

use bytes::Bytes;
use gantry_admin::convert::Convert as _;
use gantry_api::v1::Published;
use gantry_config::HostConfig;
use gantry_control::publish::{PublishError, Publisher, open_catalogue};
use gantry_core::SystemClock;
use gantry_runtime::open_sandbox;
use gantry_security::SignatureFile;
use gantry_store::{CatalogueError, Store};
use serde::Serialize;

use super::{Desk, DeskError, with_desk};
use crate::args::HostArgs;
use crate::command::compile_component::compiler_process;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// A component on its way into the catalogue.
pub(crate) struct Offer {
    pub(crate) bytes: Bytes,
    pub(crate) signatures: Option<SignatureFile>,
    pub(crate) by: String,
}

/// What publishing came to.
#[derive(Debug, Serialize)]
pub(crate) struct Publication {
    /// Whether it was not in the catalogue before.
    pub(crate) new: bool,
    /// The plugin as it stands in the catalogue.
    pub(crate) published: Published,
}

/// Publishes a component.
pub(crate) fn publish(host: &HostArgs, output: &Output, offer: Offer) -> Result<Publication, Failure> {
    with_desk(host, output, async |config, desk| match desk {
        Desk::Running(remote) => Ok(remote.publish(offer).await?),
        Desk::AtRest(store) => {
            let publication = publisher(config, store)?.publish(offer.bytes, offer.signatures, &offer.by).await;
            let publication = publication.map_err(failure)?;
            let new = matches!(publication, gantry_store::Publication::New(_));
            Ok(Publication { new, published: publication.published().clone().convert() })
        }
    })
}

/// Every published plugin.
pub(crate) fn catalogue(host: &HostArgs, output: &Output) -> Result<Vec<Published>, Failure> {
    with_desk(host, output, async |config, desk| match desk {
        Desk::Running(remote) => Ok(remote.catalogue().await?),
        Desk::AtRest(store) => {
            let plugins = open_catalogue(config, store.clone())?.list().await.map_err(DeskError::from)?;
            Ok(plugins.convert())
        }
    })
}

fn publisher(config: &HostConfig, store: &Store) -> Result<Publisher, Failure> {
    let sandbox = open_sandbox(Some(&config.data_dir), Some(compiler_process()?))?;
    Ok(Publisher::open(config, store.clone(), sandbox, Arc::new(SystemClock))?)
}

/// A refusal is one of the plugin; what the disk or the store does is not.
fn failure(error: PublishError) -> Failure {
    match error {
        PublishError::Catalogue(CatalogueError::Store(error)) => DeskError::Store(error).into(),
        PublishError::Catalogue(CatalogueError::Taken { .. }) => DeskError::PluginRefused(error.to_string()).into(),
        PublishError::Catalogue(_) | PublishError::Stopped(_) => Failure::new(Exit::Internal, error),
        refused => DeskError::PluginRefused(refused.to_string()).into(),
    }
}
