//! From what was typed to what is usable. Every check that needs to understand a value is here.
//!
//! Nothing stops at the first mistake: each part becomes `Some`, or is reported and becomes `None`, and only a file
//! whose parts are all `Some` becomes a [`crate::Flow`]. A required key that is `None` in the raw file was reported
//! by [`crate::shape`] already and is passed over in silence.

mod alert;
mod flow;
mod host;
mod http;
mod keys;
mod operand;
mod patience;
mod plugins;
mod rules;
mod schema;
mod step;
mod value;

use std::path::{Path, PathBuf};

pub(crate) use flow::{Draft, Ends, Stated};
pub(crate) use host::Layers;

use gantry_core::FlowName;

use crate::at::Span;
use crate::diagnostic::{Code, Report};

/// Understands what was typed in one file, and notes every mistake at its place. What can't be understood is none.
#[derive(Debug)]
pub struct Lower<'r> {
    report: &'r mut Report,
    /// What relative paths in the file are relative to.
    directory: PathBuf,
    /// The flow that is read; none where its name has a mistake, and in the host file.
    flow: Option<FlowName>,
}

impl<'r> Lower<'r> {
    pub(crate) fn new(report: &'r mut Report) -> Self {
        let directory = report.file.path.parent().unwrap_or_else(|| "".as_ref()).to_owned();
        Self { report, directory, flow: None }
    }

    /// Notes a mistake at a place. `help` may be empty.
    pub fn report(&mut self, code: Code, span: &Span, message: impl Into<String>, help: impl Into<String>) {
        self.report.add(code, span, message, help);
    }

    /// The flow that is read; none where its name has a mistake.
    #[must_use]
    pub const fn flow_name(&self) -> Option<&FlowName> {
        self.flow.as_ref()
    }

    /// The directory that relative paths begin at.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}
