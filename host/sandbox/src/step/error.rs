//! Why a plugin can't run in a step. Every message begins with the place in the flow's file and ends with the way to fix
//! it.

use std::time::Duration;

use gantry_core::{Place, Violation};
use gantry_schema::LoadError;

use crate::engine_error::EngineError;
use crate::fault::PluginFault;
use crate::wasi::folders::FolderError;

/// The plugin can't run in this step.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct PrepareError {
    /// Where the step is written.
    pub place: Place,
    /// Why.
    #[source]
    pub problem: PrepareProblem,
}

/// Why a plugin can't run in a step.
#[derive(Debug, thiserror::Error)]
pub enum PrepareProblem {
    /// It imports what the step doesn't grant.
    #[error("plugin `{plugin}` imports {import}, which this step does not grant; add `{grants}` under [[step]]")]
    Ungranted {
        /// The plugin's name.
        plugin: String,
        /// The import, with its version.
        import: String,
        /// The configuration that would grant it.
        grants: String,
    },
    /// It wants tables that the step doesn't grant.
    #[error(
        "plugin `{plugin}` wants the lookup table{} {}, which this step does not grant; add `{grants}` under [[step]]",
        if .tables.len() == 1 { "" } else { "s" }, quoted(.tables)
    )]
    UngrantedTables {
        /// The plugin's name.
        plugin: String,
        /// The tables.
        tables: Vec<String>,
        /// The configuration that would grant them.
        grants: String,
    },
    /// The settings break the plugin's schema, or its `configure` refuses them.
    #[error("plugin `{plugin}` refuses its settings: {}", listed(.violations))]
    Settings {
        /// The plugin's name.
        plugin: String,
        /// The broken rules.
        violations: Vec<Violation>,
    },
    /// The schema in the manifest is invalid, or refers to something outside it.
    #[error("the settings' schema in the manifest of plugin `{plugin}` {source}")]
    Schema {
        /// The plugin's name.
        plugin: String,
        /// What is wrong with it.
        source: LoadError,
    },
    /// A granted folder can't be read.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A limit that this sandbox can't enforce.
    #[error(transparent)]
    Limits(#[from] LimitError),
    /// It imports or exports something with another signature than the host's.
    #[error("plugin `{plugin}` does not fit this host: {source}")]
    Link {
        /// The plugin's name.
        plugin: String,
        /// What the linker says.
        source: EngineError,
    },
    /// A first instance failed before it saw any message.
    #[error("plugin `{plugin}` fails at start: {fault}")]
    Start {
        /// The plugin's name.
        plugin: String,
        /// How it failed.
        #[source]
        fault: Box<PluginFault>,
    },
}

/// A limit of a step that this sandbox can't enforce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// Too little or too much memory.
    #[error("a memory limit of {bytes} bytes is not between {least} and {most}")]
    Memory {
        /// What the step asks for.
        bytes: usize,
        /// The least there can be.
        least: usize,
        /// The most there can be.
        most: usize,
    },
    /// A deadline too short or too long.
    #[error("a deadline of {deadline:?} is not between {shortest:?} and {longest:?}")]
    Deadline {
        /// What the step asks for.
        deadline: Duration,
        /// The shortest there can be.
        shortest: Duration,
        /// The longest there can be.
        longest: Duration,
    },
    /// Too much output.
    #[error("an output limit of {bytes} bytes is more than {most}")]
    Output {
        /// What the step asks for.
        bytes: usize,
        /// The most there can be.
        most: usize,
    },
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn listed(violations: &[Violation]) -> String {
    let texts = violations.iter().map(|violation| match violation.path.as_str() {
        "" => violation.text.clone(),
        path => format!("at {path}: {}", violation.text),
    });
    texts.collect::<Vec<_>>().join("; ")
}
