//! Takes given messages out of a schedule, wherever they wait, and puts back what was taken but not processed.

use std::collections::HashSet;

use gantry_core::Timestamp;

use super::{Entry, KeyHash, Schedule};

/// Where a taken message waited, and where it goes if it is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// At the head: it was next in line.
    Head,
    /// In line, without holding its key yet.
    Line,
    /// Until this due time, on the corrected clock.
    Later(Timestamp),
    /// The same, and it may be woken before.
    Held(Timestamp),
}

impl Schedule {
    /// Takes these messages, wherever they wait; those that are leased or have left the queue are not taken. Until a taken
    /// message is finished or given back, no later message of its key is leased.
    pub(crate) fn claim(&mut self, wanted: &HashSet<u64>) -> Vec<(Entry, Origin)> {
        let mut taken: Vec<_> = extract(&mut self.ready, wanted).map(|entry| (entry, Origin::Head)).collect();
        for entry in extract(&mut self.pending, wanted).chain(self.extract_parked(wanted)) {
            self.hold(entry.key);
            taken.push((entry, Origin::Line));
        }
        let later = self.later.extract_if(.., |(_, seq), _| wanted.contains(seq));
        taken.extend(later.map(|((due, _), entry)| (entry, Origin::Later(due))));
        let held = self.held.extract_if(.., |(_, seq), _| wanted.contains(seq));
        taken.extend(held.map(|((due, _), entry)| (entry, Origin::Held(due))));
        taken.sort_unstable_by_key(|(entry, _)| entry.seq);
        self.leased.extend(taken.iter().map(|(entry, _)| (entry.seq, entry.key)));
        taken
    }

    /// Puts back a message that was taken but not processed.
    pub(crate) fn give_back(&mut self, entry: Entry, origin: Origin) {
        self.leased.remove(&entry.seq);
        match origin {
            Origin::Head => self.ready.push_front(entry),
            Origin::Later(due) => {
                self.later.insert((due, entry.seq), entry);
            }
            Origin::Held(due) => {
                self.held.insert((due, entry.seq), entry);
            }
            Origin::Line => self.return_to_line(entry),
        }
    }

    fn extract_parked(&mut self, wanted: &HashSet<u64>) -> impl Iterator<Item = Entry> + use<> {
        let mut taken = Vec::new();
        for hold in self.holds.values_mut() {
            taken.extend(extract(&mut hold.parked, wanted));
        }
        self.parked -= taken.len();
        taken.into_iter()
    }

    /// Puts a message back at its place in line: before all later messages of its key, which may have been parked meanwhile.
    fn return_to_line(&mut self, entry: Entry) {
        let hold = entry.key.and_then(|key| self.holds.get_mut(&key));
        let line = match hold {
            Some(hold) => {
                hold.holders = hold.holders.saturating_sub(1);
                if hold.parked.back().is_some_and(|last| last.seq > entry.seq) {
                    self.parked += 1;
                    &mut hold.parked
                } else {
                    &mut self.pending
                }
            }
            None => &mut self.pending,
        };
        let place = line.partition_point(|other| other.seq < entry.seq);
        line.insert(place, entry);
        if let Some(key) = entry.key {
            self.release_next(key);
        }
    }

    /// The key's messages that were leased, wait for a due time or are next in line: those that hold it.
    pub(super) fn holders(&self) -> impl Iterator<Item = (KeyHash, u64)> {
        let leased = self.leased.iter().filter_map(|(seq, key)| Some(((*key)?, *seq)));
        let waiting = self.later.values().chain(self.held.values()).chain(&self.ready);
        leased.chain(waiting.filter_map(|entry| Some((entry.key?, entry.seq))))
    }
}

/// Takes the wanted entries out of a line.
fn extract(line: &mut std::collections::VecDeque<Entry>, wanted: &HashSet<u64>) -> impl Iterator<Item = Entry> + use<> {
    let mut taken = Vec::new();
    if line.iter().any(|entry| wanted.contains(&entry.seq)) {
        line.retain(|entry| {
            let is_wanted = wanted.contains(&entry.seq);
            if is_wanted {
                taken.push(*entry);
            }
            !is_wanted
        });
    }
    taken.into_iter()
}
