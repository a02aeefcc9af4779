//! The queues of all flows, by name: their schedules, the notification of waiting workers, and their total size.

use std::collections::HashMap;
use std::sync::Arc;

use gantry_core::{Digest, FlowName, MessageId, Timestamp};
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

use crate::former_names::FormerNames;
use crate::schedule::{Backlog, Entry, KeyHash, Schedule, Total};

/// One flow's queue.
pub(crate) struct FlowQueue {
    pub(crate) schedule: Mutex<Schedule>,
    pub(crate) wake_up: Notify,
}

impl FlowQueue {
    fn new(total: Arc<Total>) -> Self {
        Self { schedule: Mutex::new(Schedule::new(true, total)), wake_up: Notify::new() }
    }

    pub(crate) fn push(&self, entry: Entry, id: MessageId) {
        self.schedule.lock().push(entry, id);
        self.wake_up.notify_one();
    }

    /// Tells the schedule the time; wakes a waiting worker if a message is due.
    fn check_clock(&self, now: Timestamp) {
        if self.schedule.lock().is_due(now) {
            self.wake_up.notify_one();
        }
    }
}

/// All flows' queues. A flow is known from its first message or its registration on, and is ordered per key unless set
/// otherwise.
#[derive(Default)]
pub(crate) struct Flows {
    queues: RwLock<HashMap<FlowName, Arc<FlowQueue>>>,
    /// The size of all queues together.
    total: Arc<Total>,
    former: Arc<FormerNames>,
}

impl Flows {
    pub(crate) fn of(&self, flow: &FlowName) -> Arc<FlowQueue> {
        if let Some(queue) = self.queues.read().get(flow) {
            return queue.clone();
        }
        let mut queues = self.queues.write();
        queues.entry(flow.clone()).or_insert_with(|| Arc::new(FlowQueue::new(Arc::clone(&self.total)))).clone()
    }

    /// The names of all flows with a queue, sorted.
    pub(crate) fn names(&self) -> Vec<FlowName> {
        let mut names: Vec<_> = self.queues.read().keys().cloned().collect();
        names.sort();
        names
    }

    /// Tells every schedule the time.
    pub(crate) fn check_clock(&self, now: Timestamp) {
        self.queues.read().values().for_each(|queue| queue.check_clock(now));
    }

    /// The former names of flows.
    pub(crate) const fn former(&self) -> &Arc<FormerNames> {
        &self.former
    }

    /// The size of all queues together.
    pub(crate) fn backlog(&self) -> Backlog {
        self.total.backlog()
    }

    pub(crate) fn wake_all(&self) {
        self.queues.read().values().for_each(|queue| queue.wake_up.notify_waiters());
    }
}

/// A hash that is the same for the same key, now and after any update. It is part of the on-disk format.
pub(crate) fn hash_of_key(key: &str) -> KeyHash {
    let digest = Digest::of(key.as_bytes());
    let hash = digest.as_bytes()[..8].iter().fold(0, |hash, byte| hash << 8 | u64::from(*byte));
    KeyHash::new(hash).unwrap_or(KeyHash::MIN)
}
