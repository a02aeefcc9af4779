//! One round: build, load, golden cases, samples.

use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use gantry_core::{Limits, PluginRef};
use gantry_golden::Payloads;
use gantry_sandbox::{Plugin, Sandbox};

use super::super::build::{self, Mode};
use super::super::samples::{SampleRun, Samples};
use super::super::test::Report;
use super::seconds;
use crate::exit::{Exit, Failure, OrExit as _};

/// A finished round.
pub(super) struct Round {
    /// How long it took, in seconds.
    pub(super) seconds: f64,
    /// The results, or why there is no plugin to run.
    pub(super) results: Result<Results, Failure>,
}

/// The results of a plugin that was built.
pub(super) struct Results {
    pub(super) plugin: PluginRef,
    /// How long it took to build, in seconds.
    pub(super) build_seconds: f64,
    /// The report on its golden cases; none if it has none.
    pub(super) cases: Option<Report>,
    /// The outcomes of the samples, or why they can't be run, for instance because the plugin refuses the settings.
    pub(super) samples: anyhow::Result<Vec<SampleRun>>,
}

impl Round {
    /// Builds and runs the plugin.
    pub(super) fn run(directory: &Path, sandbox: &Sandbox, samples: &Samples) -> Self {
        let began = Instant::now();
        let results = results(directory, sandbox, samples);
        Self { seconds: seconds(began), results }
    }

    /// Whether the plugin was built, its golden cases pass and its samples ran.
    pub(super) fn is_good(&self) -> bool {
        self.results.as_ref().is_ok_and(Results::is_good)
    }
}

impl Results {
    fn is_good(&self) -> bool {
        self.cases.as_ref().is_none_or(|cases| cases.failed == 0) && self.samples.is_ok()
    }
}

fn results(directory: &Path, sandbox: &Sandbox, samples: &Samples) -> Result<Results, Failure> {
    let began = Instant::now();
    let manifest = build::manifest(directory)?;
    let component = build::component_of(directory, &manifest, Mode::Development)?;
    let build_seconds = seconds(began);
    let plugin = sandbox.load(&component).context("the sandbox refuses the plugin").or_exit(Exit::PluginRefused)?;
    let cases = cases(&plugin, &directory.join("cases"), samples.limits)?;
    Ok(Results { plugin: plugin.reference().clone(), build_seconds, cases, samples: samples.run(&plugin) })
}

fn cases(plugin: &Plugin, directory: &Path, limits: Limits) -> Result<Option<Report>, Failure> {
    let cases = if directory.is_dir() { gantry_golden::files(directory).or_exit(Exit::NotFound)? } else { Vec::new() };
    Ok((!cases.is_empty()).then(|| Report::run(plugin, &cases, limits, Payloads::AsValues)))
}
