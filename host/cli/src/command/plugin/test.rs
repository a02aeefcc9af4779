//! `gantry plugin test`: runs a plugin's golden cases in the sandbox that hosts use.

mod conformance;
mod report;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;
use gantry_golden::{CaseFile, Payloads};

use super::limits::LimitsArgs;
use super::{build, golden_cases, load};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

pub(super) use report::Report;

/// Run a plugin's golden cases in the sandbox
///
/// The cases are `DIR/cases/*.json`: messages with their expected outcomes. The plugin is built first.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The plugin's directory
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Test this component instead of building one
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// Run the cases in this directory instead, for instance those of the same plugin in another language
    #[arg(long, value_name = "DIR", conflicts_with = "conformance")]
    cases: Option<PathBuf>,
    /// Run the cases embedded in the component instead
    #[arg(long, requires = "component", conflicts_with_all = ["conformance", "cases"])]
    bundled: bool,
    /// Run the conformance suite instead, which the reference plugin of every SDK must pass
    #[arg(long)]
    conformance: bool,
    /// Compare payloads byte for byte with the JSON of the case without spaces
    #[arg(long)]
    exact: bool,
    /// Only cases whose file name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    #[command(flatten)]
    limits: LimitsArgs,
}

impl Test {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let cases = self.all()?;
        let cases: Vec<_> = cases.into_iter().filter(|case| case.name.contains(&self.only)).collect();
        if cases.is_empty() {
            return Err(Failure::new(Exit::NotFound, anyhow!("no golden case with `{}` in its name", self.only)));
        }
        let file = match &self.component {
            Some(file) => file.clone(),
            None => build::build(&self.directory, &build::BuildOptions::FROM_SOURCES)?.file,
        };
        let plugin = load(&file)?;
        let payloads = if self.exact { Payloads::AsBytes } else { Payloads::AsValues };
        let report = Report::run(&plugin, &cases, self.limits.limits(), payloads);
        output.print_in_color(&report, |color| report.human(color))?;
        if report.failed > 0 { Err(Failure::said(Exit::PluginRefused)) } else { Ok(()) }
    }

    /// The cases before `--only` is applied.
    fn all(&self) -> Result<Vec<CaseFile>, Failure> {
        match &self.component {
            _ if self.conformance => Ok(conformance::cases()),
            Some(component) if self.bundled => bundled(component),
            _ => golden_cases(&self.cases.clone().unwrap_or_else(|| self.directory.join("cases"))),
        }
    }
}

/// The cases embedded in a component; at least one.
fn bundled(component: &Path) -> Result<Vec<CaseFile>, Failure> {
    let shown = component.display();
    let bytes = std::fs::read(component).with_context(|| format!("failed to read {shown}")).or_exit(Exit::NotFound)?;
    let cases = gantry_component::cases(&bytes).with_context(|| shown.to_string()).or_exit(Exit::PluginRefused)?;
    if cases.is_empty() {
        let error = anyhow!("{shown} contains no golden case: `gantry plugin build DIR` embeds those in DIR/cases");
        return Err(Failure::new(Exit::NotFound, error));
    }
    Ok(cases)
}
