//! `gantry dlq show`

use clap::Args;
use gantry_api::v1::{Acknowledgement, Attempt, DeadLetter, ReplayOutcome, ReplayRun, Resolution};
use gantry_core::DeadLetterId;

use super::diff;
use crate::args::HostArgs;
use crate::client;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// Show one dead letter: why, what was received, what was to be sent, every attempt
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The dead letter's id
    pub(crate) id: DeadLetterId,
    /// Show how edits changed the payload, in place of the letter
    #[arg(long)]
    pub(crate) diff: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Show {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        client::with(&self.host, output, async |client| {
            if self.diff {
                let revisions = client.revisions(self.id).await?;
                return Ok(output.print(&revisions, || diff::of_revisions(&revisions))?);
            }
            let letter = client.dead_letter(self.id).await?;
            Ok(output.print(&letter, || page(&letter))?)
        })
    }
}

fn page(letter: &DeadLetter) -> String {
    let mut page = text::fields(&[
        ("dead letter", letter.id.to_string()),
        ("state", letter.state.name().to_owned()),
        ("flow", format!("{} ({})", letter.flow, letter.flow_version)),
        ("plugins", letter.plugins.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        ("stage", letter.stage.name().to_owned()),
        ("target", letter.target.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("reason", format!("{}: {}", letter.reason.code, text::escape(&letter.reason.text))),
        ("fingerprint", letter.fingerprint.clone()),
        ("source", letter.source.clone()),
        ("received", letter.received_at.to_string()),
        ("key", letter.received.key.clone().unwrap_or_default()),
        ("idempotency key", letter.idempotency_key.clone().unwrap_or_default()),
        ("first failure", letter.first_failure.to_string()),
        ("last failure", letter.last_failure.to_string()),
        ("expires", letter.expires_at.map(|at| at.to_string()).unwrap_or_default()),
        ("component", letter.component.map(|digest| digest.to_string()).unwrap_or_default()),
        ("acknowledged", letter.acknowledged.as_ref().map(acknowledged).unwrap_or_default()),
        ("closed", letter.resolution.as_ref().map(closed).unwrap_or_default()),
    ]);
    for violation in &letter.reason.violations {
        page.push_str(&format!("  {}  {}  {}\n", violation.path, violation.code, text::escape(&violation.text)));
    }
    if !letter.attempts.is_empty() {
        page.push_str("\nattempts\n");
        let rows: Vec<_> = letter.attempts.iter().map(attempt).collect();
        page.push_str(&text::columns(&rows));
    }
    if !letter.replays.is_empty() {
        page.push_str("\nreplays\n");
        let rows: Vec<_> = letter.replays.iter().map(replay).collect();
        page.push_str(&text::columns(&rows));
    }
    page.push_str(&text::payload("received", &letter.received.content_type, &letter.received.payload));
    if let Some(sent) = &letter.transformed {
        page.push_str(&text::payload("was to be sent", &sent.content_type, &sent.payload));
    }
    page.push_str(&format!("\nreplay it with: gantry dlq replay {}\n", letter.id));
    page
}

fn closed(resolution: &Resolution) -> String {
    format!("{} by {}: {}", resolution.at, resolution.by, text::escape(&resolution.reason))
}

fn acknowledged(note: &Acknowledgement) -> String {
    format!("{} by {}", note.at, text::escape(&note.by))
}

fn replay(replay: &ReplayRun) -> [String; 4] {
    let edited = replay.revision.map(|number| format!(", edited (revision {number})")).unwrap_or_default();
    [
        format!("  {}", replay.at),
        format!("by {}{edited}", text::escape(&replay.by)),
        outcome(replay).to_owned(),
        replay.job.map(|job| format!("job {job}")).unwrap_or_default(),
    ]
}

const fn outcome(replay: &ReplayRun) -> &'static str {
    match replay.outcome {
        None => "under way",
        Some(ReplayOutcome::Resolved) => "resolved",
        Some(ReplayOutcome::FailedAgain) => "failed again",
    }
}

fn attempt(attempt: &Attempt) -> [String; 5] {
    [
        format!("  {}", attempt.at),
        attempt.status.map_or_else(|| "-".to_owned(), |status| status.to_string()),
        attempt.error.map_or("delivered", |error| error.name()).to_owned(),
        format!("{} ms", attempt.latency_ms),
        text::first_line(&attempt.excerpt, 80),
    ]
}
