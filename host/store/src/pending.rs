//! A request during a commit: accepted by the committer, answered by it or by the syncer.

use crate::error::Failure;

/// When a request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// When it is on stable storage.
    Flushed,
    /// When it is applied: in order, but a crash may undo it.
    Ordered,
}

/// A request whose step was accepted, until it is answered.
pub(crate) struct Pending {
    durability: Durability,
    complete: Box<dyn FnOnce(Result<(), Failure>) + Send>,
}

impl Pending {
    pub(crate) fn new(durability: Durability, complete: Box<dyn FnOnce(Result<(), Failure>) + Send>) -> Self {
        Self { durability, complete }
    }

    /// Whether it is answered once it is on stable storage.
    pub(crate) fn is_flushed(&self) -> bool {
        self.durability == Durability::Flushed
    }

    pub(crate) fn complete(self, outcome: Result<(), Failure>) {
        (self.complete)(outcome);
    }
}
