//! Whether the store still works. The first failure is final: it is logged once, wakes everyone who waits, and is the
//! answer to every later call, because the engine accepts nothing more until it is opened anew.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::error::{Failure, StoreError};
use crate::flows::Flows;

/// Shared by all parts of one open store.
pub(crate) struct Health {
    failure: OnceLock<Failure>,
    closed: AtomicBool,
    flows: Arc<Flows>,
}

impl Health {
    pub(crate) fn new(flows: Arc<Flows>) -> Self {
        Self { failure: OnceLock::new(), closed: AtomicBool::new(false), flows }
    }

    /// The reason why the store takes no calls, if there is one.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match self.failure.get() {
            Some(failure) => Err(StoreError::Unavailable(failure.clone())),
            None if self.closed.load(Ordering::Acquire) => Err(StoreError::Closed),
            None => Ok(()),
        }
    }

    /// The reason for an answer that never came.
    pub(crate) fn why_gone(&self) -> StoreError {
        self.check().err().unwrap_or(StoreError::Closed)
    }

    pub(crate) fn failure(&self) -> Option<Failure> {
        self.failure.get().cloned()
    }

    /// Records the first failure and lets everyone know.
    pub(crate) fn fail(&self, failure: &Failure) {
        if self.failure.set(failure.clone()).is_ok() {
            tracing::error!(
                kind = ?failure.kind,
                error = %failure,
                "the store has failed and takes nothing more; what was acknowledged is on disk: mend the cause and restart"
            );
        }
        self.flows.wake_all();
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.flows.wake_all();
    }
}
