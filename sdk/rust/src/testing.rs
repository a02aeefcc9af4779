//! Runs a plugin's golden cases natively, as part of its tests.
//!
//! A case is a JSON file: settings, tables, messages, and the outcome expected of each. `gantry plugin test` runs the
//! same files against the component. Their format is in `docs/reference/golden-cases.md`.
//!
//! ```no_run
//! # use gantry_sdk::prelude::*;
//! # fn map(message: Message, _: &Context) -> Result<Output, Refusal> { Ok(Output::unchanged(message)) }
//! #[test]
//! fn every_golden_case_holds() {
//!     gantry_sdk::testing::run_cases(map, concat!(env!("CARGO_MANIFEST_DIR"), "/cases"));
//! }
//! ```

mod case;
mod compare;

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::plugin::{Mapping, Plugin};
use case::Case;

/// Runs every `*.json` of a directory and panics with all differences. A directory without cases is a failure too.
///
/// # Panics
/// When a case can't be read or doesn't hold.
pub fn run_cases<In, S, Out>(mapping: impl Mapping<In, S, Out> + Copy, directory: impl AsRef<Path>)
where
    S: DeserializeOwned + Send + Sync + 'static,
{
    let directory = directory.as_ref();
    let files = files(directory);
    assert!(!files.is_empty(), "no cases in {}", directory.display());
    let differences: Vec<String> = files.iter().flat_map(|file| run(mapping, file)).collect();
    assert!(differences.is_empty(), "golden cases differ:\n\n{}", differences.join("\n\n"));
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let paths = entries.map(|entry| entry.unwrap_or_else(|error| panic!("{}: {error}", directory.display())).path());
    let mut files: Vec<_> = paths.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
    files.sort();
    files
}

fn run<In, S, Out>(mapping: impl Mapping<In, S, Out>, file: &Path) -> Vec<String>
where
    S: DeserializeOwned + Send + Sync + 'static,
{
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let case = Case::read(file).unwrap_or_else(|error| panic!("{name}: {error}"));
    let plugin = match Plugin::configure(mapping, &case.settings.to_string(), case.host()) {
        Ok(plugin) => plugin,
        Err(violations) => return vec![format!("{name}: the settings are refused: {violations:?}")],
    };
    let outcomes = plugin.process(case.messages());
    let differences = outcomes.iter().zip(&case.expected).enumerate().filter_map(|(at, (outcome, expected))| {
        let difference = compare::difference(expected, outcome)?;
        Some(format!("{name} ({}), message {at}: {difference}", case.description))
    });
    differences.collect()
}
