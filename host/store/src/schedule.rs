//! Which message of one flow may be leased next. Lives in memory, holds no payload (24 bytes per waiting message), does
//! no I/O and reads no clock, so that its rules can be tested on their own.
//!
//! **Order.** Every message that is leased, waits for its retry or is next in line *holds* its key. In an ordered flow
//! a message whose key is held is set aside behind it and gets its turn when the holder is finished. Setting aside
//! happens once per message, so a long row of one key at the head costs little and stalls nobody.
//!
//! **Fairness.** Messages whose turn has come take turns with those still in the row, so that neither a few keys with
//! much to do nor the many with little can keep the others waiting.

use std::collections::{BTreeMap, HashMap, VecDeque};

use gantry_core::Timestamp;

/// A waiting message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its place in the store.
    pub(crate) seq: u64,
    /// Hash of its key; 0 when it has none. Two keys of one hash are merely kept in order needlessly.
    pub(crate) key: u64,
    /// When it was queued.
    pub(crate) since: Timestamp,
}

/// A key that is held, and who waits for it.
#[derive(Default)]
struct Hold {
    /// Holders; more than one only where order is not asked for.
    holders: u32,
    set_aside: VecDeque<(u64, Timestamp)>,
}

/// The waiting and leased messages of one flow.
pub(crate) struct Schedule {
    ordered: bool,
    /// In the order they were queued; they do not hold their keys yet.
    row: VecDeque<Entry>,
    /// May be leased, and hold their keys already.
    called: VecDeque<Entry>,
    /// Wait for their time, and hold their keys.
    later: BTreeMap<(Timestamp, u64), Entry>,
    leased: HashMap<u64, Timestamp>,
    holds: HashMap<u64, Hold>,
    set_aside: usize,
    called_next: bool,
}

/// How many messages are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) queued: usize,
    pub(crate) leased: usize,
    pub(crate) scheduled: usize,
    pub(crate) oldest: Option<Timestamp>,
}

impl Schedule {
    pub(crate) fn new(ordered: bool) -> Self {
        Self {
            ordered,
            row: VecDeque::new(),
            called: VecDeque::new(),
            later: BTreeMap::new(),
            leased: HashMap::new(),
            holds: HashMap::new(),
            set_aside: 0,
            called_next: false,
        }
    }

    /// From now on, keeps the order per key or does not.
    pub(crate) fn set_ordered(&mut self, ordered: bool) {
        self.ordered = ordered;
        if !ordered {
            let freed =
                self.holds.iter_mut().flat_map(|(key, hold)| hold.set_aside.drain(..).map(|waiting| (*key, waiting)));
            let mut freed: Vec<Entry> = freed.map(|(key, (seq, since))| Entry { seq, key, since }).collect();
            freed.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.seq));
            self.set_aside = 0;
            freed.into_iter().for_each(|entry| self.row.push_front(entry));
        }
    }

    /// Adds a message at the end of the row.
    pub(crate) fn push(&mut self, entry: Entry) {
        self.row.push_back(entry);
    }

    /// Adds a message that waits for its time: only at start, before anything is taken.
    pub(crate) fn push_later(&mut self, entry: Entry, due: Timestamp) {
        self.hold(entry.key);
        self.later.insert((due, entry.seq), entry);
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
        self.leased.insert(entry.seq, entry.since);
        Some(entry)
    }

    /// A taken message was not worked on: it is next in line again.
    pub(crate) fn give_back(&mut self, entry: Entry) {
        self.leased.remove(&entry.seq);
        self.called.push_front(entry);
    }

    /// A taken message is to be worked on again at `due`; it keeps its key.
    pub(crate) fn postpone(&mut self, entry: Entry, due: Timestamp) {
        self.leased.remove(&entry.seq);
        self.later.insert((due, entry.seq), entry);
    }

    /// Everything that waits for its time may be taken now, the longest due first.
    pub(crate) fn wake(&mut self) {
        self.called.extend(std::mem::take(&mut self.later).into_values());
    }

    /// A taken message has left the queue: the next of its key gets its turn.
    pub(crate) fn finish(&mut self, entry: Entry) {
        self.leased.remove(&entry.seq);
        let Some(hold) = self.holds.get_mut(&entry.key) else { return };
        hold.holders -= 1;
        if hold.holders > 0 {
            return;
        }
        match hold.set_aside.pop_front() {
            Some((seq, since)) => {
                hold.holders = 1;
                self.set_aside -= 1;
                self.called.push_back(Entry { seq, key: entry.key, since });
            }
            None => {
                self.holds.remove(&entry.key);
            }
        }
    }

    /// Whether a message could be taken now, as far as can be told without looking through the row.
    pub(crate) fn has_more(&self) -> bool {
        !self.row.is_empty() || !self.called.is_empty()
    }

    /// When the next waiting message is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.later.keys().next().map(|(due, _)| *due)
    }

    pub(crate) fn counts(&self) -> Counts {
        let oldest = self
            .row
            .front()
            .into_iter()
            .chain(&self.called)
            .chain(self.later.values())
            .map(|entry| entry.since)
            .chain(self.leased.values().copied())
            .chain(self.holds.values().filter_map(|hold| hold.set_aside.front().map(|(_, since)| *since)))
            .min();
        Counts {
            queued: self.row.len() + self.called.len() + self.set_aside,
            leased: self.leased.len(),
            scheduled: self.later.len(),
            oldest,
        }
    }

    fn call_due(&mut self, now: Timestamp) {
        while let Some(first) = self.later.first_entry().filter(|first| first.key().0 <= now) {
            self.called.push_back(first.remove());
        }
    }

    fn take_from_row(&mut self) -> Option<Entry> {
        while let Some(entry) = self.row.pop_front() {
            if self.ordered
                && let Some(hold) = self.holds.get_mut(&entry.key)
            {
                hold.set_aside.push_back((entry.seq, entry.since));
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
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000);

    fn entry(seq: u64, key: u64) -> Entry {
        Entry { seq, key, since: Timestamp(seq) }
    }

    fn schedule(ordered: bool, entries: &[(u64, u64)]) -> Schedule {
        let mut schedule = Schedule::new(ordered);
        entries.iter().for_each(|(seq, key)| schedule.push(entry(*seq, *key)));
        schedule
    }

    fn take(schedule: &mut Schedule) -> Option<u64> {
        schedule.take(NOW).map(|entry| entry.seq)
    }

    #[test]
    fn one_message_of_a_key_at_a_time_and_the_rest_in_order() {
        let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 7), (4, 8)]);
        assert_eq!(take(&mut schedule), Some(1));
        assert_eq!(take(&mut schedule), Some(4));
        assert_eq!(take(&mut schedule), None);
        schedule.finish(entry(1, 7));
        assert_eq!(take(&mut schedule), Some(2));
        assert_eq!(take(&mut schedule), None);
        schedule.push(entry(5, 7));
        schedule.finish(entry(2, 7));
        assert_eq!(take(&mut schedule), Some(3));
        assert_eq!(take(&mut schedule), None);
        schedule.finish(entry(3, 7));
        assert_eq!(take(&mut schedule), Some(5));
    }

    #[test]
    fn messages_without_a_key_wait_for_nobody() {
        let mut schedule = schedule(true, &[(1, 0), (2, 0), (3, 0)]);
        assert_eq!([take(&mut schedule), take(&mut schedule), take(&mut schedule)], [Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn a_hundred_thousand_messages_of_one_key_stall_nobody() {
        let mut schedule = Schedule::new(true);
        (0..100_000).for_each(|seq| schedule.push(entry(seq, 7)));
        (0..100).for_each(|n| schedule.push(entry(100_000 + n, 1_000 + n)));
        assert_eq!(take(&mut schedule), Some(0));
        assert_eq!((0..100).map_while(|_| take(&mut schedule)).count(), 100);
        assert_eq!(schedule.counts().queued, 99_999);
        assert_eq!(schedule.counts().oldest, Some(Timestamp(0)));
    }

    #[test]
    fn a_busy_key_and_the_row_take_turns() {
        let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 7), (4, 7), (10, 0), (11, 0), (12, 0), (13, 0)]);
        let busy = schedule.take(NOW).unwrap();
        assert_eq!(take(&mut schedule), Some(10));
        schedule.finish(busy);
        let mut order = Vec::new();
        while let Some(taken) = schedule.take(NOW) {
            order.push(taken.seq);
            schedule.finish(taken);
        }
        assert_eq!(order, [2, 11, 3, 12, 4, 13]);
    }

    #[test]
    fn a_message_that_waits_for_its_retry_keeps_its_key() {
        let mut schedule = schedule(true, &[(1, 7), (2, 7)]);
        let first = schedule.take(NOW).unwrap();
        schedule.postpone(first, Timestamp(2_000));
        assert_eq!(take(&mut schedule), None);
        assert_eq!(schedule.next_due(), Some(Timestamp(2_000)));
        assert_eq!(schedule.take(Timestamp(2_000)), Some(first));
        schedule.finish(first);
        assert_eq!(take(&mut schedule), Some(2));
    }

    #[test]
    fn what_is_woken_goes_before_its_time_and_in_order() {
        let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 8)]);
        let (first, third) = (schedule.take(NOW).unwrap(), schedule.take(NOW).unwrap());
        schedule.postpone(third, Timestamp(9_000));
        schedule.postpone(first, Timestamp(8_000));
        schedule.wake();
        assert_eq!([take(&mut schedule), take(&mut schedule), take(&mut schedule)], [Some(1), Some(3), None]);
        schedule.finish(first);
        assert_eq!(take(&mut schedule), Some(2));
    }

    #[test]
    fn what_is_given_back_is_next_again() {
        let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 8)]);
        let first = schedule.take(NOW).unwrap();
        schedule.give_back(first);
        assert!([take(&mut schedule), take(&mut schedule)].contains(&Some(1)));
        assert_eq!(take(&mut schedule), None);
    }

    #[test]
    fn order_can_be_switched_off_and_on_while_messages_are_leased() {
        let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 7), (4, 7)]);
        assert_eq!((take(&mut schedule), take(&mut schedule)), (Some(1), None));
        schedule.set_ordered(false);
        assert_eq!((take(&mut schedule), take(&mut schedule)), (Some(2), Some(3)));
        schedule.set_ordered(true);
        schedule.finish(entry(1, 7));
        schedule.finish(entry(2, 7));
        assert_eq!(take(&mut schedule), None);
        schedule.finish(entry(3, 7));
        assert_eq!(take(&mut schedule), Some(4));
    }
}
