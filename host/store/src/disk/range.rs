//! From where to where keys are read, and in which order.

use std::cmp::Ordering;
use std::ops::Bound;

/// The first and the last key.
pub(super) type Range = (Bound<Vec<u8>>, Bound<Vec<u8>>);

/// The order in which keys are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Forwards,
    Backwards,
}

impl Direction {
    pub(super) fn of<T>(self, items: impl DoubleEndedIterator<Item = T>) -> impl Iterator<Item = T> {
        let mut items = items;
        std::iter::from_fn(move || match self {
            Self::Forwards => items.next(),
            Self::Backwards => items.next_back(),
        })
    }

    /// Which of two keys comes first.
    pub(super) fn compare(self, one: &[u8], other: &[u8]) -> Ordering {
        match self {
            Self::Forwards => one.cmp(other),
            Self::Backwards => other.cmp(one),
        }
    }

    /// The part of a range that ends with `last`.
    pub(super) fn through(self, (from, to): &Range, last: &[u8]) -> Range {
        let last = Bound::Included(last.to_vec());
        match self {
            Self::Forwards => (from.clone(), last),
            Self::Backwards => (last, to.clone()),
        }
    }

    /// The part of a range behind `last`.
    pub(super) fn behind(self, (from, to): &Range, last: &[u8]) -> Range {
        let last = Bound::Excluded(last.to_vec());
        match self {
            Self::Forwards => (last, to.clone()),
            Self::Backwards => (from.clone(), last),
        }
    }
}

/// Whether no key can be within the bounds.
pub(super) fn is_empty((from, to): &Range) -> bool {
    match (from, to) {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
        (Bound::Included(from), Bound::Included(to)) => from > to,
        (Bound::Included(from) | Bound::Excluded(from), Bound::Included(to) | Bound::Excluded(to)) => from >= to,
    }
}

/// Every key that begins with `prefix`.
pub(super) fn of_prefix(prefix: &[u8]) -> Range {
    (Bound::Included(prefix.to_vec()), successor(prefix).map_or(Bound::Unbounded, Bound::Excluded))
}

/// The first key behind all that begin with `prefix`; none if there is none.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut successor = prefix[..=last].to_vec();
    successor[last] += 1;
    Some(successor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_first_key_without_it() {
        for (prefix, end) in [
            (&b"a"[..], Bound::Excluded(b"b".to_vec())),
            (b"a\xff", Bound::Excluded(b"b".to_vec())),
            (b"\xff", Bound::Unbounded),
            (b"", Bound::Unbounded),
        ] {
            assert_eq!(of_prefix(prefix), (Bound::Included(prefix.to_vec()), end), "{prefix:?}");
        }
    }

    #[test]
    fn a_range_without_keys_is_known_as_empty() {
        let key = |text: &str| text.as_bytes().to_vec();
        for (range, empty) in [
            ((Bound::Included(key("a")), Bound::Included(key("a"))), false),
            ((Bound::Included(key("a")), Bound::Excluded(key("a"))), true),
            ((Bound::Excluded(key("a")), Bound::Included(key("a"))), true),
            ((Bound::Excluded(key("b")), Bound::Excluded(key("a"))), true),
            ((Bound::Excluded(key("b")), Bound::Unbounded), false),
        ] {
            assert_eq!(is_empty(&range), empty, "{range:?}");
        }
    }
}
