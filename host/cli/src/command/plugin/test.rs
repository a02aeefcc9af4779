//! `gantry plugin test`: a plugin's golden cases, in the same sandbox the host uses.

mod compare;
mod conformance;
pub(super) mod log_lines;
mod report;

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use gantry_sandbox::{Invocation, Plugin, PrepareError};

use super::case::{self, Case, CaseFile};
use super::{build, load};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use compare::Difference;
use report::CaseReport;

pub(super) use compare::{Payloads, describe};
pub(super) use report::Report;

/// Run a plugin's golden cases in the sandbox
///
/// The cases are `DIR/cases/*.json`: messages, and the outcome each must have. The plugin is built first.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The plugin's directory
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Test this component in place of building one
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// Run the cases of this directory instead: those of a sibling in another language, say
    #[arg(long, value_name = "DIR", conflicts_with = "conformance")]
    cases: Option<PathBuf>,
    /// Run the conformance suite instead: what every SDK's reference plugin must do
    #[arg(long)]
    conformance: bool,
    /// Compare payloads byte for byte with the JSON of the case, written without spaces
    #[arg(long)]
    exact: bool,
    /// Only cases whose file name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
}

impl Test {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let cases = if self.conformance { conformance::cases() } else { self.files()? };
        let cases: Vec<_> = cases.into_iter().filter(|case| case.name.contains(&self.only)).collect();
        if cases.is_empty() {
            return Err(Failure::new(Exit::NotFound, anyhow!("no golden case with `{}` in its name", self.only)));
        }
        let file = match &self.component {
            Some(file) => file.clone(),
            None => build::build(&self.directory, None, None, build::Pace::Ship)?.file,
        };
        let plugin = load(&file)?;
        let report = report(&plugin, cases, if self.exact { Payloads::AsBytes } else { Payloads::AsValues });
        output.print(&report, || report.human(output.stdout_color()))?;
        if report.failed > 0 { Err(Failure::said(Exit::PluginRefused)) } else { Ok(()) }
    }

    fn files(&self) -> Result<Vec<CaseFile>, Failure> {
        case::files(&self.cases.clone().unwrap_or_else(|| self.directory.join("cases")))
    }
}

/// How these cases go.
pub(super) fn report(plugin: &Plugin, cases: Vec<CaseFile>, payloads: Payloads) -> Report {
    let cases = cases.into_iter().map(|case| run_case(plugin, case, payloads)).collect();
    Report::new(plugin.reference().clone(), cases)
}

/// A case that can't be run has failed: the others are run all the same.
fn run_case(plugin: &Plugin, file: CaseFile, payloads: Payloads) -> CaseReport {
    match file.text.and_then(|text| Case::read(&text)) {
        Ok(case) => {
            let description = case.description.clone();
            match differences(plugin, case, &file.name, payloads) {
                Ok(differences) => CaseReport::of(file.name, description, differences),
                Err(error) => CaseReport::broken(file.name, description, &error),
            }
        }
        Err(error) => CaseReport::broken(file.name, String::new(), &error),
    }
}

fn differences(plugin: &Plugin, mut case: Case, name: &str, payloads: Payloads) -> anyhow::Result<Vec<Difference>> {
    let (messages, now) = (case.messages()?, case.now());
    let (expected, log, refused) = (std::mem::take(&mut case.expected), case.log.take(), case.refused.take());
    let step = case.into_step(plugin.manifest(), name, &expected)?;
    let step = match (plugin.prepare(step), refused) {
        (Err(PrepareError::Settings { violations, .. }), Some(refused)) => {
            return Ok(compare::of_settings(&refused, &violations).into_iter().collect());
        }
        (Ok(_), Some(refused)) => return Ok(compare::of_settings(&refused, &[]).into_iter().collect()),
        (prepared, _) => prepared?,
    };
    let batch: Vec<_> = messages.iter().map(|(message, attempt)| Invocation { message, attempt: *attempt }).collect();
    let (run, lines) = log_lines::catch(|| step.run(&batch, now));
    let compared = expected.iter().zip(&run.outcomes).enumerate();
    let outcomes =
        compared.filter_map(|(index, (expected, outcome))| compare::difference(index, expected, outcome, payloads));
    Ok(outcomes.chain(log.and_then(|log| compare::of_log(&log, lines))).collect())
}
