//! Says where messages wait in a schedule, and for what.

use std::collections::{HashMap, HashSet};

use gantry_core::{DeadLetterId, Timestamp};

use super::{Entry, KeyHash, Schedule};

/// Where a message waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is leased.
    Leased,
    /// In line; at most this many are taken before it.
    InLine { ahead: usize },
    /// Until this time.
    Later(Timestamp),
    /// Until this time, or until it is woken.
    Held(Timestamp),
    /// For this message, which holds its key.
    BehindMessage(u64),
    /// For these dead letters, which block its key.
    BehindDeadLetters(Vec<DeadLetterId>),
}

impl Schedule {
    /// Where these messages wait. One that isn't in the schedule is missing. Looks at each waiting message once.
    pub(crate) fn places(&self, wanted: &HashSet<u64>) -> HashMap<u64, Place> {
        let mut holders: HashMap<KeyHash, u64> = HashMap::new();
        for (key, seq) in self.holders().filter(|_| self.ordered) {
            let first = holders.entry(key).or_insert(seq);
            *first = (*first).min(seq);
        }
        let mut places = HashMap::new();
        places.extend(self.leased.keys().map(|seq| (*seq, Place::Leased)));
        places.extend(self.later.iter().map(|((due, seq), _)| (*seq, Place::Later(self.corrected.wall(*due)))));
        places.extend(self.held.iter().map(|((due, seq), _)| (*seq, Place::Held(self.corrected.wall(*due)))));
        for (ahead, entry) in self.ready.iter().enumerate() {
            places.insert(entry.seq, Place::InLine { ahead });
        }
        for (key, hold) in &self.holds {
            places.extend(hold.parked.iter().map(|entry| (entry.seq, self.behind(*key, entry.seq, &holders))));
        }
        let mut ahead = self.ready.len();
        for entry in &self.pending {
            let place = self.place_in_line(*entry, ahead, &mut holders);
            ahead += usize::from(matches!(place, Place::InLine { .. }));
            if wanted.contains(&entry.seq) {
                places.insert(entry.seq, place);
            }
        }
        places.retain(|seq, _| wanted.contains(seq));
        places
    }

    /// Where a message waits that does not hold its key; it holds it for those behind it.
    fn place_in_line(&self, entry: Entry, ahead: usize, holders: &mut HashMap<KeyHash, u64>) -> Place {
        let Some(key) = entry.key.filter(|_| self.ordered) else { return Place::InLine { ahead } };
        let may_pass = self.passes.contains(&entry.seq);
        let is_blocked = self.is_blocked(key) && !may_pass;
        if holders.contains_key(&key) || is_blocked || self.is_behind_claim(key, entry.seq) {
            return self.behind(key, entry.seq, holders);
        }
        holders.insert(key, entry.seq);
        Place::InLine { ahead }
    }

    /// What a message waits for whose key is held or blocked.
    fn behind(&self, key: KeyHash, seq: u64, holders: &HashMap<KeyHash, u64>) -> Place {
        let claim = self.first_claim(key).filter(|claim| *claim < seq);
        match holders.get(&key).copied().or(claim) {
            Some(first) => Place::BehindMessage(first),
            None => {
                let mut dead_letters: Vec<_> = self.blocked_by.get(&key).into_iter().flatten().copied().collect();
                dead_letters.sort_unstable();
                Place::BehindDeadLetters(dead_letters)
            }
        }
    }
}
