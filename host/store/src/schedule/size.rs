//! The size of the queue: of one flow, and of all flows together. Each schedule updates its own size and the total at
//! the same time, so the total is known without summing all schedules.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// The messages that were accepted and have not ended: waiting, leased or scheduled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Messages.
    pub messages: usize,
    /// Bytes of their records on disk.
    pub bytes: u64,
}

/// The size of all schedules together.
#[derive(Default)]
pub(crate) struct Total {
    messages: AtomicUsize,
    bytes: AtomicU64,
}

/// The size of one schedule, including leased messages.
pub(super) struct Size {
    own: Backlog,
    total: Arc<Total>,
}

impl Total {
    /// Both numbers. They are read one after the other, so they may differ by a message that comes or goes in between.
    pub(crate) fn backlog(&self) -> Backlog {
        Backlog { messages: self.messages.load(Ordering::Relaxed), bytes: self.bytes.load(Ordering::Relaxed) }
    }
}

impl Size {
    pub(super) const fn new(total: Arc<Total>) -> Self {
        Self { own: Backlog { messages: 0, bytes: 0 }, total }
    }

    /// Adds a message of this many bytes.
    pub(super) fn enter(&mut self, bytes: u32) {
        self.own.messages += 1;
        self.own.bytes += u64::from(bytes);
        self.total.messages.fetch_add(1, Ordering::Relaxed);
        self.total.bytes.fetch_add(u64::from(bytes), Ordering::Relaxed);
    }

    /// Removes a message of this many bytes.
    pub(super) fn leave(&mut self, bytes: u32) {
        self.own.messages -= 1;
        self.own.bytes -= u64::from(bytes);
        self.total.messages.fetch_sub(1, Ordering::Relaxed);
        self.total.bytes.fetch_sub(u64::from(bytes), Ordering::Relaxed);
    }

    /// Changes the size of a message.
    pub(super) fn resize(&mut self, before: u32, after: u32) {
        self.enter(after);
        self.leave(before);
    }

    pub(super) const fn backlog(&self) -> Backlog {
        self.own
    }
}
