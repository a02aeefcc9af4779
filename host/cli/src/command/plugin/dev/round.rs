//! One round: build, load, golden cases, samples.

use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use gantry_core::PluginRef;
use gantry_golden::Payloads;
use gantry_sandbox::{Plugin, Sandbox};

use super::super::build::{self, Pace};
use super::super::golden_cases;
use super::super::test::Report;
use super::samples::{Ran, Samples};
use super::seconds;
use crate::exit::{Exit, Failure, OrExit as _};

/// What a round came to.
pub(super) struct Round {
    /// How long the whole of it took, in seconds.
    pub(super) seconds: f64,
    /// Or why there is no plugin to try.
    pub(super) tried: Result<Tried, Failure>,
}

/// A plugin that was built and tried.
pub(super) struct Tried {
    pub(super) plugin: PluginRef,
    /// How long it took to build, in seconds.
    pub(super) build_seconds: f64,
    /// None where it has no golden cases.
    pub(super) cases: Option<Report>,
    /// Or why the samples can't be run: settings the plugin refuses, for instance.
    pub(super) samples: anyhow::Result<Vec<Ran>>,
}

impl Round {
    /// Builds and tries the plugin.
    pub(super) fn run(directory: &Path, sandbox: &Sandbox, samples: &Samples) -> Self {
        let began = Instant::now();
        let tried = tried(directory, sandbox, samples);
        Self { seconds: seconds(began), tried }
    }

    /// Whether the plugin is built and does what its golden cases say.
    pub(super) fn is_good(&self) -> bool {
        let cases_hold = |tried: &Tried| tried.cases.as_ref().is_none_or(|cases| cases.failed == 0);
        self.tried.as_ref().is_ok_and(|tried| cases_hold(tried) && tried.samples.is_ok())
    }
}

fn tried(directory: &Path, sandbox: &Sandbox, samples: &Samples) -> Result<Tried, Failure> {
    let began = Instant::now();
    let manifest = build::manifest(directory)?;
    let component = build::component_of(directory, &manifest, Pace::Try)?;
    let build_seconds = seconds(began);
    let plugin = sandbox.load(&component).context("the sandbox refuses the plugin").or_exit(Exit::PluginRefused)?;
    let cases = cases(&plugin, &directory.join("cases"))?;
    Ok(Tried { plugin: plugin.reference().clone(), build_seconds, cases, samples: samples.run(&plugin) })
}

fn cases(plugin: &Plugin, directory: &Path) -> Result<Option<Report>, Failure> {
    if !directory.is_dir() {
        return Ok(None);
    }
    Ok(Some(Report::run(plugin, &golden_cases(directory)?, Payloads::AsValues)))
}
