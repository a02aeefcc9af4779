//! `gantry message show`

use clap::{Args, Subcommand};
use gantry_api::v1::{ErrorClass, Event, History};
use gantry_core::id::InvalidId;
use gantry_core::{DeadLetterId, MessageId};

use crate::args::HostArgs;
use crate::client;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// Show single messages
#[derive(Debug, Subcommand)]
pub(crate) enum Message {
    Show(Show),
}

/// Show everything that happened to a message, from receipt to its end
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The message's id, as returned when it was accepted, or the id of one of its dead letters
    #[arg(value_parser = message_of)]
    pub(crate) id: MessageId,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Message {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let Self::Show(show) = self;
        client::with(&show.host, output, async |client| {
            let history = client.message(show.id).await?;
            Ok(output.print(&history, || page(&history))?)
        })
    }
}

/// A message's id, or that of one of its dead letters.
fn message_of(id: &str) -> Result<MessageId, InvalidId> {
    match id.parse::<DeadLetterId>() {
        Ok(dead_letter) => Ok(dead_letter.message),
        Err(_) => id.parse(),
    }
}

fn page(history: &History) -> String {
    let mut page = text::fields(&[
        ("message", history.id.to_string()),
        ("state", history.state.name().to_owned()),
        ("flow", history.flow.to_string()),
        ("source", history.source.clone()),
        ("key", history.key.clone().unwrap_or_default()),
        ("dedupe key", history.dedupe_key.clone().unwrap_or_default()),
        ("received", history.received_at.to_string()),
    ]);
    if let Some(wait) = &history.wait {
        page.push_str(&format!("\nwaits: {}\n", text::line(&wait.text)));
        page.push_str(&wait.next.as_ref().map(|next| format!("next:  {next}\n")).unwrap_or_default());
    }
    page.push('\n');
    let rows: Vec<_> = history.timeline.iter().map(|entry| [format!("  {}", entry.at), event(&entry.event)]).collect();
    page.push_str(&text::columns(&rows));
    page
}

fn event(event: &Event) -> String {
    match event {
        Event::Received => "received, stored on disk".to_owned(),
        Event::Transformed { outputs, .. } => format!("transformed into {}", deliveries(*outputs)),
        Event::Postponed { code, until } => format!("postponed until {until}: {code}"),
        Event::Attempted { position, target, status, error, latency_ms, retry_at, answer } => {
            let result = match error {
                None => "delivered",
                Some(ErrorClass::Permanent) => "refused",
                Some(class) => class.name(),
            };
            let status = status.map(|status| format!(" with status {status}")).unwrap_or_default();
            let retry = retry_at.map(|at| format!(", again at {at}")).unwrap_or_default();
            let answer = if answer.is_empty() { String::new() } else { format!(": {}", answer.replace('\n', "; ")) };
            format!("delivery {position} to {target}: {result}{status} in {latency_ms} ms{retry}{answer}")
        }
        Event::Logged { step, level, text } => format!("{step} logged ({}): {text}", level.name()),
        Event::Skipped { code } => format!("skipped: {code}"),
        Event::DeadLettered { dead_letter, code } => format!("dead letter {dead_letter}: {code}"),
        Event::Supersedes { message } => {
            format!("takes the place of message {message}, which had become a dead letter")
        }
        Event::Superseded { by } => format!("superseded by message {by}, which the sender sent in its place"),
        Event::Discarded { dead_letter, by, reason } => {
            format!("dead letter {dead_letter} discarded by {by}: {reason}")
        }
        Event::Withdrawn { by, reason } => format!("taken out of the queue by {by}: {reason}"),
        Event::Moved { from, to, by } => format!("moved from flow {from} to {to} by {by}"),
        Event::Replayed { dead_letter, by, edited } => {
            format!("replayed from dead letter {dead_letter} by {by}{}", if *edited { ", edited" } else { "" })
        }
    }
}

fn deliveries(count: u32) -> String {
    if count == 1 { "1 delivery".to_owned() } else { format!("{count} deliveries") }
}
