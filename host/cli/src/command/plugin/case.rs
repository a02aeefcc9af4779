//! `gantry plugin case`: writes a golden case of a message, with what the plugin makes of it now.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;
use gantry_core::{DeadLetterId, Message};
use gantry_golden::Recording;
use gantry_sandbox::Plugin;
use serde_json::json;

use super::sample_args::SampleArgs;
use super::samples::Samples;
use super::{build, load};
use crate::args::HostArgs;
use crate::client;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

/// Record a message as a golden case, with what the plugin makes of it now
///
/// The message is a file, as in `plugin dev`, or that of a dead letter. Of the tables, the rows that the plugin looks up
/// are recorded. Read what the case expects before you keep it: it is what the plugin does, right or wrong. Cases are
/// published with the plugin, so take names and numbers of real customers out.
#[derive(Debug, Args)]
pub(crate) struct Case {
    /// The case's name: the file is DIR/cases/NAME.json
    #[arg(value_name = "NAME")]
    name: String,
    /// The plugin's directory
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Run this component instead of building one
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// The message: a file
    #[arg(long, value_name = "FILE", required_unless_present = "dead_letter")]
    input: Option<PathBuf>,
    /// The message of this dead letter, by its id or that of its message
    #[arg(long, value_name = "ID", conflicts_with = "input")]
    dead_letter: Option<DeadLetterId>,
    /// What the case shows, in a sentence [default: the name of the file, or why the dead letter is one]
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Replace a case of this name
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    samples: SampleArgs,
    #[command(flatten)]
    host: HostArgs,
}

impl Case {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let file = self.file()?;
        let samples = self.samples.samples(None)?;
        let (message, description) = self.message(&samples, output)?;
        let component = match &self.component {
            Some(file) => file.clone(),
            None => build::build(&self.directory, &build::BuildOptions::FROM_SOURCES)?.file,
        };
        let text = record(&samples, &load(&component)?, &message, description)?;
        build::write(&file, text.as_bytes()).with_context(|| format!("failed to write {}", file.display()))?;
        Ok(output.print(&json!({ "case": self.name, "file": file }), || format!("{}:\n{text}", file.display()))?)
    }

    /// Where the case goes.
    fn file(&self) -> Result<PathBuf, Failure> {
        let is_plain = self.name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if !is_plain || self.name.starts_with('.') || self.name.is_empty() {
            let problem = anyhow!("`{}` can't be the name of a case: write letters, digits, `-` and `_`", self.name);
            return Err(Failure::new(Exit::Usage, problem));
        }
        let file = self.directory.join("cases").join(format!("{}.json", self.name));
        if file.exists() && !self.force {
            let problem = anyhow!("{} exists: choose another name, or replace it with `--force`", file.display());
            return Err(Failure::new(Exit::Usage, problem));
        }
        Ok(file)
    }

    /// The message, and what is to be said of it.
    fn message(&self, samples: &Samples, output: &Output) -> Result<(Message, String), Failure> {
        let (message, description) = match (&self.input, self.dead_letter) {
            (Some(input), _) => (samples.message(0, input).or_exit(Exit::NotFound)?, said_of(input)),
            (None, Some(id)) => client::with(&self.host, output, async |client| {
                let letter = client.dead_letter(id).await?;
                let description = format!("{}: {}", letter.reason.code, letter.reason.text);
                Ok((received(letter.received), description))
            })?,
            (None, None) => return Err(Failure::new(Exit::Usage, anyhow!("name a message: --input or --dead-letter"))),
        };
        Ok((message, self.description.clone().unwrap_or(description)))
    }
}

fn said_of(input: &Path) -> String {
    input.file_stem().unwrap_or_default().to_string_lossy().replace(['-', '_'], " ")
}

/// The message of a dead letter, as a plugin gets it.
fn received(message: gantry_api::v1::Message) -> Message {
    Message {
        id: message.id,
        key: message.key,
        content_type: message.content_type,
        headers: message.headers.0.into_iter().collect(),
        event_time: message.event_time,
        payload: message.payload,
    }
}

/// Runs the message, and writes down what became of it.
fn record(samples: &Samples, plugin: &Plugin, message: &Message, description: String) -> Result<String, Failure> {
    let (outcome, tables) = samples.record(plugin, message).or_exit(Exit::PluginRefused)?;
    let settings = samples.settings().or_exit(Exit::NotFound)?;
    let recording =
        Recording { description, settings: &settings, tables, now: samples.now, message, outcome: &outcome };
    Ok(recording.to_text())
}
