//! How old the oldest message of a flow is that has not ended: known at any time, without a look at the others.
//!
//! Messages enter in the order of their numbers and end in any order. What has ended is struck out where it stands, and
//! goes once all before it have ended, or once more is struck out than not: sixteen bytes a message, and at most twice
//! that while one of them lingers.

use std::collections::VecDeque;

use gantry_core::Timestamp;

/// Stands for the time of a message that has ended.
const ENDED: Timestamp = Timestamp(u64::MAX);

/// Below this many it isn't worth tidying up.
const FEW: usize = 1024;

/// When the messages that have not ended were queued.
#[derive(Default)]
pub(super) struct Ages {
    /// By number.
    row: VecDeque<(u64, Timestamp)>,
    ended: usize,
}

impl Ages {
    /// A message is queued.
    pub(super) fn enter(&mut self, seq: u64, since: Timestamp) {
        // Always the end, but for the order of two writes that were under way at once.
        let place = match self.row.back() {
            Some((last, _)) if *last > seq => self.row.partition_point(|(other, _)| *other < seq),
            _ => self.row.len(),
        };
        self.row.insert(place, (seq, since));
    }

    /// A message has left the queue.
    pub(super) fn leave(&mut self, seq: u64) {
        let Ok(place) = self.row.binary_search_by_key(&seq, |(other, _)| *other) else { return };
        self.row[place].1 = ENDED;
        self.ended += 1;
        while self.row.front().is_some_and(|(_, since)| *since == ENDED) {
            self.row.pop_front();
            self.ended -= 1;
        }
        if self.ended > FEW && self.ended > self.row.len() / 2 {
            self.row.retain(|(_, since)| *since != ENDED);
            self.ended = 0;
        }
    }

    /// When the oldest was queued.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        self.row.front().map(|(_, since)| *since)
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
        assert!(ages.row.len() <= 2 * FEW, "{}", ages.row.len());
        ages.leave(0);
        assert_eq!(ages.oldest(), None);
    }

    proptest! {
        #[test]
        fn the_oldest_is_the_one_of_those_that_have_not_ended(ends in proptest::collection::vec((0u64..40, any::<bool>()), 0..200)) {
            let (mut ages, mut model) = (Ages::default(), std::collections::BTreeSet::new());
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
