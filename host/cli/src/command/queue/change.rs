//! What `gantry queue withdraw|discard|move` share: which messages, and the change portion by portion.

use clap::Args;
use gantry_api::v1::{QueueChange, QueueChangeRequest, QueueFilter, StayReason};
use gantry_core::{Clock as _, DeadLetterId, SystemClock, counted};

use super::Filter;
use crate::args::{HostArgs, Who};
use crate::client::{self, Client, ClientError};
use crate::command::dlq::selection::ask;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Messages by id, or all that match a filter.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The messages' ids, or those of the dead letters that were replayed
    #[arg(value_name = "MESSAGE", required_unless_present_any = ["all", "flow", "key", "dedupe_key", "target", "source", "job"])]
    pub(crate) messages: Vec<DeadLetterId>,
    /// All messages that match the other options, even if there is none of these
    #[arg(long, conflicts_with = "messages")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) filter: Filter,
}

#[derive(Debug, Args)]
pub(crate) struct Common {
    #[command(flatten)]
    pub(crate) who: Who,
    /// Do it without asking for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// The words for a change.
pub(super) struct Words {
    pub(super) verb: &'static str,
    pub(super) past: &'static str,
}

impl Which {
    /// What is queued from now on is not meant.
    pub(super) fn request(&self, reason: &str, common: &Common) -> QueueChangeRequest {
        let filter = self.filter.to_api();
        QueueChangeRequest {
            messages: self.messages.iter().map(|id| id.message).collect(),
            filter: QueueFilter { until: filter.until.or(Some(SystemClock.now())), ..filter },
            after: None,
            by: common.who.name(),
            reason: reason.to_owned(),
        }
    }

    /// Asks, then changes portion by portion until nothing is left.
    pub(super) fn change(
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
                    if !self.messages.is_empty() && whole.changed + whole.stay == 0 {
                        let what = anyhow::anyhow!("none of these messages is in the queue");
                        return Err(Failure::new(Exit::NotFound, what));
                    }
                    return Ok(output.print(&whole, || account(&whole, words))?);
                }
            }
        })
    }
}

fn messages(count: u64) -> String {
    counted(count, "message")
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
