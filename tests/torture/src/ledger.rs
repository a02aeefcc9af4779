//! What is known outside the host: what was sent and acknowledged, what the targets got and how they answered.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Mutex;

use serde::Deserialize;
use tokio::sync::watch;

use crate::load::{Flow, Name};

/// Whether a target accepted a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It answered 2xx completely.
    Yes,
    /// It refused, or did not answer: the host must not count it as delivered.
    No,
    /// It answered 2xx, but the connection broke: the host may take it either way.
    Perhaps,
}

/// One request that a target read completely.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The flow's target.
    pub target: String,
    /// The message; none when no such body was sent.
    pub name: Option<Name>,
    /// Its idempotency key.
    pub idempotency_key: String,
    /// Whether the body is as expected, byte for byte.
    pub intact: bool,
    /// Whether the target accepted it.
    pub accepted: Accepted,
}

/// The state of a message, as the admin API spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It has not ended.
    Queued,
    /// Every delivery reached its target.
    Delivered,
    /// It was skipped.
    Skipped,
    /// It, or one of its deliveries, is a dead letter.
    DeadLettered,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queued => "queued",
            Self::Delivered => "delivered",
            Self::Skipped => "skipped",
            Self::DeadLettered => "dead_lettered",
        })
    }
}

/// How a message ended, according to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The state of the message.
    pub state: State,
    /// The targets whose deliveries are dead letters; `None` stands for the whole message.
    pub dead_letters: Vec<Option<String>>,
}

/// Everything that is known, in the order it became known.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The highest number that was sent, by flow and key.
    pub sent: BTreeMap<(Flow, u8), u64>,
    /// What got 202, with the id it got.
    pub acknowledged: BTreeMap<Name, String>,
    /// What the targets got.
    pub receipts: Vec<Receipt>,
    /// How messages ended, by id.
    pub ends: HashMap<String, End>,
}

/// Facts that many tasks add to.
#[derive(Debug, Default)]
pub struct Ledger {
    facts: Mutex<Facts>,
    /// Counts acknowledged messages and requests that reached a target: faults happen after a number of these events.
    events: watch::Sender<usize>,
}

impl Ledger {
    /// The next number of a key, which counts as sent from now on.
    pub fn next(&self, flow: Flow, key: u8) -> Name {
        self.with(|facts| {
            let n = facts.sent.entry((flow, key)).or_default();
            *n += 1;
            Name { flow, key, n: *n }
        })
    }

    /// The host acknowledged a message.
    pub fn acknowledged(&self, name: Name, id: String) {
        self.with(|facts| facts.acknowledged.insert(name, id));
        self.events.send_modify(|count| *count += 1);
    }

    /// A target got a request. Returns the index of the receipt, to correct the answer later.
    pub fn received(&self, receipt: Receipt) -> usize {
        let index = self.with(|facts| {
            facts.receipts.push(receipt);
            facts.receipts.len() - 1
        });
        self.events.send_modify(|count| *count += 1);
        index
    }

    /// Corrects whether the target accepted a request.
    pub fn answered(&self, index: usize, accepted: Accepted) {
        self.with(|facts| facts.receipts[index].accepted = accepted);
    }

    /// Receives the number of events from now on.
    pub fn watch(&self) -> watch::Receiver<usize> {
        self.events.subscribe()
    }

    /// Reads or changes the facts.
    pub fn with<T>(&self, access: impl FnOnce(&mut Facts) -> T) -> T {
        access(&mut self.facts.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
