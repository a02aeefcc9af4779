//! `gantry plugin bench`: measures the time and memory of a plugin, on its golden cases in the host's sandbox.

mod measure;
mod table;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::anyhow;
use clap::Args;
use gantry_golden::{Case, CaseFile};

use super::{build, golden_cases, load};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use measure::{Measured, measure};
use table::Report;

/// Measure the time and memory of a plugin
///
/// Runs the messages of each golden case many times, in the sandbox that a host uses: in a fresh instance for each
/// message, in a fresh instance for each batch, and in warm instances. Prints microseconds per message, the cost of
/// starting an instance, the memory of an instance, and how much of the default limits one batch uses. Compare only
/// figures of the same run on the same machine.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// The plugin's directory
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Measure this component instead of building one
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// Take the messages from the golden cases in this directory instead
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// Only cases whose file name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// Messages in a batch
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    batch: u32,
}

impl Bench {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let directory = self.cases.clone().unwrap_or_else(|| self.directory.join("cases"));
        let cases: Vec<_> =
            golden_cases(&directory)?.into_iter().filter(|case| case.name.contains(&self.only)).collect();
        let file = match &self.component {
            Some(file) => file.clone(),
            None => build::build(&self.directory, &build::BuildOptions::FROM_SOURCES)?.file,
        };
        let began = Instant::now();
        let plugin = load(&file)?;
        let compile = began.elapsed();
        let mut measured = Vec::new();
        for CaseFile { name, text } in cases {
            let case = Case::read(&text).map_err(|error| unusable(&name, &error.into()))?;
            let batch = self.batch as usize;
            measured.extend(measure(&plugin, case, &name, batch).map_err(|error| unusable(&name, &error))?);
        }
        if measured.is_empty() {
            return Err(Failure::new(Exit::NotFound, anyhow!("no golden case with a message to measure")));
        }
        let report = Report::new(&plugin, compile, self.batch, measured);
        Ok(output.print(&report, || report.human())?)
    }
}

fn unusable(name: &str, error: &anyhow::Error) -> Failure {
    Failure::new(Exit::PluginRefused, anyhow!("the golden case {name} can't be measured: {error:#}"))
}
