//! What the host says of one flow's queue, and what it sees of it: order, depth, backlog. Nothing here waits for the disk.

use gantry_core::{FlowName, Timestamp};

use crate::schedule::{Backlog, Counts};
use crate::store::Store;

/// Whether messages that share a key are worked on one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordering {
    /// One message of a key at a time, in the order they were queued.
    PerKey,
    /// The same; and while a message of a key is a dead letter that nobody has closed, the later ones of the key wait.
    PerKeyOrBlocked,
    /// Keys mean nothing to the order.
    None,
}

/// How much a flow has to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Messages that wait for their turn.
    pub queued: usize,
    /// Messages that are being worked on.
    pub leased: usize,
    /// Messages that wait for their next attempt.
    pub scheduled: usize,
    /// Keys whose messages wait for a dead letter to be closed.
    pub blocked_keys: usize,
    /// Messages, among those queued, that wait for that.
    pub blocked: usize,
    /// When the oldest of all these was queued (a replay counts from the replay).
    pub oldest: Option<Timestamp>,
}

impl Store {
    /// Says how a flow's messages are to be ordered; may change while it runs. Unregistered flows are ordered per key.
    pub fn register_flow(&self, flow: &FlowName, ordering: Ordering) {
        let queue = self.inner.flows.of(flow);
        let mut schedule = queue.schedule.lock();
        schedule.set_ordered(ordering != Ordering::None);
        schedule.set_blocks(ordering == Ordering::PerKeyOrBlocked);
        drop(schedule);
        queue.bell.notify_one();
    }

    /// What is held back is handed out at once: something it waited for has changed. Changes nothing on disk.
    pub fn wake(&self, flow: &FlowName) {
        let queue = self.inner.flows.of(flow);
        queue.schedule.lock().wake();
        queue.bell.notify_one();
    }

    /// How much a flow has to do; never blocks on the disk.
    #[must_use]
    pub fn depth(&self, flow: &FlowName) -> Depth {
        let counts = self.inner.flows.of(flow).schedule.lock().counts();
        let Counts { queued, leased, scheduled, blocked_keys, blocked, oldest } = counts;
        Depth { queued, leased, scheduled, blocked_keys, blocked, oldest }
    }

    /// Looks at the clock. A lease sleeps until the first message is due, and can't see that the clock is set meanwhile:
    /// the host calls this every now and then, so that what is due by the new time is handed out, and so that a clock that
    /// is set back makes no message wait longer than was meant. Never blocks on the disk.
    pub fn check_clock(&self) {
        self.inner.flows.check_clock(self.inner.clock.now());
    }

    /// What a flow has in the queue.
    #[must_use]
    pub fn backlog(&self, flow: &FlowName) -> Backlog {
        self.inner.flows.of(flow).schedule.lock().backlog()
    }

    /// What all flows have in the queue: two counters, however many flows there are.
    #[must_use]
    pub fn whole_backlog(&self) -> Backlog {
        self.inner.flows.backlog()
    }

    /// How many messages of a flow wait for their next attempt.
    #[must_use]
    pub fn scheduled(&self, flow: &FlowName) -> usize {
        self.inner.flows.of(flow).schedule.lock().scheduled()
    }

    /// The flows that have, or had since the start, messages in the queue or were registered.
    #[must_use]
    pub fn flows(&self) -> Vec<FlowName> {
        self.inner.flows.names()
    }
}
