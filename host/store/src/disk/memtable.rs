//! Changes that are in the log and not yet in the base: what is read must regard them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::frame::Change;
use super::range::Range;

/// What a pair takes in memory beside its bytes, roughly.
const OVERHEAD: usize = 96;

/// The changes, by key; the value is none where a pair was removed.
#[derive(Debug, Default)]
pub(super) struct Memtable {
    changes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    bytes: usize,
}

impl Memtable {
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Roughly how many bytes of memory it takes.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn put(&mut self, (key, value): Change) {
        let added = value.as_ref().map_or(0, Vec::len);
        match self.changes.entry(key) {
            Entry::Vacant(entry) => {
                self.bytes += entry.key().len() + added + OVERHEAD;
                entry.insert(value);
            }
            Entry::Occupied(mut entry) => {
                let removed = entry.insert(value).map_or(0, |before| before.len());
                self.bytes = self.bytes + added - removed;
            }
        }
    }

    /// What it says of a key: nothing, that it was removed, or its value.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Option<Vec<u8>>> {
        self.changes.get(key)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Vec<u8>, &Option<Vec<u8>>)> {
        self.changes.iter()
    }

    /// The changes within these bounds, in the order of their keys.
    pub(super) fn range<'a>(
        &'a self,
        range: &Range,
    ) -> impl DoubleEndedIterator<Item = (&'a Vec<u8>, &'a Option<Vec<u8>>)> {
        self.changes.range(range.clone())
    }
}
