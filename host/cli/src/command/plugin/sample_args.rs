//! What samples are run with: settings, tables, targets and limits as in a flow.

use std::path::PathBuf;

use clap::Args;
use gantry_core::TargetName;

use super::limits::LimitsArgs;
use super::samples::{self, Samples, TableFile};
use crate::exit::{Exit, Failure, OrExit as _};

/// What samples are run with.
#[derive(Debug, Args)]
pub(super) struct SampleArgs {
    /// The settings of the step: a file with a JSON object
    #[arg(long, value_name = "FILE.json")]
    settings: Option<PathBuf>,
    /// A lookup table: a CSV or JSON file as in flows, and its key column
    #[arg(long, value_name = "NAME=FILE:KEY")]
    table: Vec<TableFile>,
    /// A target that outputs may be routed to
    #[arg(long, value_name = "NAME")]
    target: Vec<TargetName>,
    #[command(flatten)]
    limits: LimitsArgs,
}

impl SampleArgs {
    /// Samples that are run so; fails if settings or tables can't be read.
    pub(super) fn samples(&self, input: Option<PathBuf>) -> Result<Samples, Failure> {
        let samples = Samples {
            input,
            settings: self.settings.clone(),
            tables: self.table.clone(),
            targets: self.target.iter().cloned().collect(),
            limits: self.limits.limits(),
            now: samples::now(),
        };
        samples.check().or_exit(Exit::NotFound)?;
        Ok(samples)
    }
}
