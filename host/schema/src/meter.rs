//! How many broken rules are noted of one message.
//!
//! The library lists every broken rule, and one megabyte of wrong items breaks half a million: hundreds of megabytes of
//! errors of which two hundred are kept. So what it may note is measured out.

use std::cell::Cell;

/// Counts how many broken rules were noted.
#[derive(Debug)]
pub(crate) struct Meter(Cell<usize>);

impl Meter {
    /// So many, and no more.
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
