//! `gantry plugin new|inspect|build|test|dev|case|bench|sign|verify|publish|catalogue|deploy`: for plugin authors, release
//! engineers and operators.

mod bench;
mod build;
mod case;
mod catalogue;
mod deploy;
mod dev;
mod inspect;
mod language;
mod limits;
mod new;
mod publish;
mod sample_args;
mod samples;
mod sign;
mod signed;
mod test;
mod verify;

use std::path::Path;

use anyhow::{Context as _, anyhow};
use clap::Subcommand;
use gantry_golden::CaseFile;
use gantry_sandbox as sandbox;

use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;
use crate::user_cache;

/// Write, build, test, measure, inspect, sign, publish and deploy plugins
#[derive(Debug, Subcommand)]
pub(crate) enum Plugin {
    New(new::New),
    Inspect(inspect::Inspect),
    Build(build::Build),
    Test(test::Test),
    Dev(dev::Dev),
    Case(case::Case),
    Bench(bench::Bench),
    Sign(sign::Sign),
    Verify(verify::Verify),
    Publish(publish::Publish),
    Catalogue(catalogue::Catalogue),
    Deploy(deploy::Deploy),
}

impl Plugin {
    /// Whether it works on sources and components, and not on a host.
    pub(super) const fn is_for_authors(&self) -> bool {
        !matches!(self, Self::Publish(_) | Self::Catalogue(_) | Self::Deploy(_))
    }

    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::New(new) => new.run(output),
            Self::Inspect(inspect) => inspect.run(output),
            Self::Build(build) => build.run(output),
            Self::Test(test) => test.run(output),
            Self::Dev(dev) => dev.run(output),
            Self::Case(case) => case.run(output),
            Self::Bench(bench) => bench.run(output),
            Self::Sign(sign) => sign.run(output),
            Self::Verify(verify) => verify.run(output),
            Self::Publish(publish) => publish.run(output),
            Self::Catalogue(catalogue) => catalogue.run(output),
            Self::Deploy(deploy) => deploy.run(output),
        }
    }
}

/// Loads the plugin in this file in a new sandbox.
fn load(file: &Path) -> Result<sandbox::Plugin, Failure> {
    let bytes =
        std::fs::read(file).with_context(|| format!("failed to read {}", file.display())).or_exit(Exit::NotFound)?;
    let sandbox = user_cache::sandbox()?;
    sandbox.load(&bytes).with_context(|| format!("failed to load {}", file.display())).or_exit(Exit::PluginRefused)
}

/// The golden cases of a folder; at least one.
fn golden_cases(folder: &Path) -> Result<Vec<CaseFile>, Failure> {
    let cases = gantry_golden::files(folder).or_exit(Exit::NotFound)?;
    if cases.is_empty() {
        return Err(Failure::new(Exit::NotFound, anyhow!("no golden case in {}", folder.display())));
    }
    Ok(cases)
}
