//! Bounds how many broken rules are collected for one message, and notes which values were asked for that can't be checked.
//!
//! The library lists every broken rule. One megabyte of wrong items breaks half a million of them, which makes hundreds
//! of megabytes of errors, of which two hundred are kept.

use std::cell::{Cell, RefCell};

use gantry_core::Violation;

use crate::tree::Tree;

/// On so many texts of a message may patterns be given up. The others are not tried.
const GIVEN_UP: usize = 100;

/// Counts how many broken rules were noted.
#[derive(Debug)]
pub(crate) struct Meter {
    left: Cell<usize>,
    /// The values that were asked for and can't be checked, each once.
    unreadable: RefCell<Vec<*const Tree>>,
    given_up: Cell<usize>,
}

impl Meter {
    /// Allows this many.
    pub(crate) const fn of(most: usize) -> Self {
        Self { left: Cell::new(most), unreadable: RefCell::new(Vec::new()), given_up: Cell::new(0) }
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    /// Notes that a value was asked for that can't be checked. No more are noted than are reported.
    pub(crate) fn note_unreadable(&self, value: &Tree) {
        let mut noted = self.unreadable.borrow_mut();
        if noted.len() < Violation::MOST && !noted.contains(&std::ptr::from_ref(value)) {
            noted.push(value);
        }
    }

    /// Whether a pattern may still try a text again.
    pub(crate) fn may_step_back(&self) -> bool {
        self.given_up.get() < GIVEN_UP
    }

    /// Notes that a pattern was given up.
    pub(crate) fn note_steps(&self) {
        self.given_up.set(self.given_up.get() + 1);
    }

    /// The values that were noted.
    pub(crate) fn unreadable(&self) -> Vec<*const Tree> {
        self.unreadable.borrow().clone()
    }

    /// Takes one; false when there is none.
    pub(crate) fn take(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::of(usize::MAX)
    }
}
