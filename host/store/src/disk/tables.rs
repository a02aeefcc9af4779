//! What is on disk, as it is read: the changes in the log's last segment (`active`), those that are just being moved into the base
//! (`moving`), and the base. An earlier one hides what a later one says of the same key.

use std::sync::Arc;

use parking_lot::RwLock;

use super::Pair;
use super::base::Base;
use super::frame::Change;
use super::memtable::Memtable;
use super::range::{self, Direction, Range};
use crate::error::Failure;

/// Some pairs, and the bounds of the rest; none: there is no more.
pub(super) type Page = (Vec<Pair>, Option<Range>);

/// The base, and the changes that it does not have yet.
pub(super) struct Tables {
    pub(super) base: Base,
    changes: RwLock<Changes>,
}

#[derive(Default)]
struct Changes {
    active: Memtable,
    moving: Option<Arc<Memtable>>,
}

impl Tables {
    pub(super) fn over(base: Base) -> Self {
        Self { base, changes: RwLock::default() }
    }

    /// Adds changes that are in the log.
    pub(super) fn put(&self, added: impl IntoIterator<Item = Change>) {
        let active = &mut self.changes.write().active;
        added.into_iter().for_each(|change| active.put(change));
    }

    /// Roughly how much memory the active changes take.
    pub(super) fn active_bytes(&self) -> usize {
        self.changes.read().active.bytes()
    }

    /// The active changes become those that are moved.
    pub(super) fn begin_move(&self) -> Arc<Memtable> {
        let mut changes = self.changes.write();
        let moving = Arc::new(std::mem::take(&mut changes.active));
        changes.moving = Some(moving.clone());
        moving
    }

    /// The base has what was moved.
    pub(super) fn end_move(&self) {
        self.changes.write().moving = None;
    }

    pub(super) fn has_changes(&self) -> bool {
        !self.changes.read().active.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        let changes = self.changes.read();
        changes.active.is_empty() && changes.moving.is_none() && self.base.is_empty()
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let changed = self.changes.read().get(key);
        // What is moved meanwhile is in the base by then.
        changed.map_or_else(|| self.base.get(key), Ok)
    }

    /// The first pairs within these bounds, at most `limit`.
    ///
    /// The changes are read before the base, so that a pair which is moved meanwhile is in one of them. The base is read up to the
    /// last of the changes only, because those behind it may be moved before they are read.
    pub(super) fn page(&self, range: &Range, direction: Direction, limit: usize) -> Result<Page, Failure> {
        if range::is_empty(range) {
            return Ok((Vec::new(), None));
        }
        let changes = self.changes.read().first(range, direction, limit);
        let last = changes.last().filter(|_| changes.len() == limit).map(|(key, _)| key.clone());
        let covered = last.as_ref().map_or_else(|| range.clone(), |last| direction.through(range, last));
        let mut base = direction.of(self.base.range(covered)).peekable();
        let mut changes = changes.into_iter().peekable();
        let mut pairs: Vec<Pair> = Vec::new();
        while pairs.len() < limit {
            let order = match (base.peek(), changes.peek()) {
                (None, None) => return Ok((pairs, last.map(|last| direction.behind(range, &last)))),
                (Some(Ok((in_base, _))), Some((changed, _))) => direction.compare(in_base, changed),
                (Some(_), _) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
            };
            let in_base = if order.is_le() { base.next().transpose()? } else { None };
            let changed = if order.is_ge() { changes.next() } else { None };
            match changed {
                Some((key, value)) => pairs.extend(value.map(|value| (key, value))),
                None => pairs.extend(in_base),
            }
        }
        let rest = pairs.last().map(|(last, _)| direction.behind(range, last));
        Ok((pairs, rest))
    }
}

impl Changes {
    fn get(&self, key: &[u8]) -> Option<Option<Vec<u8>>> {
        let moving = self.moving.as_ref();
        self.active.get(key).or_else(|| moving.and_then(|moving| moving.get(key))).cloned()
    }

    /// The first changes within these bounds, at most `limit`.
    fn first(&self, range: &Range, direction: Direction, limit: usize) -> Vec<Change> {
        let mut active = direction.of(self.active.range(range)).peekable();
        let mut moving = direction.of(self.moving.iter().flat_map(|moving| moving.range(range))).peekable();
        let mut first = Vec::new();
        while first.len() < limit {
            let order = match (active.peek(), moving.peek()) {
                (None, None) => break,
                (Some((newer, _)), Some((older, _))) => direction.compare(newer, older),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
            };
            let newer = if order.is_le() { active.next() } else { None };
            let older = if order.is_ge() { moving.next() } else { None };
            first.extend(newer.or(older).map(|(key, value)| (key.clone(), value.clone())));
        }
        first
    }
}
