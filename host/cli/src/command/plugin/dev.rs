//! `gantry plugin dev`: an author's loop. Whenever a file changes, the plugin is built again, its golden cases and the
//! author's samples are run, and what is different from the last time is shown.
//!
//! Nothing an author may do wrong ends it: a build that fails is a round without outcomes.

mod round;
mod samples;
mod show;
mod watch;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, anyhow};
use clap::Args;
use gantry_core::TargetName;
use gantry_sandbox::{Sandbox, SandboxConfig};

use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;
use round::Round;
use samples::{Samples, TableFile};
use show::Screen;
use watch::{Change, Watch};

/// Build and try a plugin whenever a file changes
///
/// Each round builds the plugin, quickly rather than for speed, runs its golden cases, and then each file in `samples/`
/// as a message of its own: the media type is told by the extension (.json, .xml, .csv, .txt; bytes otherwise). Shown
/// is what became of each sample, and what is different from the round before. Ctrl-C ends it.
#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// The plugin's directory
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// A file, or a directory of files, to run as messages [default: DIR/samples, if there is one]
    #[arg(long, value_name = "PATH")]
    input: Option<PathBuf>,
    /// The settings for the samples: a JSON object
    #[arg(long, value_name = "FILE.json")]
    settings: Option<PathBuf>,
    /// A lookup table for the samples: CSV or JSON as in flows, and the column that finds a row
    #[arg(long, value_name = "NAME=FILE:KEY")]
    table: Vec<TableFile>,
    /// A target that outputs may be routed to
    #[arg(long, value_name = "NAME")]
    target: Vec<TargetName>,
    /// One round only; ends with 4 when the build or a golden case fails
    #[arg(long)]
    once: bool,
}

impl Dev {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        // Only here is a plugin's folder without a manifest a mistake; later it is an author at work.
        super::build::manifest(&self.directory)?;
        let samples = self.samples()?;
        let sandbox = Sandbox::new(SandboxConfig::default()).context("failed to set up the sandbox")?;
        let mut screen = Screen::new(output);
        if self.once {
            let round = Round::run(&self.directory, &sandbox, &samples);
            screen.show(&round)?;
            return if round.is_good() { Ok(()) } else { Err(Failure::said(Exit::PluginRefused)) };
        }
        let mut watch = Watch::start(&self.directory, &samples.paths()).context("failed to watch files")?;
        loop {
            let round = Round::run(&self.directory, &sandbox, &samples);
            if watch.is_stopped() {
                return Ok(());
            }
            screen.show(&round)?;
            match watch.next() {
                Change::Files(files) => screen.changed(&files)?,
                Change::Stop => return Ok(()),
            }
        }
    }

    fn samples(&self) -> Result<Samples, Failure> {
        let usual = self.directory.join("samples");
        let input = match &self.input {
            Some(input) if !input.exists() => {
                let error = anyhow!("{} does not exist: `--input` names messages to run", input.display());
                return Err(Failure::new(Exit::NotFound, error));
            }
            Some(input) => Some(input.clone()),
            None => usual.is_dir().then_some(usual),
        };
        let tables = self.table.clone();
        let targets = self.target.iter().cloned().collect();
        let samples = Samples { input, settings: self.settings.clone(), tables, targets, now: samples::now() };
        samples.check().or_exit(Exit::NotFound)?;
        Ok(samples)
    }
}

/// Seconds since then, for people.
fn seconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 100.0).round() / 100.0
}

/// A path as the author would write it.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}
