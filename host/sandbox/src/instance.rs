//! Instances that outlive their batch, for steps that ask for it.
//!
//! A fresh instance for each batch is the default: nothing of one batch is left for the next. Where starting is dear (a
//! language runtime: Python, JavaScript, Go), a step may keep its instances *warm*. A warm instance
//!
//! - belongs to one step of one flow and is never handed to another;
//! - is dropped as soon as a call fails in it;
//! - is recycled once it has seen as many messages as the step says, or holds more memory than the step says, so that a
//!   runtime that leaks is replaced before it meets its limit;
//! - gets, for each batch anew, everything a call may use up: time, transfer, log lines, random numbers, printed text.

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

    /// Linear memory it has; it never shrinks.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.store.data().meter.peak()
    }
}

/// The instances of one step that wait for the next batch: at most as many as ran at once.
pub(crate) struct Warm {
    reuse: Reuse,
    idle: Mutex<Vec<Instance>>,
    room: Arc<Room>,
}

/// How many instances of all steps together may wait: they take places that running ones need.
#[derive(Debug)]
pub(crate) struct Room {
    taken: AtomicUsize,
    places: usize,
}

impl Room {
    pub(crate) const fn new(places: usize) -> Self {
        Self { taken: AtomicUsize::new(0), places }
    }

    fn enter(&self) -> bool {
        let one_more = |taken| (taken < self.places).then_some(taken + 1);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
    }

    fn leave(&self, instances: usize) {
        self.taken.fetch_sub(instances, Ordering::Relaxed);
    }
}

impl Warm {
    pub(crate) const fn new(reuse: Reuse, room: Arc<Room>) -> Self {
        Self { reuse, idle: Mutex::new(Vec::new()), room }
    }

    /// The instance used last, whose memory is most likely still in the caches.
    pub(crate) fn take(&self) -> Option<Instance> {
        if self.reuse == Reuse::Fresh {
            return None;
        }
        let instance = self.idle.lock().pop()?;
        self.room.leave(1);
        Some(instance)
    }

    /// Takes an instance back after a call with this many messages, or drops it when its time has come.
    pub(crate) fn keep(&self, mut instance: Instance, messages: usize) {
        let Reuse::Warm { messages: most, memory_bytes } = self.reuse else { return };
        instance.messages += messages;
        let young = instance.messages < most as usize && instance.memory_bytes() <= memory_bytes;
        if young && self.room.enter() {
            self.idle.lock().push(instance);
        }
    }
}

impl Drop for Warm {
    fn drop(&mut self) {
        self.room.leave(self.idle.get_mut().len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_instances_wait_than_there_are_places() {
        let room = Room::new(2);
        assert!(room.enter() && room.enter());
        assert!(!room.enter());
        room.leave(1);
        assert!(room.enter());
    }
}
