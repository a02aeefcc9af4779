//! The operator's desk: dead letters, their groups and jobs, and messages, whether a host runs or not.
//!
//! A running host is found through `DATA/host.json` and asked over its admin API; otherwise the store is opened here,
//! which only works while no host has it.

mod deployments;
mod groups;
mod jobs;
mod letters;
pub(crate) mod plugins;
mod quality;
mod remote;
pub(crate) mod runtime_file;

use std::path::PathBuf;
use std::sync::Arc;

use gantry_admin::convert::Convert as _;
use gantry_api::v1::{History, TargetCommand, TargetReport};
use gantry_config::HostConfig;
use gantry_core::{MessageId, SystemClock};
use gantry_runtime::StartError;
use gantry_store::{Store, StoreError};

use crate::args::HostArgs;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

pub(crate) use remote::{Reloaded, Remote};

/// Has the running host of this data directory read its flow files again.
pub(crate) fn reload(host: &HostArgs, output: &Output) -> Result<Reloaded, Failure> {
    with_host(host, output, async |remote| Ok(remote.reload().await?))
}

/// The targets of the running host.
pub(crate) fn targets(host: &HostArgs, output: &Output) -> Result<Vec<TargetReport>, Failure> {
    with_host(host, output, async |remote| Ok(remote.targets().await?))
}

/// Says something of a target of the running host, `FLOW/TARGET`; answers with the target as it stands then.
pub(crate) fn command_target(
    host: &HostArgs,
    output: &Output,
    target: &str,
    command: TargetCommand,
    by: &str,
    reason: &str,
) -> Result<TargetReport, Failure> {
    with_host(host, output, async |remote| Ok(remote.command_target(target, command, by, reason).await?))
}

/// Does something with the running host of this data directory; fails where none runs.
pub(crate) fn with_host<T>(
    host: &HostArgs,
    output: &Output,
    work: impl AsyncFnOnce(&Remote) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_config(host, output, async |config| {
        let remote = Remote::find(config).await?.ok_or(DeskError::NoHost { dir: config.data_dir.clone() })?;
        work(&remote).await
    })
}

/// Opens the desk, does one thing at it, and closes it whatever came of it.
pub(crate) fn with<T>(
    host: &HostArgs,
    output: &Output,
    work: impl AsyncFnOnce(&Desk) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_desk(host, output, async |_, desk| work(desk).await)
}

/// The same for work that needs to know the host's settings, too.
fn with_desk<T>(
    host: &HostArgs,
    output: &Output,
    work: impl AsyncFnOnce(&HostConfig, &Desk) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_config(host, output, async |config| {
        let desk = Desk::open(config).await?;
        let done = work(config, &desk).await;
        desk.close().await;
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

/// Where dead letters and messages are worked on.
pub(crate) enum Desk {
    /// In a running host, over its admin API.
    Running(Remote),
    /// In the store itself.
    AtRest(Store),
}

/// What an operator asked for can't be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeskError {
    /// There is no such thing.
    #[error("there is no {what} {id}")]
    NotFound {
        /// `dead letter`, `message` and so on.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The same, in the host's words.
    #[error("{0}")]
    Missing(String),
    /// It can't be done in the state it is in.
    #[error("{0}")]
    Refused(String),
    /// A plugin can't be published, and why.
    #[error("{0}")]
    PluginRefused(String),
    /// There is nobody to do it.
    #[error("no host runs on the data directory {}", dir.display())]
    NoHost {
        /// The directory.
        dir: PathBuf,
    },
    /// The running host does not answer as it should.
    #[error("failed to ask the host at {address}: {problem}")]
    Unreachable {
        /// Its admin address.
        address: String,
        /// What went wrong.
        problem: String,
    },
    /// The store can't be opened.
    #[error(transparent)]
    Open(#[from] StartError),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl Desk {
    /// The running host of this data directory, or its store.
    pub(crate) async fn open(config: &HostConfig) -> Result<Self, DeskError> {
        if let Some(remote) = Remote::find(config).await? {
            return Ok(Self::Running(remote));
        }
        Ok(Self::AtRest(gantry_runtime::open_store(config, Arc::new(SystemClock))?))
    }

    /// The running host, for what can't be done without one.
    pub(crate) fn host(&self) -> Result<&Remote, DeskError> {
        match self {
            Self::Running(remote) => Ok(remote),
            Self::AtRest(_) => Err(DeskError::Refused("this needs a running host: plugins are run for it".to_owned())),
        }
    }

    /// A message's whole history.
    pub(crate) async fn message(&self, id: MessageId) -> Result<History, DeskError> {
        match self {
            Self::Running(remote) => remote.get(&format!("messages/{id}"), "message", id).await,
            Self::AtRest(store) => {
                let missing = || DeskError::NotFound { what: "message", id: id.to_string() };
                Ok(store.history(id).await?.ok_or_else(missing)?.convert())
            }
        }
    }

    /// True when a host is at work on the data directory.
    pub(crate) const fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }

    /// Done: what was written is on disk.
    pub(crate) async fn close(self) {
        if let Self::AtRest(store) = self
            && let Err(error) = store.close().await
        {
            tracing::warn!(%error, "the store was not closed in order; what was written is on disk");
        }
    }
}

impl DeskError {
    const fn exit(&self) -> Exit {
        match self {
            Self::NotFound { .. } | Self::Missing(_) => Exit::NotFound,
            Self::Refused(_) => Exit::Usage,
            Self::PluginRefused(_) => Exit::PluginRefused,
            Self::Unreachable { .. } | Self::NoHost { .. } => Exit::HostUnreachable,
            Self::Open(_) | Self::Store(_) => Exit::StoreUnavailable,
        }
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        Self::new(error.exit(), error)
    }
}
