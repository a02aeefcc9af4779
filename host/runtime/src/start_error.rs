//! Why a host can't start: because of its files, its disk or its ports.

use std::net::SocketAddr;
use std::path::PathBuf;

use gantry_config::Diagnostics;
use gantry_control::SourceError;
use gantry_control::plan::Refusal;
use gantry_control::publish::CatalogueFolderError;
use gantry_control::rollout::RecallError;
use gantry_engine::flow_error::FlowError;
use gantry_engine::metrics::MetricsError;
use gantry_observe::alerts::AlertsError;
use gantry_sandbox::SandboxError;
use gantry_security::KeyFileError;
use gantry_store::{OpenError, StoreError};

/// The host can't start. Nothing was received and nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory can't be used.
    #[error("failed to use the data directory {}", dir.display())]
    DataDir {
        /// The directory.
        dir: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// A key file in the data directory can't be used.
    #[error("failed to load the host's keys")]
    Key(#[from] KeyFileError),
    /// The store can't be opened.
    #[error("failed to open the store in {}", dir.display())]
    Store {
        /// Its directory.
        dir: PathBuf,
        /// Why.
        source: OpenError,
    },
    /// The sandbox can't be set up.
    #[error("failed to set up the sandbox")]
    Sandbox(#[from] SandboxError),
    /// Earlier deployments can't be restored.
    #[error(transparent)]
    Recall(#[from] RecallError),
    /// Flows that don't match their plugins, tables or targets.
    #[error("{} can't start", count(.0.len(), "flow part"))]
    Flows(Vec<FlowError>),
    /// Flow files with mistakes.
    #[error("the flows have mistakes")]
    Files(#[source] Diagnostics),
    /// A source can't be set up.
    #[error("{} can't be set up", count(.0.len(), "source"))]
    Sources(Vec<SourceError>),
    /// A port can't be bound.
    #[error("failed to listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The stopped targets can't be read.
    #[error("failed to read which targets are stopped")]
    Stops(#[from] StoreError),
    /// The alerts can't be set up.
    #[error("failed to set up the alerts")]
    Alerts(#[from] AlertsError),
    /// Metrics can't be registered.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// A task of the start panicked: a fault of the host itself.
    #[error("the start failed")]
    Failed(#[from] tokio::task::JoinError),
}

impl From<CatalogueFolderError> for StartError {
    fn from(CatalogueFolderError { dir, source }: CatalogueFolderError) -> Self {
        Self::DataDir { dir, source }
    }
}

impl From<Refusal> for StartError {
    fn from(Refusal { flows, sources, files }: Refusal) -> Self {
        if flows.is_empty() && sources.is_empty() {
            Self::Files(files)
        } else if flows.is_empty() {
            Self::Sources(sources)
        } else {
            Self::Flows(flows.into_iter().map(|(_, error)| error).collect())
        }
    }
}

fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
