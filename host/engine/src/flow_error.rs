//! Why a flow can't be started. The text names the file and what to change.

use std::path::PathBuf;

use gantry_core::{FlowName, Place, PluginRef, TargetName};
use gantry_sandbox::{LoadError, PrepareError, PrepareProblem};
use gantry_transport::lookup::LookupTableError;
use gantry_transport::target::BuildError;

/// Why a flow can't be started.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The plugin of a step can't be used.
    #[error("{place}: {problem}")]
    Plugin {
        /// Where the step is defined.
        place: Place,
        /// Why.
        #[source]
        problem: Box<PluginProblem>,
    },
    /// What was deployed to a step can't be loaded.
    #[error("failed to load {plugin}, which was deployed to step `{step}` of flow `{flow}`: {why}")]
    Deployed {
        /// The flow.
        flow: FlowName,
        /// The step.
        step: String,
        /// The plugin.
        plugin: Box<PluginRef>,
        /// Why.
        why: String,
    },
    /// A lookup table can't be read.
    #[error("flow `{flow}`: failed to load table `{table}`")]
    Table {
        /// The flow.
        flow: FlowName,
        /// The table.
        table: String,
        /// Why.
        source: Box<LookupTableError>,
    },
    /// It has the same name as the flow of an alert.
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

/// Why the plugin of a step can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PluginProblem {
    /// The component file can't be read.
    #[error("failed to read plugin {}", path.display())]
    Read {
        /// The component file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The component can't be loaded.
    #[error("failed to load plugin {}", path.display())]
    Load {
        /// The component file.
        path: PathBuf,
        /// Why.
        source: LoadError,
    },
    /// Settings, grants or limits don't fit the plugin.
    #[error(transparent)]
    Prepare(#[from] PrepareProblem),
}

impl From<PrepareError> for FlowError {
    fn from(PrepareError { place, problem }: PrepareError) -> Self {
        Self::Plugin { place, problem: Box::new(problem.into()) }
    }
}
