//! A flow that can't run while the others do: because of its file, or of something that the file names. It runs with the
//! configuration that was last in force, or not at all: then what it has in the store stays there. A reload tries it again.

use std::path::PathBuf;

use gantry_config::{Diagnostic, Diagnostics, Flow, Severity};
use gantry_core::{FlowName, Timestamp};

/// A flow that can't run.
#[derive(Clone, Debug)]
pub struct BrokenFlow {
    /// Its name; that of its file, if the flow's own can't be read.
    pub name: FlowName,
    /// Its file.
    pub file: PathBuf,
    /// Its definition; none if its file has mistakes.
    pub flow: Option<Flow>,
    /// What is wrong, warnings included.
    pub found: Diagnostics,
    /// Since when it is known to be broken.
    pub since: Timestamp,
    /// When the configuration that it runs with came into force; none: it doesn't run.
    pub last_good: Option<Timestamp>,
}

/// Nothing can be done with a flow that doesn't run.
#[derive(Clone, Debug, thiserror::Error)]
#[error("flow `{flow}` is broken: {why}; put it right, then run `gantry reload`")]
pub struct FlowBroken {
    /// The flow.
    pub flow: FlowName,
    /// What is wrong first, with its place.
    pub why: String,
}

impl BrokenFlow {
    /// Whether it runs, with the configuration that was last in force.
    #[must_use]
    pub const fn runs(&self) -> bool {
        self.last_good.is_some()
    }

    /// What keeps it from running as its file says, each with its place.
    pub fn why(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter().filter(|found| found.severity == Severity::Error)
    }

    /// The first of that, in a line.
    #[must_use]
    pub fn first(&self) -> String {
        self.why().next().map(ToString::to_string).unwrap_or_default()
    }

    /// The command that shows what is wrong in full.
    #[must_use]
    pub fn next(&self) -> String {
        format!("gantry check {}", self.file.display())
    }

    /// The same as an error of whoever asked for it.
    #[must_use]
    pub fn error(&self) -> FlowBroken {
        FlowBroken { flow: self.name.clone(), why: self.first() }
    }
}
