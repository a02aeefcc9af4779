//! `gantry plugin dev`: the development loop. Whenever a file changes, it builds the plugin, runs its golden cases and
//! the author's samples, and shows the differences from the last round.
//!
//! Mistakes of the author do not end it: a failed build is a round without outcomes.

mod round;
mod show;
mod watch;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, anyhow};
use clap::Args;

use super::sample_args::SampleArgs;
use super::samples::Samples;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::user_cache;
use round::Round;
use show::Screen;
use watch::{Change, Watch};

/// Build and run a plugin whenever a file changes
///
/// Each round builds the plugin quickly, runs its golden cases, and then runs each file in `samples/` as one message.
/// The extension determines the media type (.json, .xml, .csv, .txt; bytes otherwise). The outcome of each sample is
/// shown, and what changed since the last round. Ctrl-C ends it.
#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// The plugin's directory
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// A file, or a directory of files, to run as messages [default: DIR/samples, if there is one]
    #[arg(long, value_name = "PATH")]
    input: Option<PathBuf>,
    /// Run one round only; the exit code is 4 if the build or a golden case fails
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    samples: SampleArgs,
}

impl Dev {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        // At the start, a folder without a manifest is an error; later, the author may be editing it.
        super::build::manifest(&self.directory)?;
        let samples = self.samples()?;
        let sandbox = user_cache::sandbox()?;
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
        let default = self.directory.join("samples");
        let input = match &self.input {
            Some(input) if !input.exists() => {
                let error = anyhow!(
                    "{} does not exist: `--input` must name a file or a directory of messages",
                    input.display()
                );
                return Err(Failure::new(Exit::NotFound, error));
            }
            Some(input) => Some(input.clone()),
            None => default.is_dir().then_some(default),
        };
        self.samples.samples(input)
    }
}

/// Seconds since then, rounded.
fn seconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 100.0).round() / 100.0
}

/// A path relative to the working directory, if possible.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}
