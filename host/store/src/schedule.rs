//! Decides which message of one flow is leased next. It is kept in memory, holds no payloads (about 48 bytes per
//! waiting message), does no I/O and reads no clock, so its rules can be tested in isolation.
//!
//! **Order.** Every message that is leased, waits for its retry or is next in line *holds* its key. In an ordered flow,
//! a message whose key is held is parked and becomes ready when the holder has finished. Each message is parked at most
//! once, so many pending messages of one key at the head cost little and delay no others.
//!
//! **Blocks.** In a flow that blocks, a dead letter blocks its key until it is closed: messages with that key are
//! parked, except for a replay of the message whose dead letter blocks the key.
//!
//! **Fairness.** Ready and pending messages take turns, so that neither a few busy keys nor many quiet ones can delay
//! the others.

mod ages;
mod claim;
mod place;
mod replays;
mod size;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::num::NonZeroU64;
use std::sync::Arc;

use ages::Ages;
use gantry_core::{DeadLetterId, MessageId, SkewCorrectedClock, Timestamp};
use replays::Replays;
use size::Size;

pub(crate) use claim::Origin;
pub(crate) use place::Place;
pub use size::Backlog;
pub(crate) use size::Total;

/// The hash of a message's key. Two keys with the same hash are only kept in order unnecessarily.
pub(crate) type KeyHash = NonZeroU64;

/// A waiting message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its number in the store.
    pub(crate) seq: u64,
    /// The hash of its key, if it has one.
    pub(crate) key: Option<KeyHash>,
    /// When it was queued.
    pub(crate) since: Timestamp,
    /// The bytes of its record on disk.
    pub(crate) bytes: u32,
    /// Whether it is the replay of a dead letter.
    pub(crate) is_replay: bool,
}

/// A key that is held or blocked, and the messages that wait for it.
#[derive(Default)]
struct Hold {
    /// Holders; more than one only if the flow is not ordered, none only if the key is blocked.
    holders: u32,
    parked: VecDeque<Entry>,
}

/// The waiting and leased messages of one flow.
pub(crate) struct Schedule {
    ordered: bool,
    /// In the order in which they were queued; they do not hold their keys yet.
    pending: VecDeque<Entry>,
    /// May be leased, and already hold their keys.
    ready: VecDeque<Entry>,
    /// Wait for their due time, and hold their keys. Due times are on the corrected clock.
    later: BTreeMap<(Timestamp, u64), Entry>,
    /// The same for held messages, which may be woken before their due time.
    held: BTreeMap<(Timestamp, u64), Entry>,
    /// Corrects due times, so that no message waits longer than intended after the clock is set back.
    corrected: SkewCorrectedClock,
    /// The leased messages, with their keys.
    leased: HashMap<u64, Option<KeyHash>>,
    holds: HashMap<KeyHash, Hold>,
    /// Messages that an operator took out of the line, by key: they hold back later messages, and none that comes before.
    claimed: HashMap<KeyHash, BTreeSet<u64>>,
    /// Whether dead letters block their keys.
    blocks: bool,
    /// Keys with the dead letters that block them.
    blocked_by: HashMap<KeyHash, HashSet<DeadLetterId>>,
    /// Waiting messages that may pass a block: replays of messages whose dead letters block the key.
    passes: HashSet<u64>,
    replays: Replays,
    parked: usize,
    ready_is_next: bool,
    size: Size,
    ages: Ages,
}

/// How many messages are in each state.
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
    /// An empty schedule. Its messages also count towards the total.
    pub(crate) fn new(ordered: bool, total: Arc<Total>) -> Self {
        Self {
            ordered,
            pending: VecDeque::new(),
            ready: VecDeque::new(),
            later: BTreeMap::new(),
            held: BTreeMap::new(),
            corrected: SkewCorrectedClock::default(),
            leased: HashMap::new(),
            holds: HashMap::new(),
            claimed: HashMap::new(),
            blocks: false,
            blocked_by: HashMap::new(),
            passes: HashSet::new(),
            replays: Replays::default(),
            parked: 0,
            ready_is_next: false,
            size: Size::new(total),
            ages: Ages::default(),
        }
    }

    /// Sets whether the order per key is kept.
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

    /// Sets whether dead letters block their keys.
    pub(crate) fn set_blocks(&mut self, blocks: bool) {
        self.blocks = blocks;
        if !blocks {
            let blocked: Vec<_> = self.blocked_by.keys().copied().collect();
            blocked.into_iter().for_each(|key| self.release_next(key));
        }
    }

    /// Whether dead letters block their keys.
    pub(crate) const fn blocks(&self) -> bool {
        self.blocks && self.ordered
    }

    /// Blocks the key of a dead letter.
    pub(crate) fn block(&mut self, key: KeyHash, dead_letter: DeadLetterId) {
        self.blocked_by.entry(key).or_default().insert(dead_letter);
    }

    /// Whether this dead letter, or the message that took its place, blocks the key.
    pub(crate) fn is_blocked_by(&self, key: KeyHash, dead_letter: DeadLetterId) -> bool {
        self.blocked_by.get(&key).is_some_and(|blocking| blocking.contains(&dead_letter))
    }

    /// Removes the block of a dead letter; with the last block of a key, its next message becomes ready.
    pub(crate) fn unblock(&mut self, key: KeyHash, dead_letter: DeadLetterId) {
        let Some(dead_letters) = self.blocked_by.get_mut(&key) else { return };
        dead_letters.remove(&dead_letter);
        if dead_letters.is_empty() {
            self.blocked_by.remove(&key);
            self.release_next(key);
        }
    }

    /// Adds a message after all pending ones.
    pub(crate) fn push(&mut self, entry: Entry, id: MessageId) {
        let blocking = entry.key.and_then(|key| self.blocked_by.get(&key));
        if blocking.is_some_and(|dead_letters| dead_letters.iter().any(|dead_letter| dead_letter.message == id)) {
            self.passes.insert(entry.seq);
        }
        self.count(entry);
        self.pending.push_back(entry);
    }

    /// Adds a message at its place among the pending ones: it was queued before, in another schedule.
    pub(crate) fn push_between(&mut self, entry: Entry, id: MessageId) {
        let behind: Vec<_> = {
            let place = self.pending.partition_point(|other| other.seq < entry.seq);
            self.pending.drain(place..).collect()
        };
        self.push(entry, id);
        self.pending.extend(behind);
    }

    /// Adds a message with a due time; only before anything is taken. `watermark` is the latest time at which
    /// a message was postponed.
    pub(crate) fn push_later(&mut self, entry: Entry, due: Timestamp, watermark: Timestamp) {
        self.count(entry);
        self.hold(entry.key);
        self.corrected.at(watermark);
        self.later.insert((self.corrected.of(due), entry.seq), entry);
    }

    fn count(&mut self, entry: Entry) {
        self.ages.enter(entry.seq, entry.since);
        self.size.enter(entry.bytes);
        self.replays.enter(entry);
    }

    /// Takes the next message that is ready.
    pub(crate) fn take(&mut self, now: Timestamp) -> Option<Entry> {
        self.ready_due(now);
        self.ready_is_next = !self.ready_is_next;
        let entry = if self.ready_is_next {
            self.ready.pop_front().or_else(|| self.take_pending())
        } else {
            self.take_pending().or_else(|| self.ready.pop_front())
        }?;
        self.leased.insert(entry.seq, entry.key);
        Some(entry)
    }

    /// Postpones a taken message until `due`; it still holds its key, and its record now has this many bytes.
    pub(crate) fn postpone(&mut self, entry: Entry, due: Timestamp, now: Timestamp, bytes: u32) {
        let (due, entry) = self.return_lease(entry, due, now, bytes);
        self.later.insert((due, entry.seq), entry);
    }

    /// Like [`Self::postpone`], but [`Self::wake`] makes it ready earlier.
    pub(crate) fn hold_back(&mut self, entry: Entry, due: Timestamp, now: Timestamp, bytes: u32) {
        let (due, entry) = self.return_lease(entry, due, now, bytes);
        self.held.insert((due, entry.seq), entry);
    }

    /// Ends the lease of a message; returns its due time on the corrected clock, and the updated entry.
    fn return_lease(&mut self, mut entry: Entry, due: Timestamp, now: Timestamp, bytes: u32) -> (Timestamp, Entry) {
        self.leased.remove(&entry.seq);
        if self.unclaim(entry) {
            self.hold(entry.key);
        }
        self.size.resize(entry.bytes, bytes);
        entry.bytes = bytes;
        self.corrected.at(now);
        (self.corrected.of(due), entry)
    }

    /// Makes all held messages ready, in the order of their due times.
    pub(crate) fn wake(&mut self) {
        self.ready.extend(std::mem::take(&mut self.held).into_values());
    }

    /// Removes a taken message that has left the queue; the next message of its key becomes ready.
    pub(crate) fn finish(&mut self, entry: Entry) {
        self.leased.remove(&entry.seq);
        self.passes.remove(&entry.seq);
        self.size.leave(entry.bytes);
        self.ages.leave(entry.seq);
        self.replays.leave(entry);
        if !self.unclaim(entry) {
            self.unhold(entry.key);
        }
        if let Some(key) = entry.key {
            self.release_next(key);
        }
    }

    /// Makes the next message of a key ready if no message holds the key; of a blocked key, only one that may pass.
    fn release_next(&mut self, key: KeyHash) {
        let is_blocked = self.is_blocked(key);
        let first_claim = self.first_claim(key);
        let Some(hold) = self.holds.get_mut(&key) else { return };
        if hold.holders > 0 {
            return;
        }
        let mut waiting = hold.parked.iter();
        let next = waiting.position(|entry| {
            let may_pass = !is_blocked || self.passes.contains(&entry.seq);
            may_pass && first_claim.is_none_or(|claim| entry.seq < claim)
        });
        if let Some(entry) = next.and_then(|next| hold.parked.remove(next)) {
            hold.holders = 1;
            self.parked -= 1;
            self.ready.push_back(entry);
        } else if hold.parked.is_empty() {
            self.holds.remove(&key);
        }
    }

    fn is_blocked(&self, key: KeyHash) -> bool {
        self.blocks() && self.blocked_by.contains_key(&key)
    }

    /// Whether there may be a message to take. Does not search the pending ones.
    pub(crate) fn has_more(&self) -> bool {
        !self.pending.is_empty() || !self.ready.is_empty()
    }

    /// When the next waiting message is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let first = self.later.keys().next().into_iter().chain(self.held.keys().next()).min();
        first.map(|(due, _)| self.corrected.wall(*due))
    }

    /// Tells the corrected clock the time; returns whether a waiting message is due.
    pub(crate) fn is_due(&mut self, now: Timestamp) -> bool {
        let now = self.corrected.at(now);
        let mut first_of_each = self.later.keys().next().into_iter().chain(self.held.keys().next());
        first_of_each.any(|(due, _)| *due <= now)
    }

    /// How many messages there are, including leased ones, and their bytes on disk.
    pub(crate) const fn backlog(&self) -> Backlog {
        self.size.backlog()
    }

    /// How many messages wait for their due time.
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
            if let Some(entry) = self.hold_or_park(entry) {
                return Some(entry);
            }
        }
        None
    }

    /// Returns a pending message that holds its key from now on; none if it waits for its key instead.
    fn hold_or_park(&mut self, entry: Entry) -> Option<Entry> {
        if let Some(key) = entry.key.filter(|key| self.must_park(*key, entry.seq)) {
            self.holds.entry(key).or_default().parked.push_back(entry);
            self.parked += 1;
            return None;
        }
        self.hold(entry.key);
        Some(entry)
    }

    fn must_park(&self, key: KeyHash, seq: u64) -> bool {
        let is_held = self.holds.get(&key).is_some_and(|hold| hold.holders > 0);
        let is_blocked = self.is_blocked(key) && !self.passes.contains(&seq);
        self.ordered && (is_held || is_blocked || self.is_behind_claim(key, seq))
    }

    fn hold(&mut self, key: Option<KeyHash>) {
        if let Some(key) = key {
            self.holds.entry(key).or_default().holders += 1;
        }
    }

    fn unhold(&mut self, key: Option<KeyHash>) {
        if let Some(hold) = key.and_then(|key| self.holds.get_mut(&key)) {
            hold.holders -= 1;
        }
    }
}

#[cfg(test)]
mod tests;
