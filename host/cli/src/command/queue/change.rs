//! `gantry queue withdraw|discard|move`

use clap::Args;
use gantry_api::v1::{QueueChange, QueueChangeRequest, QueueFilter, QueueMoveRequest, StayReason};
use gantry_core::{Clock as _, FlowName, MessageId, SystemClock};

use super::Filter;
use crate::args::{HostArgs, Who};
use crate::client::{self, Client, ClientError};
use crate::command::dlq::selection::ask;
use crate::exit::Failure;
use crate::output::{Output, counted};

/// Take messages out of the queue: they become dead letters that are acknowledged, with code `withdrawn`
///
/// A message that was replayed becomes the dead letter that it was before: this takes a redrive back.
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    #[command(flatten)]
    which: Which,
    /// Why; kept with the dead letters
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

/// Discard messages that are in the queue, with a reason; a record of each is kept, as of a discarded dead letter
#[derive(Debug, Args)]
pub(crate) struct Discard {
    #[command(flatten)]
    which: Which,
    /// Why; kept with the dead letters
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

/// Move messages to the end of another flow's queue, which processes them from the beginning
///
/// Replays, messages that a target already has a part of, and duplicates of messages in the other flow stay where they are.
#[derive(Debug, Args)]
pub(crate) struct Move {
    #[command(flatten)]
    which: Which,
    /// The flow that gets them; it must be in force
    #[arg(long, value_name = "FLOW")]
    to: FlowName,
    /// Why; kept in the audit
    #[arg(long, default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

/// Messages by id, or all that match a filter.
#[derive(Debug, Args)]
struct Which {
    /// The messages' ids
    #[arg(value_name = "MESSAGE", required_unless_present_any = ["all", "flow", "key", "dedupe_key", "target", "source", "job"])]
    messages: Vec<MessageId>,
    /// All messages that match the other options, even if there is none of these
    #[arg(long, conflicts_with = "messages")]
    all: bool,
    #[command(flatten)]
    filter: Filter,
}

#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    who: Who,
    /// Do it without asking for confirmation
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    host: HostArgs,
}

/// The words for a change.
struct Words {
    verb: &'static str,
    past: &'static str,
}

impl Withdraw {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let words = Words { verb: "withdraw", past: "withdrawn" };
        let mut request = self.which.request(&self.reason, &self.common);
        self.which.change(&self.common, output, &words, async |client, after| {
            request.after = after;
            client.withdraw_queued(&request).await
        })
    }
}

impl Discard {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let words = Words { verb: "discard", past: "discarded" };
        let mut request = self.which.request(&self.reason, &self.common);
        self.which.change(&self.common, output, &words, async |client, after| {
            request.after = after;
            client.discard_queued(&request).await
        })
    }
}

impl Move {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let words = Words { verb: "move", past: "moved" };
        let QueueChangeRequest { messages, filter, by, reason, .. } = self.which.request(&self.reason, &self.common);
        let mut request = QueueMoveRequest { to: self.to.clone(), messages, filter, after: None, by, reason };
        self.which.change(&self.common, output, &words, async |client, after| {
            request.after = after;
            client.move_queued(&request).await
        })
    }
}

impl Which {
    /// What is queued from now on is not meant.
    fn request(&self, reason: &str, common: &Common) -> QueueChangeRequest {
        let filter = self.filter.to_api();
        QueueChangeRequest {
            messages: self.messages.clone(),
            filter: QueueFilter { until: filter.until.or(Some(SystemClock.now())), ..filter },
            after: None,
            by: common.who.name(),
            reason: reason.to_owned(),
        }
    }

    /// Asks, then changes portion by portion until nothing is left.
    fn change(
        &self,
        common: &Common,
        output: &Output,
        words: &Words,
        mut portion: impl AsyncFnMut(&Client, Option<u64>) -> Result<QueueChange, ClientError>,
    ) -> Result<(), Failure> {
        client::with(&common.host, output, async |client| {
            if !common.yes {
                let count = match self.messages.len() {
                    0 => client.count_queued(&self.filter.to_api()).await?.messages,
                    count => count as u64,
                };
                ask(&format!("{} {}", words.verb, messages(count)), count == 0)?;
            }
            let mut whole = QueueChange::default();
            loop {
                let part = portion(client, whole.next).await?;
                whole.changed += part.changed;
                whole.stay += part.stay;
                whole.stayed.extend(part.stayed);
                whole.next = part.next;
                if whole.next.is_none() {
                    return Ok(output.print(&whole, || account(&whole, words))?);
                }
            }
        })
    }
}

fn messages(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "message")
}

/// `3 messages withdrawn`, and those that stay, each with its reason.
fn account(change: &QueueChange, words: &Words) -> String {
    let mut account = format!("{} {}\n", messages(change.changed), words.past);
    if change.stay > 0 {
        account.push_str(&format!("{} stay in the queue:\n", messages(change.stay)));
    }
    for stayed in &change.stayed {
        account.push_str(&format!("  {}  {}\n", stayed.message, why(stayed.reason)));
    }
    let named = change.stayed.len() as u64;
    if change.stay > named {
        account.push_str(&format!("  and {} more\n", change.stay - named));
    }
    account
}

const fn why(reason: StayReason) -> &'static str {
    match reason {
        StayReason::InProgress => "is being processed; try again",
        StayReason::Replay => "is the replay of a dead letter; withdraw it instead",
        StayReason::PartlyDelivered => "a target already has a part of it; withdraw it instead",
        StayReason::Duplicate => {
            "the other flow has a message with its dedupe value; discard it, or release the value there"
        }
    }
}
