//! How much is in the queue: of one flow, and of all flows together. Each schedule counts its own, and what it counts goes
//! into the total in the same breath, so that nobody has to add all schedules up to know it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// What is in the queue, from its acceptance to its end: waiting, being worked on, or scheduled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Messages.
    pub messages: usize,
    /// Bytes of their records on disk.
    pub bytes: u64,
}

/// What the schedules of all flows hold.
#[derive(Default)]
pub(crate) struct Total {
    messages: AtomicUsize,
    bytes: AtomicU64,
}

/// What one schedule holds, leased messages included.
pub(super) struct Size {
    own: Backlog,
    total: Arc<Total>,
}

impl Total {
    /// Both numbers; while messages come and go, they may be of two neighbouring moments.
    pub(crate) fn backlog(&self) -> Backlog {
        Backlog { messages: self.messages.load(Ordering::Relaxed), bytes: self.bytes.load(Ordering::Relaxed) }
    }
}

impl Size {
    pub(super) const fn new(total: Arc<Total>) -> Self {
        Self { own: Backlog { messages: 0, bytes: 0 }, total }
    }

    /// A message of so many bytes has come.
    pub(super) fn enter(&mut self, bytes: u32) {
        self.own.messages += 1;
        self.own.bytes += u64::from(bytes);
        self.total.messages.fetch_add(1, Ordering::Relaxed);
        self.total.bytes.fetch_add(u64::from(bytes), Ordering::Relaxed);
    }

    /// A message of so many bytes has gone.
    pub(super) fn leave(&mut self, bytes: u32) {
        self.own.messages -= 1;
        self.own.bytes -= u64::from(bytes);
        self.total.messages.fetch_sub(1, Ordering::Relaxed);
        self.total.bytes.fetch_sub(u64::from(bytes), Ordering::Relaxed);
    }

    /// A message takes another number of bytes than before.
    pub(super) fn resize(&mut self, before: u32, after: u32) {
        self.enter(after);
        self.leave(before);
    }

    pub(super) const fn backlog(&self) -> Backlog {
        self.own
    }
}
