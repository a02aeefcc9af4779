//! Why a host can't start. Whose turn it is shows in the kind: the files, the disk, the ports.

use std::net::SocketAddr;
use std::path::PathBuf;

use gantry_sandbox::SandboxError;
use gantry_security::KeyFileError;
use gantry_store::{OpenError, StoreError};

use crate::alerts::AlertsError;
use crate::deploy::DeployError;
use crate::flow::FlowError;
use crate::metrics::MetricsError;
use crate::plan::Refusal;
use crate::sources::SourceError;

/// The host can't start. Nothing was taken in, nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory can't be used.
    #[error("failed to use the data directory {}", dir.display())]
    DataDir {
        /// The directory.
        dir: PathBuf,
        /// What the system says.
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
    /// What was deployed before can't be put in force again.
    #[error("failed to load what was deployed to step `{step}` of flow `{flow}`")]
    Deployed {
        /// The flow.
        flow: String,
        /// The step.
        step: String,
        /// Why.
        source: Box<DeployError>,
    },
    /// The records of deployments can't be read.
    #[error("failed to read the records of deployments")]
    Deployments(#[source] StoreError),
    /// Flows that don't fit their plugins, tables or targets.
    #[error("{} can't start", count(.0.len(), "flow part"))]
    Flows(Vec<FlowError>),
    /// A source can't be set up.
    #[error("{} can't be set up", count(.0.len(), "source"))]
    Sources(Vec<SourceError>),
    /// A port can't be bound.
    #[error("failed to listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// What was said of targets before can't be read.
    #[error("failed to read which targets are stopped")]
    Stops(#[from] StoreError),
    /// The alerts can't be set up.
    #[error("failed to set up the alerts")]
    Alerts(#[from] AlertsError),
    /// Metrics can't be registered.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
}

impl From<Refusal> for StartError {
    fn from(Refusal { flows, sources }: Refusal) -> Self {
        if flows.is_empty() {
            Self::Sources(sources)
        } else {
            Self::Flows(flows.into_iter().map(|(_, error)| error).collect())
        }
    }
}

fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
