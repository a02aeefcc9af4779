//! Takes given messages out of a schedule, wherever they wait, and puts back what was taken but not processed.

use std::collections::HashSet;

use gantry_core::Timestamp;

use super::{Entry, KeyHash, Schedule};

/// Where a taken message waited, and where it goes if it is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// At the head, where a worker took it.
    Head,
    /// In line; it does not hold its key.
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
        let mut taken = Vec::new();
        for entry in extract(&mut self.ready, wanted) {
            self.unhold(entry.key);
            taken.push((entry, Origin::Line));
        }
        taken.extend(extract(&mut self.pending, wanted).map(|entry| (entry, Origin::Line)));
        taken.extend(self.extract_parked(wanted).map(|entry| (entry, Origin::Line)));
        for (entry, _) in &taken {
            if let Some(key) = entry.key {
                self.claimed.entry(key).or_default().insert(entry.seq);
            }
        }
        let later = self.later.extract_if(.., |(_, seq), _| wanted.contains(seq));
        taken.extend(later.map(|((due, _), entry)| (entry, Origin::Later(due))));
        let held = self.held.extract_if(.., |(_, seq), _| wanted.contains(seq));
        taken.extend(held.map(|((due, _), entry)| (entry, Origin::Held(due))));
        taken.sort_unstable_by_key(|(entry, _)| entry.seq);
        self.leased.extend(taken.iter().map(|(entry, _)| (entry.seq, entry.key)));
        taken
    }

    /// Ends the claim of a message that was taken out of the line; false if it was not.
    pub(super) fn unclaim(&mut self, entry: Entry) -> bool {
        let Some(key) = entry.key else { return false };
        let Some(claims) = self.claimed.get_mut(&key) else { return false };
        let was_claimed = claims.remove(&entry.seq);
        if claims.is_empty() {
            self.claimed.remove(&key);
        }
        was_claimed
    }

    /// The first message of a key that was taken out of the line and may go.
    pub(super) fn first_claim(&self, key: KeyHash) -> Option<u64> {
        let is_blocked = self.is_blocked(key);
        let mut claims = self.claimed.get(&key)?.iter();
        claims.find(|seq| !is_blocked || self.passes.contains(seq)).copied()
    }

    /// Whether a message comes after one that was taken out of the line.
    pub(super) fn is_behind_claim(&self, key: KeyHash, seq: u64) -> bool {
        self.first_claim(key).is_some_and(|claim| claim < seq)
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
        self.unclaim(entry);
        let hold = entry.key.and_then(|key| self.holds.get_mut(&key));
        let line = match hold.filter(|hold| hold.parked.back().is_some_and(|last| last.seq > entry.seq)) {
            Some(hold) => {
                self.parked += 1;
                &mut hold.parked
            }
            None => &mut self.pending,
        };
        let place = line.partition_point(|other| other.seq < entry.seq);
        line.insert(place, entry);
        if let Some(key) = entry.key {
            self.release_next(key);
        }
    }

    /// The messages that hold a key: they are leased by a worker, wait for a due time or are next in line.
    pub(super) fn holders(&self) -> impl Iterator<Item = (KeyHash, u64)> {
        let leased = self.leased.iter().filter_map(|(seq, key)| Some(((*key)?, *seq)));
        let leased = leased.filter(|(key, seq)| !self.claimed.get(key).is_some_and(|claims| claims.contains(seq)));
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
