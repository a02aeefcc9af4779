//! What the world outside the host knows: what was sent and acknowledged, what the targets got and what they said.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use tokio::sync::watch;

use crate::load::{Flow, Name};

/// What a target said to a request it got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// 2xx, whole: it has the message.
    Yes,
    /// Nothing, or a refusal: the host must not take it for delivered.
    No,
    /// 2xx, and then it broke off: the host may read it either way.
    Perhaps,
}

/// One request that a target read to its end.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The flow's target.
    pub target: String,
    /// The message; none when the body is nothing that was ever sent.
    pub name: Option<Name>,
    /// Its idempotency key.
    pub idempotency_key: String,
    /// Whether the body is, byte for byte, what it must be.
    pub intact: bool,
    /// What it was answered.
    pub said: Said,
}

/// How a message ended, as the host tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// `delivered`, `skipped`, `dead_lettered`, or where it still is.
    pub state: String,
    /// The targets whose deliveries are dead letters; `None` stands for the whole message.
    pub letters: Vec<Option<String>>,
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

/// Facts that many write down at once.
#[derive(Debug, Default)]
pub struct Ledger {
    facts: Mutex<Facts>,
    /// Messages acknowledged and requests that reached a target: by them the moment of a fault is chosen.
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

    /// The host took a message into its custody.
    pub fn acknowledged(&self, name: Name, id: String) {
        self.with(|facts| facts.acknowledged.insert(name, id));
        self.events.send_modify(|count| *count += 1);
    }

    /// A target got a request; its place, by which the answer can be corrected.
    pub fn received(&self, receipt: Receipt) -> usize {
        let place = self.with(|facts| {
            facts.receipts.push(receipt);
            facts.receipts.len() - 1
        });
        self.events.send_modify(|count| *count += 1);
        place
    }

    /// What the target said after all.
    pub fn said(&self, place: usize, said: Said) {
        self.with(|facts| facts.receipts[place].said = said);
    }

    /// How many events there were, from now on.
    pub fn watch(&self) -> watch::Receiver<usize> {
        self.events.subscribe()
    }

    /// Looks at the facts, or adds to them.
    pub fn with<T>(&self, look: impl FnOnce(&mut Facts) -> T) -> T {
        look(&mut self.facts.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
