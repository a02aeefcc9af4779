//! `gantry plugin test`: a plugin's golden cases, in the same sandbox the host uses.

mod case;
mod compare;
mod report;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;
use gantry_sandbox::{Invocation, Plugin, Sandbox, SandboxConfig};

use super::build;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;
use case::Case;
use report::{CaseReport, Report};

/// Run a plugin's golden cases in the sandbox
///
/// The cases are `DIR/cases/*.json`: messages, and the outcome each must have. The plugin is built first.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The plugin's directory
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Test this component in place of building one
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// Only cases whose file name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
}

impl Test {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let files = self.files()?;
        let file = match &self.component {
            Some(file) => file.clone(),
            None => build::build(&self.directory, None, None, build::Pace::Ship)?.file,
        };
        let plugin = load(&file)?;
        let cases = files.iter().map(|file| run_case(&plugin, file)).collect();
        let report = Report::new(plugin.reference().clone(), cases);
        output.print(&report, || report.human(output.stdout_color()))?;
        if report.failed > 0 { Err(Failure::said(Exit::PluginRefused)) } else { Ok(()) }
    }

    fn files(&self) -> Result<Vec<PathBuf>, Failure> {
        let directory = self.directory.join("cases");
        let context = || format!("failed to read the golden cases in {}", directory.display());
        let entries = std::fs::read_dir(&directory).with_context(context).or_exit(Exit::NotFound)?;
        let mut files = Vec::new();
        for entry in entries {
            let file = entry.with_context(context)?.path();
            let named = file.file_name().is_some_and(|name| name.to_string_lossy().contains(&self.only));
            if named && file.extension().is_some_and(|extension| extension == "json") {
                files.push(file);
            }
        }
        files.sort();
        if files.is_empty() {
            return Err(Failure::new(Exit::NotFound, anyhow!("no golden case in {}", directory.display())));
        }
        Ok(files)
    }
}

fn load(file: &Path) -> Result<Plugin, Failure> {
    let bytes =
        std::fs::read(file).with_context(|| format!("failed to read {}", file.display())).or_exit(Exit::NotFound)?;
    let sandbox = Sandbox::new(SandboxConfig::default()).context("failed to set up the sandbox")?;
    sandbox.load(&bytes).with_context(|| format!("failed to load {}", file.display())).or_exit(Exit::PluginRefused)
}

/// A case that can't be run has failed: the others are run all the same.
fn run_case(plugin: &Plugin, file: &Path) -> CaseReport {
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    match Case::read(file) {
        Ok(case) => {
            let description = case.description.clone();
            match differences(plugin, case, &name) {
                Ok(differences) => CaseReport::of(name, description, differences),
                Err(error) => CaseReport::broken(name, description, &error),
            }
        }
        Err(error) => CaseReport::broken(name, String::new(), &error),
    }
}

fn differences(plugin: &Plugin, case: Case, name: &str) -> anyhow::Result<Vec<compare::Difference>> {
    let (messages, now) = (case.messages()?, case.now());
    let expected = case.expected.clone();
    let step = plugin.prepare(case.into_step(plugin.manifest(), name)?)?;
    let batch: Vec<_> = messages.iter().map(|message| Invocation { message, attempt: 1 }).collect();
    let outcomes = step.run(&batch, now).outcomes;
    let compared = expected.iter().zip(&outcomes).enumerate();
    Ok(compared.filter_map(|(index, (expected, outcome))| compare::difference(index, expected, outcome)).collect())
}
