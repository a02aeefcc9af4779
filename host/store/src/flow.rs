//! Settings and measures of one flow's queue: order, depth, backlog. Nothing here waits for the disk.

use gantry_core::{FlowName, Timestamp};

use crate::schedule::{Backlog, Counts};
use crate::store::Store;

/// Whether messages that share a key are processed one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordering {
    /// One message of a key at a time, in the order in which they were queued.
    PerKey,
    /// The same. In addition, while a message of a key is a dead letter that is not closed, later messages of the key
    /// wait.
    PerKeyOrBlocked,
    /// Keys do not affect the order.
    None,
}

/// How many messages a flow has, by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Messages that wait to be leased.
    pub queued: usize,
    /// Messages that are being processed.
    pub leased: usize,
    /// Messages that wait for their next attempt.
    pub scheduled: usize,
    /// Keys whose messages wait for a dead letter to be closed.
    pub blocked_keys: usize,
    /// Messages, among those queued, that wait for such a dead letter.
    pub blocked: usize,
    /// When the oldest of all these was queued (a replay counts from the replay).
    pub oldest: Option<Timestamp>,
}

impl Store {
    /// Sets how a flow's messages are ordered; may change while the flow runs. Unregistered flows are ordered per key.
    pub fn register_flow(&self, flow: &FlowName, ordering: Ordering) {
        let queue = self.inner.flows.of(flow);
        let mut schedule = queue.schedule.lock();
        schedule.set_ordered(ordering != Ordering::None);
        schedule.set_blocks(ordering == Ordering::PerKeyOrBlocked);
        drop(schedule);
        queue.wake_up.notify_one();
    }

    /// Makes all held messages of a flow due at once, because what held them back has changed. Changes nothing on disk.
    pub fn wake(&self, flow: &FlowName) {
        let queue = self.inner.flows.of(flow);
        queue.schedule.lock().wake();
        queue.wake_up.notify_one();
    }

    /// How many messages a flow has, by state; never blocks on the disk.
    #[must_use]
    pub fn depth(&self, flow: &FlowName) -> Depth {
        let counts = self.inner.flows.of(flow).schedule.lock().counts();
        let Counts { queued, leased, scheduled, blocked_keys, blocked, oldest } = counts;
        Depth { queued, leased, scheduled, blocked_keys, blocked, oldest }
    }

    /// Tells the schedules the current time. A lease sleeps until the first message is due and does not notice when the
    /// system clock is set meanwhile. The host therefore calls this regularly: messages due by the new time are handed
    /// out, and setting the clock back makes no message wait longer than intended. Never blocks on the disk.
    pub fn check_clock(&self) {
        self.inner.flows.check_clock(self.inner.clock.now());
    }

    /// The messages and bytes a flow has in the queue.
    #[must_use]
    pub fn backlog(&self, flow: &FlowName) -> Backlog {
        self.inner.flows.of(flow).schedule.lock().backlog()
    }

    /// The messages and bytes all flows have in the queue. Reads two counters, however many flows there are.
    #[must_use]
    pub fn whole_backlog(&self) -> Backlog {
        self.inner.flows.backlog()
    }

    /// How many messages of a flow wait for their next attempt.
    #[must_use]
    pub fn scheduled(&self, flow: &FlowName) -> usize {
        self.inner.flows.of(flow).schedule.lock().scheduled()
    }

    /// The flows that were registered, or had messages in the queue, since the start.
    #[must_use]
    pub fn flows(&self) -> Vec<FlowName> {
        self.inner.flows.names()
    }
}
