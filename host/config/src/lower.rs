//! Turns files as written into usable settings. Every check that needs to interpret a value is here.
//!
//! Nothing stops at the first mistake: each part becomes `Some`, or is reported and becomes `None`, and only a file
//! whose parts are all `Some` becomes a [`crate::Flow`]. A required key that is `None` in the raw file was already
//! reported by [`crate::shape`], and is not reported again.

mod alert;
mod dialect;
mod flow;
mod grants;
mod host;
mod http;
mod keys;
mod operand;
mod plugins;
mod rules;
mod schema;
mod step;
mod target;
mod targets;
mod value;

use std::path::{Path, PathBuf};

pub use flow::version_of;
pub(crate) use flow::{Draft, Ends, Stated};
pub(crate) use host::Layers;

use gantry_core::FlowName;
use gantry_schema::DuplicateMembers;

use crate::at::Span;
use crate::diagnostic::{Code, Report};
use crate::kept_files::KeptFiles;

/// Interprets one file and reports every mistake at its place. A part with a mistake becomes `None`.
#[derive(Debug)]
pub struct Lower<'r> {
    report: &'r mut Report,
    /// The base of relative paths in the file.
    directory: PathBuf,
    /// Where the files that the flow names are read from instead, if copies of them are.
    kept: Option<KeptFiles>,
    /// The files that the flow names and the host reads, found or not.
    named: Vec<PathBuf>,
    /// The flow that is read; none if its name has a mistake, and in the host file.
    flow: Option<FlowName>,
    /// What the flow's rules and schemas make of an object that has a member twice.
    duplicates: DuplicateMembers,
}

impl<'r> Lower<'r> {
    pub(crate) fn new(report: &'r mut Report) -> Self {
        let directory = report.file.path.parent().unwrap_or_else(|| "".as_ref()).to_owned();
        let duplicates = DuplicateMembers::default();
        Self { report, directory, kept: None, named: Vec::new(), flow: None, duplicates }
    }

    /// The same, reading copies of the files that the flow names.
    pub(crate) fn with(self, kept: Option<KeptFiles>) -> Self {
        Self { kept, ..self }
    }

    /// Reports a mistake at a place. `help` may be empty.
    pub fn report(&mut self, code: Code, span: &Span, message: impl Into<String>, help: impl Into<String>) {
        self.report.add(code, span, message, help);
    }

    /// The flow that is read; none if its name has a mistake.
    #[must_use]
    pub const fn flow_name(&self) -> Option<&FlowName> {
        self.flow.as_ref()
    }

    /// The base directory of relative paths.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}
