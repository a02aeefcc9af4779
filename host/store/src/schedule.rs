//! Which message of one flow may be leased next. Lives in memory, holds no payload (48 bytes per waiting message), does
//! no I/O and reads no clock, so that its rules can be tested on their own.
//!
//! **Order.** Every message that is leased, waits for its retry or is next in line *holds* its key. In an ordered flow
//! a message whose key is held is parked behind it and gets its turn when the holder is finished. A message is parked
//! once, so that many pending ones of one key at the head cost little and stall nobody.
//!
//! **Blocks.** In a flow that blocks, a dead letter blocks its key until it is closed: messages with that key are parked,
//! but for the replay of a message whose dead letter blocks it.
//!
//! **Fairness.** Messages that are ready take turns with those that are pending, so that neither a few keys with
//! much to do nor the many with little can keep the others waiting.

mod ages;
mod size;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use ages::Ages;
use gantry_core::{DeadLetterId, MessageId, SkewCorrectedClock, Timestamp};
use size::Size;

pub use size::Backlog;
pub(crate) use size::Total;

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

/// A key that is held or blocked, and who waits for it.
#[derive(Default)]
struct Hold {
    /// Holders; more than one only where order is not asked for, none only where the key is blocked.
    holders: u32,
    parked: VecDeque<Entry>,
}

/// The waiting and leased messages of one flow.
pub(crate) struct Schedule {
    ordered: bool,
    /// In the order they were queued; they do not hold their keys yet.
    pending: VecDeque<Entry>,
    /// May be leased, and hold their keys already.
    ready: VecDeque<Entry>,
    /// Wait for their time, which is one of the steady scale, and hold their keys.
    later: BTreeMap<(Timestamp, u64), Entry>,
    /// The same, of those that something holds back that may end before their time.
    held: BTreeMap<(Timestamp, u64), Entry>,
    /// So that a clock that is set back makes nobody wait longer than was meant.
    corrected: SkewCorrectedClock,
    leased: HashSet<u64>,
    holds: HashMap<u64, Hold>,
    /// Whether a blocked key waits.
    blocks: bool,
    /// Keys with the dead letters that block them.
    blocked_by: HashMap<u64, HashSet<DeadLetterId>>,
    /// Waiting messages that no block concerns: replays of messages whose dead letters block the key.
    passes: HashSet<u64>,
    parked: usize,
    ready_is_next: bool,
    size: Size,
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
    /// One that holds nothing. What it will hold counts into the total as well.
    pub(crate) fn new(ordered: bool, total: Arc<Total>) -> Self {
        Self {
            ordered,
            pending: VecDeque::new(),
            ready: VecDeque::new(),
            later: BTreeMap::new(),
            held: BTreeMap::new(),
            corrected: SkewCorrectedClock::default(),
            leased: HashSet::new(),
            holds: HashMap::new(),
            blocks: false,
            blocked_by: HashMap::new(),
            passes: HashSet::new(),
            parked: 0,
            ready_is_next: false,
            size: Size::new(total),
            ages: Ages::default(),
        }
    }

    /// From now on, keeps the order per key or does not.
    pub(crate) fn set_ordered(&mut self, ordered: bool) {
        self.ordered = ordered;
        if !ordered {
            let mut freed: Vec<_> = self.holds.values_mut().flat_map(|hold| hold.parked.drain(..)).collect();
            freed.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.seq));
            self.parked = 0;
            self.holds.retain(|_, hold| hold.holders > 0);
            freed.into_iter().for_each(|entry| self.pending.push_front(entry));
        }
    }

    /// From now on, blocked keys wait or do not.
    pub(crate) fn set_blocks(&mut self, blocks: bool) {
        self.blocks = blocks;
        if !blocks {
            let blocked: Vec<_> = self.blocked_by.keys().copied().collect();
            blocked.into_iter().for_each(|key| self.release_next(key));
        }
    }

    /// Whether blocked keys wait.
    pub(crate) const fn blocks(&self) -> bool {
        self.blocks && self.ordered
    }

    /// A dead letter blocks its key.
    pub(crate) fn block(&mut self, key: u64, letter: DeadLetterId) {
        self.blocked_by.entry(key).or_default().insert(letter);
    }

    /// A dead letter blocks its key no more: with the last one gone, the next of the key gets its turn.
    pub(crate) fn unblock(&mut self, key: u64, letter: DeadLetterId) {
        let Some(letters) = self.blocked_by.get_mut(&key) else { return };
        letters.remove(&letter);
        if letters.is_empty() {
            self.blocked_by.remove(&key);
            self.release_next(key);
        }
    }

    /// Adds a message behind all that are pending.
    pub(crate) fn push(&mut self, entry: Entry, id: MessageId) {
        let blocks = |letters: &HashSet<DeadLetterId>| letters.iter().any(|letter| letter.message == id);
        if self.blocked_by.get(&entry.key).is_some_and(blocks) {
            self.passes.insert(entry.seq);
        }
        self.count(entry);
        self.pending.push_back(entry);
    }

    /// Adds a message that waits for its time: only at start, before anything is taken. The clock that it was put off by
    /// showed `seen` at the latest.
    pub(crate) fn push_later(&mut self, entry: Entry, due: Timestamp, seen: Timestamp) {
        self.count(entry);
        self.hold(entry.key);
        self.corrected.at(seen);
        self.later.insert((self.corrected.of(due), entry.seq), entry);
    }

    fn count(&mut self, entry: Entry) {
        self.ages.enter(entry.seq, entry.since);
        self.size.enter(entry.bytes);
    }

    /// Takes the next message that may be worked on.
    pub(crate) fn take(&mut self, now: Timestamp) -> Option<Entry> {
        self.ready_due(now);
        self.ready_is_next = !self.ready_is_next;
        let entry = if self.ready_is_next {
            self.ready.pop_front().or_else(|| self.take_pending())
        } else {
            self.take_pending().or_else(|| self.ready.pop_front())
        }?;
        self.leased.insert(entry.seq);
        Some(entry)
    }

    /// A taken message was not worked on: it is next in line again.
    pub(crate) fn give_back(&mut self, entry: Entry) {
        self.leased.remove(&entry.seq);
        self.ready.push_front(entry);
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
        self.size.resize(entry.bytes, bytes);
        entry.bytes = bytes;
        self.corrected.at(now);
        (self.corrected.of(due), entry)
    }

    /// Everything that is held back may be taken now, the longest due first.
    pub(crate) fn wake(&mut self) {
        self.ready.extend(std::mem::take(&mut self.held).into_values());
    }

    /// A taken message has left the queue: the next of its key gets its turn.
    pub(crate) fn finish(&mut self, entry: Entry) {
        self.leased.remove(&entry.seq);
        self.passes.remove(&entry.seq);
        self.size.leave(entry.bytes);
        self.ages.leave(entry.seq);
        if let Some(hold) = self.holds.get_mut(&entry.key) {
            hold.holders -= 1;
        }
        self.release_next(entry.key);
    }

    /// The next of a key gets its turn, if nobody holds the key; of a blocked one only who may pass.
    fn release_next(&mut self, key: u64) {
        let is_blocked = self.is_blocked(key);
        let Some(hold) = self.holds.get_mut(&key) else { return };
        if hold.holders > 0 {
            return;
        }
        let mut waiting = hold.parked.iter();
        let next = waiting.position(|entry| !is_blocked || self.passes.contains(&entry.seq));
        if let Some(entry) = next.and_then(|next| hold.parked.remove(next)) {
            hold.holders = 1;
            self.parked -= 1;
            self.ready.push_back(entry);
        } else if hold.parked.is_empty() {
            self.holds.remove(&key);
        }
    }

    fn is_blocked(&self, key: u64) -> bool {
        self.blocks() && self.blocked_by.contains_key(&key)
    }

    /// Whether a message could be taken now, as far as can be told without looking through the pending ones.
    pub(crate) fn has_more(&self) -> bool {
        !self.pending.is_empty() || !self.ready.is_empty()
    }

    /// When the next waiting message is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let first = self.later.keys().next().into_iter().chain(self.held.keys().next()).min();
        first.map(|(due, _)| self.corrected.wall(*due))
    }

    /// Lets the steady scale see the time; whether a message that waits for its time is due.
    pub(crate) fn is_due(&mut self, now: Timestamp) -> bool {
        let now = self.corrected.at(now);
        let mut first_of_each = self.later.keys().next().into_iter().chain(self.held.keys().next());
        first_of_each.any(|(due, _)| *due <= now)
    }

    /// How many messages there are, leased ones included, and what they take on disk.
    pub(crate) const fn backlog(&self) -> Backlog {
        self.size.backlog()
    }

    /// How many wait for their time.
    pub(crate) fn scheduled(&self) -> usize {
        self.later.len() + self.held.len()
    }

    pub(crate) fn counts(&self) -> Counts {
        let blocked = self.blocked_by.keys().filter(|_| self.blocks());
        Counts {
            queued: self.pending.len() + self.ready.len() + self.parked,
            leased: self.leased.len(),
            scheduled: self.scheduled(),
            blocked_keys: blocked.clone().count(),
            blocked: blocked.filter_map(|key| self.holds.get(key)).map(|hold| hold.parked.len()).sum(),
            oldest: self.ages.oldest(),
        }
    }

    fn ready_due(&mut self, now: Timestamp) {
        let now = self.corrected.at(now);
        for waiting in [&mut self.later, &mut self.held] {
            while let Some(first) = waiting.first_entry().filter(|first| first.key().0 <= now) {
                self.ready.push_back(first.remove());
            }
        }
    }

    fn take_pending(&mut self) -> Option<Entry> {
        while let Some(entry) = self.pending.pop_front() {
            let is_held = self.holds.get(&entry.key).is_some_and(|hold| hold.holders > 0);
            let is_blocked = self.is_blocked(entry.key) && !self.passes.contains(&entry.seq);
            if self.ordered && entry.key != 0 && (is_held || is_blocked) {
                let hold = self.holds.entry(entry.key).or_default();
                hold.parked.push_back(entry);
                self.parked += 1;
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
