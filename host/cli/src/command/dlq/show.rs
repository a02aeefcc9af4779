//! `gantry dlq show`

use clap::Args;
use gantry_api::v1::{
    Acknowledgement, Attempt, DeadLetter, DeadLetterState, Event, ReplayOutcome, ReplayRun, Resolution, Revision,
    Successor, TimelineEntry, Violation,
};
use gantry_core::{Clock as _, DeadLetterId, SystemClock, Timestamp};

use super::diff;
use crate::args::HostArgs;
use crate::client;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// Most attempts that are listed of those that were not counted, the latest ones.
const UNSPENT: usize = 10;

/// Show one dead letter: the reason, the received payload, the payload to be sent, and all attempts
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The dead letter's id, or the id of its message
    pub(crate) id: DeadLetterId,
    /// Show only how edits changed the payload
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
            let dead_letter = client.dead_letter(self.id).await?;
            Ok(output.print(&dead_letter, || page(&dead_letter))?)
        })
    }
}

fn page(dead_letter: &DeadLetter) -> String {
    let mut page = text::fields(&[
        ("dead letter", dead_letter.id.to_string()),
        ("state", dead_letter.state.name().to_owned()),
        ("flow", format!("{} ({})", dead_letter.flow, dead_letter.flow_version)),
        ("plugins", dead_letter.plugins.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        ("stage", dead_letter.stage.name().to_owned()),
        ("target", dead_letter.target.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("reason", format!("{}: {}", dead_letter.reason.code, dead_letter.reason.text)),
        ("kind", dead_letter.reason.kind.as_ref().map(|kind| kind.text().to_owned()).unwrap_or_default()),
        ("fingerprint", dead_letter.fingerprint.clone()),
        ("source", dead_letter.source.clone()),
        ("received", dead_letter.received_at.to_string()),
        ("key", dead_letter.received.key.clone().unwrap_or_default()),
        ("idempotency key", dead_letter.idempotency_key.clone().unwrap_or_default()),
        ("first failure", dead_letter.first_failure.to_string()),
        ("last failure", dead_letter.last_failure.to_string()),
        ("expires", dead_letter.expires_at.map(|at| expiry(at, dead_letter.state)).unwrap_or_default()),
        ("component", dead_letter.component.map(|digest| digest.to_string()).unwrap_or_default()),
        ("acknowledged", dead_letter.acknowledged.as_ref().map(acknowledged).unwrap_or_default()),
        ("superseded by", dead_letter.superseded_by.map(successor).unwrap_or_default()),
        ("closed", dead_letter.resolution.as_ref().map(closed).unwrap_or_default()),
    ]);
    for Violation { path, code, text } in &dead_letter.reason.violations {
        page.push_str(&format!("  {}\n", text::line(&format!("{path}  {code}  {text}"))));
    }
    if !dead_letter.attempts.is_empty() {
        page.push_str("\nattempts\n");
        let rows: Vec<_> = dead_letter.attempts.iter().map(attempt).collect();
        page.push_str(&text::columns(&rows));
    }
    page.push_str(&unspent(dead_letter));
    let lines: Vec<_> = dead_letter.timeline.iter().filter_map(log_line).collect();
    if !lines.is_empty() {
        page.push_str("\nplugin log\n");
        page.push_str(&text::columns(&lines));
    }
    if !dead_letter.replays.is_empty() {
        page.push_str("\nreplays\n");
        let rows: Vec<_> = dead_letter.replays.iter().map(replay).collect();
        page.push_str(&text::columns(&rows));
    }
    page.push_str(&payloads(dead_letter));
    if matches!(dead_letter.state, DeadLetterState::Open | DeadLetterState::Acknowledged) {
        page.push_str(&format!("\nreplay it with: gantry dlq replay {}\n", dead_letter.id));
    }
    page
}

/// When it is removed. One that is not closed goes later if nobody could hear of it in time.
fn expiry(at: Timestamp, state: DeadLetterState) -> String {
    let is_over = at <= SystemClock.now();
    if is_over && matches!(state, DeadLetterState::Open | DeadLetterState::Acknowledged) {
        return format!("{at}; it goes once that was announced for a while: gantry status says when");
    }
    at.to_string()
}

/// What was received, or what an operator made of it since; and what was to be sent.
fn payloads(dead_letter: &DeadLetter) -> String {
    let received = &dead_letter.received;
    let edit = dead_letter.revisions.last().filter(|revision| revision.number > 0);
    let title = match edit {
        None => "received".to_owned(),
        Some(Revision { number, at, by, .. }) => {
            let diff = format!("gantry dlq show {} --diff", dead_letter.id);
            let by = text::line(by);
            format!("edited by {by} at {at} (revision {number}; what was received: {diff})")
        }
    };
    let mut page = text::payload(&title, &received.content_type, &received.payload);
    if let Some(sent) = &dead_letter.transformed {
        let is_outdated = edit.is_some_and(|edit| edit.at > dead_letter.last_failure);
        let title = if is_outdated { "was to be sent, before the edit" } else { "to be sent" };
        page.push_str(&text::payload(title, &sent.content_type, &sent.payload));
    }
    page
}

/// The attempts that the list above leaves out, because they spent none of the dead letter's: the target refused or throttled all
/// deliveries.
fn unspent(dead_letter: &DeadLetter) -> String {
    let mut spent: Vec<_> = dead_letter.attempts.iter().collect();
    let mut unspent = Vec::new();
    for entry in &dead_letter.timeline {
        let Event::Attempted { position, status, error, latency_ms, .. } = &entry.event else { continue };
        if Some(*position) != dead_letter.id.position {
            continue;
        }
        // The timeline states the end of an attempt, and an attempt its beginning; what it measured is the same.
        let found = spent.iter().position(|attempt| {
            let measured = (attempt.status, attempt.error, attempt.latency_ms);
            measured == (*status, *error, *latency_ms) && attempt.at <= entry.at
        });
        match found {
            Some(at) => drop(spent.remove(at)),
            None => unspent.push([
                format!("  {}", entry.at),
                status.map_or_else(|| "-".to_owned(), |status| status.to_string()),
                error.map_or("delivered", |error| error.name()).to_owned(),
                format!("{latency_ms} ms"),
            ]),
        }
    }
    if unspent.is_empty() {
        return String::new();
    }
    let earlier = unspent.len().saturating_sub(UNSPENT);
    let mut page =
        format!("\nattempts that were not counted, as the target refused or throttled everything: {}\n", unspent.len());
    page.push_str(&text::columns(&unspent[earlier..]));
    if earlier > 0 {
        page.push_str(&format!("  {earlier} earlier ones: gantry message show {}\n", dead_letter.id.message));
    }
    page
}

/// What a plugin logged about the message; none for another entry.
fn log_line(entry: &TimelineEntry) -> Option<[String; 4]> {
    match &entry.event {
        Event::Logged { step, level, text } => {
            Some([format!("  {}", entry.at), step.clone(), level.name().to_owned(), text.clone()])
        }
        _ => None,
    }
}

fn successor(successor: Successor) -> String {
    match successor {
        Successor::Message { id } => format!("message {id}"),
        Successor::DeadLetter { id } => format!("dead letter {id}"),
    }
}

fn closed(resolution: &Resolution) -> String {
    format!("{} by {}: {}", resolution.at, resolution.by, resolution.reason)
}

fn acknowledged(note: &Acknowledgement) -> String {
    format!("{} by {}", note.at, note.by)
}

fn replay(replay: &ReplayRun) -> [String; 4] {
    let edited = replay.revision.map(|number| format!(", edited (revision {number})")).unwrap_or_default();
    [
        format!("  {}", replay.at),
        format!("by {}{edited}", replay.by),
        outcome(replay).to_owned(),
        replay.job.map(|job| format!("job {job}")).unwrap_or_default(),
    ]
}

const fn outcome(replay: &ReplayRun) -> &'static str {
    match replay.outcome {
        None => "in progress",
        Some(ReplayOutcome::Resolved) => "resolved",
        Some(ReplayOutcome::FailedAgain) => "failed again",
        Some(ReplayOutcome::Withdrawn) => "withdrawn",
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
