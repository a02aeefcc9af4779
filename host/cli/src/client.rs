//! The client of the admin API, for every command that reads from a host or changes something in it.
//!
//! ```text
//!  command ─→ Client ─→ Transport ─┬─→ HTTP ─→ the host that runs on the data directory (`DATA/admin.sock`)
//!                                  └─→ the same routes in this process, over the store that it opened
//! ```
//!
//! Without a running host, the store is opened in this process, which only works while no other process uses it. The
//! routes refuse requests that need a running host. A store that isn't there is not created, unless the user says so.

pub(crate) mod at_rest;
mod dead_letters;
mod deployments;
mod error;
mod groups;
mod host;
mod jobs;
mod misread;
mod plugins;
mod queue;
mod records;
pub(crate) mod runtime_file;
pub(crate) mod socket;
mod transport;

use gantry_config::HostConfig;

use crate::args::HostArgs;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

pub(crate) use at_rest::WithoutStore;
pub(crate) use error::ClientError;
pub(crate) use host::Reloaded;
pub(crate) use plugins::{Offer, Publication};

use transport::{Purpose, Transport};

/// Sends requests to a host, or to the routes in this process.
pub(crate) struct Client {
    transport: Transport,
}

/// Connects to the running host of this data directory; fails if none runs.
pub(crate) fn with_host<T>(
    host: &HostArgs,
    output: &Output,
    work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_config(host, output, async |config| {
        let Some(transport) = Transport::to_host(config).await? else {
            return Err(ClientError::NoHost { dir: config.data_dir.clone(), from: host.data_source() }.into());
        };
        work(&Client { transport }).await
    })
}

/// Connects to the running host, or opens its store if none runs; fails if there is no store.
pub(crate) fn with<T>(
    host: &HostArgs,
    output: &Output,
    work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_client(host, output, (Purpose::Records, WithoutStore::Refuse), work)
}

/// The same, and the store may be created.
pub(crate) fn with_or_without_store<T>(
    host: &HostArgs,
    absent: WithoutStore,
    output: &Output,
    work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_client(host, output, (Purpose::Records, absent), work)
}

/// The same for publishing a plugin: without a running host it is compiled in this process.
pub(crate) fn with_publisher<T>(
    host: &HostArgs,
    absent: WithoutStore,
    output: &Output,
    work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_client(host, output, (Purpose::Publish, absent), work)
}

fn with_client<T>(
    host: &HostArgs,
    output: &Output,
    (purpose, absent): (Purpose, WithoutStore),
    work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_config(host, output, async |config| {
        let transport = match Transport::to_host(config).await? {
            Some(transport) => transport,
            None => {
                at_rest::admit(config, &host.data_source(), absent)?;
                Transport::in_process(config, purpose)?
            }
        };
        let client = Client { transport };
        let result = work(&client).await;
        client.transport.close().await;
        result
    })
}

fn with_config<T>(
    host: &HostArgs,
    output: &Output,
    work: impl AsyncFnOnce(&HostConfig) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().or_exit(Exit::Internal)?;
    let config = match host.read(output)? {
        Ok(config) => config,
        Err(mistakes) => match runtime.block_on(misread::running(host)) {
            Some(config) => {
                output.complain_about(&mistakes);
                output.complain(&format!(
                    "warning: the host file has mistakes; asking the host that runs on {} all the same",
                    config.data_dir.display()
                ));
                config
            }
            None => return Err(host.refuse(&mistakes, output)),
        },
    };
    runtime.block_on(work(&config))
}

impl Client {
    /// True if a host runs on the data directory.
    pub(crate) const fn is_running(&self) -> bool {
        self.transport.is_to_host()
    }
}
