//! Which message of one flow may be leased next. Lives in memory, holds no payload (48 bytes per waiting message), does
//! no I/O and reads no clock, so that its rules can be tested on their own.
//!
//! **Order.** Every message that is leased, waits for its retry or is next in line *holds* its key. In an ordered flow
//! a message whose key is held is set aside behind it and gets its turn when the holder is finished. Setting aside
//! happens once per message, so a long row of one key at the head costs little and stalls nobody.
//!
//! **Blocks.** In a flow that blocks, a dead letter bars its key until it is closed: messages with that key are set aside,
//! but for the replay of a message whose letter bars it.
//!
//! **Fairness.** Messages whose turn has come take turns with those still in the row, so that neither a few keys with
//! much to do nor the many with little can keep the others waiting.

mod ages;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use ages::Ages;
use gantry_core::{DeadLetterId, MessageId, Steady, Timestamp};

/// A waiting message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its place in the store.
    pub(crate) seq: u64,
    /// Hash of its key; 0 when it has none. Two keys of one hash are merely kept in order needlessly.
    pub(crate) key: u64,
    /// When it was queued.
    pub(crate) since: Timestamp,
    /// What it takes on disk.
    pub(crate) bytes: u32,
}

/// A key that is held or barred, and who waits for it.
#[derive(Default)]
struct Hold {
    /// Holders; more than one only where order is not asked for, none only where the key is barred.
    holders: u32,
    set_aside: VecDeque<Entry>,
}

/// The waiting and leased messages of one flow.
pub(crate) struct Schedule {
    ordered: bool,
    /// In the order they were queued; they do not hold their keys yet.
    row: VecDeque<Entry>,
    /// May be leased, and hold their keys already.
    called: VecDeque<Entry>,
    /// Wait for their time, which is one of the steady scale, and hold their keys.
    later: BTreeMap<(Timestamp, u64), Entry>,
    /// The same, of those that something holds back that may end before their time.
    held: BTreeMap<(Timestamp, u64), Entry>,
    /// So that a clock that is set back makes nobody wait longer than was meant.
    steady: Steady,
    leased: HashSet<u64>,
    holds: HashMap<u64, Hold>,
    /// Whether a barred key waits.
    blocks: bool,
    /// Keys with the dead letters that bar them.
    barred: HashMap<u64, HashSet<DeadLetterId>>,
    /// Waiting messages that no bar concerns: replays of messages whose letters bar the key.
    passes: HashSet<u64>,
    set_aside: usize,
    called_next: bool,
    messages: usize,
    bytes: u64,
    ages: Ages,
}

/// How many messages are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) queued: usize,
    pub(crate) leased: usize,
    pub(crate) scheduled: usize,
    pub(crate) blocked_keys: usize,
    pub(crate) blocked: usize,
    pub(crate) oldest: Option<Timestamp>,
}

impl Schedule {
    pub(crate) fn new(ordered: bool) -> Self {
        Self {
            ordered,
            row: VecDeque::new(),
            called: VecDeque::new(),
            later: BTreeMap::new(),
            held: BTreeMap::new(),
            steady: Steady::default(),
            leased: HashSet::new(),
            holds: HashMap::new(),
            blocks: false,
            barred: HashMap::new(),
            passes: HashSet::new(),
            set_aside: 0,
            called_next: false,
            messages: 0,
            bytes: 0,
            ages: Ages::default(),
        }
    }

    /// From now on, keeps the order per key or does not.
    pub(crate) fn set_ordered(&mut self, ordered: bool) {
        self.ordered = ordered;
        if !ordered {
            let mut freed: Vec<_> = self.holds.values_mut().flat_map(|hold| hold.set_aside.drain(..)).collect();
            freed.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.seq));
            self.set_aside = 0;
            self.holds.retain(|_, hold| hold.holders > 0);
            freed.into_iter().for_each(|entry| self.row.push_front(entry));
        }
    }

    /// From now on, barred keys wait or do not.
    pub(crate) fn set_blocks(&mut self, blocks: bool) {
        self.blocks = blocks;
        if !blocks {
            let barred: Vec<_> = self.barred.keys().copied().collect();
            barred.into_iter().for_each(|key| self.call_next(key));
        }
    }

    /// Whether barred keys wait.
    pub(crate) const fn blocks(&self) -> bool {
        self.blocks && self.ordered
    }

    /// A dead letter bars its key.
    pub(crate) fn bar(&mut self, key: u64, letter: DeadLetterId) {
        self.barred.entry(key).or_default().insert(letter);
    }

    /// A dead letter bars its key no more: with the last one gone, the next of the key gets its turn.
    pub(crate) fn lift(&mut self, key: u64, letter: DeadLetterId) {
        let Some(letters) = self.barred.get_mut(&key) else { return };
        letters.remove(&letter);
        if letters.is_empty() {
            self.barred.remove(&key);
            self.call_next(key);
        }
    }

    /// Adds a message at the end of the row.
    pub(crate) fn push(&mut self, entry: Entry, id: MessageId) {
        let bars = |letters: &HashSet<DeadLetterId>| letters.iter().any(|letter| letter.message == id);
        if self.barred.get(&entry.key).is_some_and(bars) {
            self.passes.insert(entry.seq);
        }
        self.count(entry);
        self.row.push_back(entry);
    }

    /// Adds a message that waits for its time: only at start, before anything is taken. The clock that it was put off by
    /// showed `seen` at the latest.
    pub(crate) fn push_later(&mut self, entry: Entry, due: Timestamp, seen: Timestamp) {
        self.count(entry);
        self.hold(entry.key);
        self.steady.at(seen);
        self.later.insert((self.steady.of(due), entry.seq), entry);
    }

    fn count(&mut self, entry: Entry) {
        self.ages.enter(entry.seq, entry.since);
        self.messages += 1;
        self.bytes += entry.bytes as u64;
    }

    /// Takes the next message that may be worked on.
    pub(crate) fn take(&mut self, now: Timestamp) -> Option<Entry> {
        self.call_due(now);
        self.called_next = !self.called_next;
        let entry = if self.called_next {
            self.called.pop_front().or_else(|| self.take_from_row())
        } else {
            self.take_from_row().or_else(|| self.called.pop_front())
        }?;
        self.leased.insert(entry.seq);
        Some(entry)
    }

    /// A taken message was not worked on: it is next in line again.
    pub(crate) fn give_back(&mut self, entry: Entry) {
        self.leased.remove(&entry.seq);
        self.called.push_front(entry);
    }

    /// A taken message is to be worked on again at `due`; it keeps its key, and takes so many bytes now.
    pub(crate) fn postpone(&mut self, entry: Entry, due: Timestamp, now: Timestamp, bytes: u32) {
        let (due, entry) = self.put_off(entry, due, now, bytes);
        self.later.insert((due, entry.seq), entry);
    }

    /// The same, unless it is woken before.
    pub(crate) fn hold_back(&mut self, entry: Entry, due: Timestamp, now: Timestamp, bytes: u32) {
        let (due, entry) = self.put_off(entry, due, now, bytes);
        self.held.insert((due, entry.seq), entry);
    }

    /// When it is due on the steady scale, and what it is now.
    fn put_off(&mut self, mut entry: Entry, due: Timestamp, now: Timestamp, bytes: u32) -> (Timestamp, Entry) {
        self.leased.remove(&entry.seq);
        self.bytes = self.bytes - u64::from(entry.bytes) + u64::from(bytes);
        entry.bytes = bytes;
        self.steady.at(now);
        (self.steady.of(due), entry)
    }

    /// Everything that is held back may be taken now, the longest due first.
    pub(crate) fn wake(&mut self) {
        self.called.extend(std::mem::take(&mut self.held).into_values());
    }

    /// A taken message has left the queue: the next of its key gets its turn.
    pub(crate) fn finish(&mut self, entry: Entry) {
        self.leased.remove(&entry.seq);
        self.passes.remove(&entry.seq);
        self.messages -= 1;
        self.bytes -= u64::from(entry.bytes);
        self.ages.leave(entry.seq);
        if let Some(hold) = self.holds.get_mut(&entry.key) {
            hold.holders -= 1;
        }
        self.call_next(entry.key);
    }

    /// The next of a key gets its turn, if nobody holds the key; of a barred one only who may pass.
    fn call_next(&mut self, key: u64) {
        let barred = self.is_barred(key);
        let Some(hold) = self.holds.get_mut(&key) else { return };
        if hold.holders > 0 {
            return;
        }
        let mut waiting = hold.set_aside.iter();
        let next = waiting.position(|entry| !barred || self.passes.contains(&entry.seq));
        if let Some(entry) = next.and_then(|next| hold.set_aside.remove(next)) {
            hold.holders = 1;
            self.set_aside -= 1;
            self.called.push_back(entry);
        } else if hold.set_aside.is_empty() {
            self.holds.remove(&key);
        }
    }

    fn is_barred(&self, key: u64) -> bool {
        self.blocks() && self.barred.contains_key(&key)
    }

    /// Whether a message could be taken now, as far as can be told without looking through the row.
    pub(crate) fn has_more(&self) -> bool {
        !self.row.is_empty() || !self.called.is_empty()
    }

    /// When the next waiting message is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let first = self.later.keys().next().into_iter().chain(self.held.keys().next()).min();
        first.map(|(due, _)| self.steady.wall(*due))
    }

    /// How many messages there are, leased ones included, and what they take on disk.
    pub(crate) const fn size(&self) -> (usize, u64) {
        (self.messages, self.bytes)
    }

    /// How many wait for their time.
    pub(crate) fn scheduled(&self) -> usize {
        self.later.len() + self.held.len()
    }

    pub(crate) fn counts(&self) -> Counts {
        let barred = self.barred.keys().filter(|_| self.blocks());
        Counts {
            queued: self.row.len() + self.called.len() + self.set_aside,
            leased: self.leased.len(),
            scheduled: self.scheduled(),
            blocked_keys: barred.clone().count(),
            blocked: barred.filter_map(|key| self.holds.get(key)).map(|hold| hold.set_aside.len()).sum(),
            oldest: self.ages.oldest(),
        }
    }

    fn call_due(&mut self, now: Timestamp) {
        let now = self.steady.at(now);
        for waiting in [&mut self.later, &mut self.held] {
            while let Some(first) = waiting.first_entry().filter(|first| first.key().0 <= now) {
                self.called.push_back(first.remove());
            }
        }
    }

    fn take_from_row(&mut self) -> Option<Entry> {
        while let Some(entry) = self.row.pop_front() {
            let held = self.holds.get(&entry.key).is_some_and(|hold| hold.holders > 0);
            let barred = self.is_barred(entry.key) && !self.passes.contains(&entry.seq);
            if self.ordered && entry.key != 0 && (held || barred) {
                let hold = self.holds.entry(entry.key).or_default();
                hold.set_aside.push_back(entry);
                self.set_aside += 1;
                continue;
            }
            self.hold(entry.key);
            return Some(entry);
        }
        None
    }

    fn hold(&mut self, key: u64) {
        if key != 0 {
            self.holds.entry(key).or_default().holders += 1;
        }
    }
}

#[cfg(test)]
mod tests;
