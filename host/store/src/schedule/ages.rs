//! The time at which the oldest message of a flow that has not ended was queued: known at any time, without a search.
//!
//! Messages enter in the order of their numbers and end in any order. An ended message is marked, and removed once all
//! before it have ended or once more than half are marked. This takes 24 bytes per message, and at most twice that
//! while an old message does not end.

use std::collections::VecDeque;

use gantry_core::Timestamp;

/// Marked messages up to which compacting is not worthwhile.
const COMPACT_ABOVE: usize = 1024;

/// When the messages that have not ended were queued.
#[derive(Default)]
pub(super) struct Ages {
    /// Number and time of each message, by number; no time once it has ended.
    messages: VecDeque<(u64, Option<Timestamp>)>,
    /// How many of them have ended.
    ended: usize,
}

impl Ages {
    /// Adds a queued message.
    pub(super) fn enter(&mut self, seq: u64, since: Timestamp) {
        // Usually at the end; concurrent writes may arrive out of order.
        let place = match self.messages.back() {
            Some((last, _)) if *last > seq => self.messages.partition_point(|(other, _)| *other < seq),
            _ => self.messages.len(),
        };
        self.messages.insert(place, (seq, Some(since)));
    }

    /// Removes a message that has left the queue.
    pub(super) fn leave(&mut self, seq: u64) {
        let Ok(place) = self.messages.binary_search_by_key(&seq, |(other, _)| *other) else { return };
        self.messages[place].1 = None;
        self.ended += 1;
        while self.messages.front().is_some_and(|(_, since)| since.is_none()) {
            self.messages.pop_front();
            self.ended -= 1;
        }
        if self.ended > COMPACT_ABOVE && self.ended > self.messages.len() / 2 {
            self.messages.retain(|(_, since)| since.is_some());
            self.ended = 0;
        }
    }

    /// When the oldest was queued.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        self.messages.front().and_then(|(_, since)| *since)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_that_lingers_keeps_no_room_for_those_that_ended_behind_it() {
        let mut ages = Ages::default();
        (0..1_000_000).for_each(|seq| {
            ages.enter(seq, Timestamp(seq));
            if seq > 0 {
                ages.leave(seq);
            }
        });
        assert_eq!(ages.oldest(), Some(Timestamp(0)));
        assert!(ages.messages.len() <= 2 * COMPACT_ABOVE, "{}", ages.messages.len());
        ages.leave(0);
        assert_eq!(ages.oldest(), None);
    }

    proptest! {
        #[test]
        fn the_oldest_is_the_one_of_those_that_have_not_ended(ends in proptest::collection::vec((0u64..40, any::<bool>()), 0..200)) {
            let mut ages = Ages::default();
            let mut model = std::collections::BTreeSet::new();
            let mut next = 0;
            for (seq, enters) in ends {
                if enters {
                    ages.enter(next, Timestamp(next));
                    model.insert(next);
                    next += 1;
                } else if model.remove(&seq) {
                    ages.leave(seq);
                }
                prop_assert_eq!(ages.oldest(), model.first().map(|seq| Timestamp(*seq)));
            }
        }
    }
}
