//! Takes only replays, and what the order of their keys puts before them: where no new dead letter may arise, those that
//! are there can be worked off all the same.

use std::collections::{BTreeSet, HashMap};

use gantry_core::Timestamp;

use super::{Entry, KeyHash, Schedule};

/// The numbers of the replays in a schedule, by key.
#[derive(Default)]
pub(super) struct Replays(HashMap<Option<KeyHash>, BTreeSet<u64>>);

impl Replays {
    pub(super) fn enter(&mut self, entry: Entry) {
        if entry.is_replay {
            self.0.entry(entry.key).or_default().insert(entry.seq);
        }
    }

    pub(super) fn leave(&mut self, entry: Entry) {
        let Some(of_key) = self.0.get_mut(&entry.key).filter(|_| entry.is_replay) else { return };
        of_key.remove(&entry.seq);
        if of_key.is_empty() {
            self.0.remove(&entry.key);
        }
    }

    /// Whether a replay with the same key comes after this message.
    fn has_after(&self, entry: Entry) -> bool {
        let last = self.0.get(&entry.key).and_then(BTreeSet::last);
        entry.key.is_some() && last.is_some_and(|last| *last > entry.seq)
    }
}

impl Schedule {
    /// Takes at most so many replays that are ready, or messages that must go before one. Looks at each waiting message once.
    pub(crate) fn take_replays(&mut self, now: Timestamp, max: usize) -> Vec<Entry> {
        self.ready_due(now);
        let mut taken = Vec::new();
        if self.replays.0.is_empty() {
            return taken;
        }
        for _ in 0..self.ready.len() {
            let Some(entry) = self.ready.pop_front() else { break };
            match taken.len() < max && self.is_for_replays(entry) {
                true => taken.push(entry),
                false => self.ready.push_back(entry),
            }
        }
        for _ in 0..self.pending.len() {
            let Some(entry) = self.pending.pop_front() else { break };
            match taken.len() < max && self.is_for_replays(entry) {
                true => taken.extend(self.hold_or_park(entry)),
                false => self.pending.push_back(entry),
            }
        }
        self.leased.extend(taken.iter().map(|entry| (entry.seq, entry.key)));
        taken
    }

    fn is_for_replays(&self, entry: Entry) -> bool {
        entry.is_replay || self.ordered && self.replays.has_after(entry)
    }
}
