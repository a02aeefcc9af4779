//! Runs cases against a plugin, each in a fresh instance, and says what differed.

use gantry_component::CaseFile;
use gantry_core::Limits;
use gantry_sandbox::{Invocation, Plugin, PrepareError, PrepareProblem};
use serde::Serialize;

use crate::case::Case;
use crate::compare::{self, Difference, Payloads};
use crate::error::CaseError;
use crate::log_lines;

/// The result of one case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseOutcome {
    /// The case's name.
    pub name: String,
    /// What it shows; empty if the case can't be read.
    pub description: String,
    /// Whether the plugin does what the case says.
    pub passed: bool,
    /// Why it could not be run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Everything that was not as expected.
    pub differences: Vec<Difference>,
}

impl CaseOutcome {
    fn of(name: &str, description: String, differences: Vec<Difference>) -> Self {
        Self { name: name.to_owned(), description, passed: differences.is_empty(), error: None, differences }
    }

    fn broken(name: &str, description: String, error: &CaseError) -> Self {
        let error = Some(error.to_string());
        Self { name: name.to_owned(), description, passed: false, error, differences: Vec::new() }
    }
}

/// Runs these cases in their order, each within the limits of one call. Blocks while the plugin runs.
///
/// A case that can't be read or run has failed; the others run all the same.
#[must_use]
pub fn run(plugin: &Plugin, cases: &[CaseFile], limits: Limits, payloads: Payloads) -> Vec<CaseOutcome> {
    cases.iter().map(|case| run_case(plugin, case, limits, payloads)).collect()
}

fn run_case(plugin: &Plugin, file: &CaseFile, limits: Limits, payloads: Payloads) -> CaseOutcome {
    let case = match Case::read(&file.text) {
        Ok(case) => case,
        Err(error) => return CaseOutcome::broken(&file.name, String::new(), &error),
    };
    let description = case.description.clone();
    match differences(plugin, case, &file.name, limits, payloads) {
        Ok(differences) => CaseOutcome::of(&file.name, description, differences),
        Err(error) => CaseOutcome::broken(&file.name, description, &error),
    }
}

fn differences(
    plugin: &Plugin,
    mut case: Case,
    name: &str,
    limits: Limits,
    payloads: Payloads,
) -> Result<Vec<Difference>, CaseError> {
    let messages = case.messages()?;
    let now = case.now();
    let expected = std::mem::take(&mut case.expected);
    let log = case.log.take();
    let refused = case.refused.take();
    let step = case.into_step(plugin.manifest(), name, &expected, limits)?;
    let step = match (plugin.prepare(step), refused) {
        (Err(PrepareError { problem: PrepareProblem::Settings { violations, .. }, .. }), Some(refused)) => {
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
