//! From what was typed to what is usable. Every check that needs to understand a value is here.
//!
//! Nothing stops at the first mistake: each part becomes `Some`, or is reported and becomes `None`, and only a file
//! whose parts are all `Some` becomes a [`crate::Flow`]. A required key that is `None` in the raw file was reported
//! by [`crate::shape`] already and is passed over in silence.

mod alert;
mod flow;
mod host;
mod operand;
mod patience;
mod plugins;
mod rules;
mod schema;
mod source;
mod step;
mod target;
mod value;

use std::path::PathBuf;

pub(crate) use flow::Draft;
pub(crate) use host::Layers;

use crate::diagnostic::Report;

/// Lowers one file.
pub(crate) struct Lower<'r> {
    report: &'r mut Report,
    /// What relative paths in the file are relative to.
    directory: PathBuf,
}

impl<'r> Lower<'r> {
    pub(crate) fn new(report: &'r mut Report) -> Self {
        let directory = report.file.path.parent().unwrap_or_else(|| "".as_ref()).to_owned();
        Self { report, directory }
    }
}
