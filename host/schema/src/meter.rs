//! Bounds how many broken rules are collected for one message.
//!
//! The library lists every broken rule. One megabyte of wrong items breaks half a million of them, which makes hundreds
//! of megabytes of errors, of which two hundred are kept.

use std::cell::Cell;

/// Counts how many broken rules were noted.
#[derive(Debug)]
pub(crate) struct Meter(Cell<usize>);

impl Meter {
    /// Allows this many.
    pub(crate) const fn of(most: usize) -> Self {
        Self(Cell::new(most))
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }

    /// Takes one; false when there is none.
    pub(crate) fn take(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left > 0
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::of(usize::MAX)
    }
}
