//! The queues of all flows, by name: their schedules, what wakes who waits for work, and what all of them hold together.

use std::collections::HashMap;
use std::sync::Arc;

use gantry_core::{Digest, FlowName, MessageId, Timestamp};
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

use crate::schedule::{Backlog, Entry, Schedule, Total};

/// One flow's queue.
pub(crate) struct FlowQueue {
    pub(crate) schedule: Mutex<Schedule>,
    pub(crate) bell: Notify,
}

impl FlowQueue {
    fn new(total: Arc<Total>) -> Self {
        Self { schedule: Mutex::new(Schedule::new(true, total)), bell: Notify::new() }
    }

    pub(crate) fn push(&self, entry: Entry, id: MessageId) {
        self.schedule.lock().push(entry, id);
        self.bell.notify_one();
    }

    /// Lets the schedule see the time; wakes who waits for work if there is some.
    fn check_clock(&self, now: Timestamp) {
        if self.schedule.lock().is_due(now) {
            self.bell.notify_one();
        }
    }
}

/// All flows' queues; a flow is known from its first message or its registration on, and is ordered unless told
/// otherwise.
#[derive(Default)]
pub(crate) struct Flows {
    queues: RwLock<HashMap<FlowName, Arc<FlowQueue>>>,
    /// What all queues hold together.
    total: Arc<Total>,
}

impl Flows {
    pub(crate) fn of(&self, flow: &FlowName) -> Arc<FlowQueue> {
        if let Some(queue) = self.queues.read().get(flow) {
            return queue.clone();
        }
        let mut queues = self.queues.write();
        queues.entry(flow.clone()).or_insert_with(|| Arc::new(FlowQueue::new(Arc::clone(&self.total)))).clone()
    }

    /// Every flow there is a queue for, sorted.
    pub(crate) fn names(&self) -> Vec<FlowName> {
        let mut names: Vec<_> = self.queues.read().keys().cloned().collect();
        names.sort();
        names
    }

    /// Lets every schedule see the time.
    pub(crate) fn check_clock(&self, now: Timestamp) {
        self.queues.read().values().for_each(|queue| queue.check_clock(now));
    }

    /// What all queues hold together.
    pub(crate) fn backlog(&self) -> Backlog {
        self.total.backlog()
    }

    pub(crate) fn wake_all(&self) {
        self.queues.read().values().for_each(|queue| queue.bell.notify_waiters());
    }
}

/// A number that is the same for the same key, now and after any update; never 0. It is part of the on-disk format.
pub(crate) fn hash_of_key(key: Option<&str>) -> u64 {
    let hash = |key: &str| {
        let digest = Digest::of(key.as_bytes());
        digest.as_bytes()[..8].iter().fold(0, |hash, byte| hash << 8 | u64::from(*byte)).max(1)
    };
    key.map_or(0, hash)
}
