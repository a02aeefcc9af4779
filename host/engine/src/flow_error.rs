//! Why a flow can't run as it is written. The text names the file and what to change.

use std::path::PathBuf;

use gantry_core::{FlowName, TargetName};
use gantry_sandbox::{LoadError, PrepareError};
use gantry_transport::target::BuildError;

use crate::tables::TableError;

/// A flow can't be started as it is written. The text names the file and what to change.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The component file can't be read.
    #[error("{place}: failed to read plugin {}", path.display())]
    ReadPlugin {
        /// `file:line` of the step.
        place: String,
        /// The component file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The component can't be loaded.
    #[error("{place}: failed to load plugin {}", path.display())]
    LoadPlugin {
        /// `file:line` of the step.
        place: String,
        /// The component file.
        path: PathBuf,
        /// Why.
        source: LoadError,
    },
    /// Settings, grants or limits don't fit the plugin.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// A lookup table can't be read.
    #[error("flow `{flow}`: failed to load table `{table}`")]
    Table {
        /// The flow.
        flow: FlowName,
        /// The table.
        table: String,
        /// Why.
        source: TableError,
    },
    /// It is named like the flow of an alert.
    #[error("flow `{flow}`: an alert of the host file queues its messages under this name; give the flow another")]
    NameTaken {
        /// The flow.
        flow: FlowName,
    },
    /// A target can't be opened.
    #[error("flow `{flow}`: failed to open target `{target}`")]
    Target {
        /// The flow.
        flow: FlowName,
        /// The target.
        target: TargetName,
        /// Why.
        source: BuildError,
    },
}
