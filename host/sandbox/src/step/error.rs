//! Why a plugin can't run in a step. Every message begins with the place in the flow's file and ends with what helps.

use gantry_core::Violation;
use gantry_schema::LoadError;

use crate::fault::PluginFault;

/// The plugin can't run in this step.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// It imports what the step doesn't grant.
    #[error(
        "{place}: plugin `{plugin}` imports {import}, which this step does not grant; add `{grants}` under [[step]]"
    )]
    Ungranted {
        /// `file:line` of the step.
        place: String,
        /// The plugin's name.
        plugin: String,
        /// The import, with its version.
        import: String,
        /// The configuration that would grant it.
        grants: String,
    },
    /// It wants tables that the step doesn't grant.
    #[error(
        "{place}: plugin `{plugin}` wants the lookup table{} {}, which this step does not grant; add `{grants}` under [[step]]",
        if .tables.len() == 1 { "" } else { "s" }, quoted(.tables)
    )]
    UngrantedTables {
        /// `file:line` of the step.
        place: String,
        /// The plugin's name.
        plugin: String,
        /// The tables.
        tables: Vec<String>,
        /// The configuration that would grant them.
        grants: String,
    },
    /// The settings break the plugin's schema, or its `configure` refuses them.
    #[error("{place}: plugin `{plugin}` refuses its settings: {}", listed(.violations))]
    Settings {
        /// `file:line` of the step.
        place: String,
        /// The plugin's name.
        plugin: String,
        /// The broken rules.
        violations: Vec<Violation>,
    },
    /// The schema in the manifest is none, or refers to something outside it.
    #[error("{place}: the settings' schema in the manifest of plugin `{plugin}` {source}")]
    Schema {
        /// `file:line` of the step.
        place: String,
        /// The plugin's name.
        plugin: String,
        /// What is wrong with it.
        source: LoadError,
    },
    /// A limit this sandbox can't keep.
    #[error("{place}: {text}")]
    Limits {
        /// `file:line` of the step.
        place: String,
        /// Which limit, and its bounds.
        text: String,
    },
    /// It imports or exports something in a shape the host doesn't have.
    #[error("{place}: plugin `{plugin}` does not fit this host: {text}")]
    Link {
        /// `file:line` of the step.
        place: String,
        /// The plugin's name.
        plugin: String,
        /// What the linker says.
        text: String,
    },
    /// A first instance failed before it saw any message.
    #[error("{place}: plugin `{plugin}` fails at start: {fault}")]
    Start {
        /// `file:line` of the step.
        place: String,
        /// The plugin's name.
        plugin: String,
        /// How it failed.
        #[source]
        fault: Box<PluginFault>,
    },
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn listed(violations: &[Violation]) -> String {
    let one = |violation: &Violation| match violation.path.as_str() {
        "" => violation.text.clone(),
        path => format!("at {path}: {}", violation.text),
    };
    violations.iter().map(one).collect::<Vec<_>>().join("; ")
}
