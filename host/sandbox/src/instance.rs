//! Instances that outlive their batch, for steps that ask for it.
//!
//! A fresh instance for each batch is the default: nothing of one batch is left for the next. If starting is expensive
//! (a language runtime: Python, JavaScript, Go), a step may keep its instances *warm*. A warm instance
//!
//! - belongs to one step of one flow and is never handed to another;
//! - is dropped as soon as a call fails in it;
//! - is replaced once it has seen as many messages, or has as much memory, as the step says, so that a runtime that leaks
//!   is replaced before it reaches its limit;
//! - gets everything that a call may use up anew for each batch: time, transfer, log lines, random numbers, printed text.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gantry_core::Reuse;
use parking_lot::Mutex;
use wasmtime::Store;

use crate::guest::Enricher;
use crate::state::State;

/// One guest with its store. The guest is there between calls, and gone while one runs or has failed.
pub(crate) struct Instance {
    pub(crate) store: Store<State>,
    pub(crate) guest: Option<Enricher>,
    messages: usize,
}

impl Instance {
    /// A store in which nothing has been started yet.
    pub(crate) fn unstarted(store: Store<State>) -> Self {
        Self { store, guest: None, messages: 0 }
    }

    /// Its linear memory, which never shrinks.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.store.data().meter.peak()
    }
}

/// The instances of one step that wait for the next batch: at most as many as ran at once.
pub(crate) struct Warm {
    reuse: Reuse,
    idle: Mutex<Vec<Instance>>,
    limit: Arc<WarmLimit>,
}

/// Bounds how many instances of all steps together may wait: they count among the sandbox's instances.
#[derive(Debug)]
pub(crate) struct WarmLimit {
    waiting: AtomicUsize,
    most: usize,
}

impl WarmLimit {
    pub(crate) const fn new(most: usize) -> Self {
        Self { waiting: AtomicUsize::new(0), most }
    }

    fn enter(&self) -> bool {
        self.waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |waiting| (waiting < self.most).then_some(waiting + 1))
            .is_ok()
    }

    fn leave(&self, instances: usize) {
        self.waiting.fetch_sub(instances, Ordering::Relaxed);
    }
}

impl Warm {
    pub(crate) const fn new(reuse: Reuse, limit: Arc<WarmLimit>) -> Self {
        Self { reuse, idle: Mutex::new(Vec::new()), limit }
    }

    /// The instance used last, whose memory is most likely still in the caches.
    pub(crate) fn take(&self) -> Option<Instance> {
        if self.reuse == Reuse::Fresh {
            return None;
        }
        let instance = self.idle.lock().pop()?;
        self.limit.leave(1);
        Some(instance)
    }

    /// Takes an instance back after a call with this many messages, or drops it when it has to be replaced.
    pub(crate) fn keep(&self, mut instance: Instance, messages: usize) {
        let Reuse::Warm { messages: most, memory_bytes } = self.reuse else { return };
        instance.messages += messages;
        let is_reusable = instance.messages < most as usize && instance.memory_bytes() <= memory_bytes;
        if is_reusable && self.limit.enter() {
            self.idle.lock().push(instance);
        }
    }
}

impl Drop for Warm {
    fn drop(&mut self) {
        self.limit.leave(self.idle.get_mut().len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_instances_wait_than_the_limit_says() {
        let limit = WarmLimit::new(2);
        assert!(limit.enter() && limit.enter());
        assert!(!limit.enter());
        limit.leave(1);
        assert!(limit.enter());
    }
}
