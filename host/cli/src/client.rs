//! The one client of the admin API: every command that looks at a host, or changes something of it, asks here.
//!
//! ```text
//!  command ─→ Client ─→ Transport ─┬─→ HTTP ─→ the host that runs on the data directory (`DATA/host.json`)
//!                                  └─→ the same routes in this process, over the store that it opened
//! ```
//!
//! With no host running, the store is opened here, which only works while nobody else has it; what needs a host at work is
//! refused by the routes themselves.

mod dead_letters;
mod deployments;
mod error;
mod groups;
mod host;
mod jobs;
mod plugins;
mod records;
pub(crate) mod runtime_file;
mod transport;

use gantry_config::HostConfig;

use crate::args::HostArgs;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

pub(crate) use error::ClientError;
pub(crate) use host::Reloaded;
pub(crate) use plugins::{Offer, Publication};

use transport::{Purpose, Transport};

/// Asks a host, or the routes in this process.
pub(crate) struct Client {
    transport: Transport,
}

/// Does something with the running host of this data directory; fails where none runs.
pub(crate) fn with_host<T>(
    host: &HostArgs,
    output: &Output,
    work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_config(host, output, async |config| {
        let transport = Transport::to_host(config).await?;
        let transport = transport.ok_or_else(|| ClientError::NoHost { dir: config.data_dir.clone() })?;
        work(&Client { transport }).await
    })
}

/// Does something whether a host runs or not.
pub(crate) fn with<T>(
    host: &HostArgs,
    output: &Output,
    work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_client(host, output, Purpose::Records, work)
}

/// The same for a plugin that is to be published: with no host running it is compiled here.
pub(crate) fn with_publisher<T>(
    host: &HostArgs,
    output: &Output,
    work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_client(host, output, Purpose::Publish, work)
}

fn with_client<T>(
    host: &HostArgs,
    output: &Output,
    purpose: Purpose,
    work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_config(host, output, async |config| {
        let transport = match Transport::to_host(config).await? {
            Some(transport) => transport,
            None => Transport::in_process(config, purpose)?,
        };
        let client = Client { transport };
        let done = work(&client).await;
        client.transport.close().await;
        done
    })
}

fn with_config<T>(
    host: &HostArgs,
    output: &Output,
    work: impl AsyncFnOnce(&HostConfig) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let config = host.load(output)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().or_exit(Exit::Internal)?;
    runtime.block_on(work(&config))
}

impl Client {
    /// True when a host is at work on the data directory.
    pub(crate) const fn is_running(&self) -> bool {
        self.transport.is_to_host()
    }
}
