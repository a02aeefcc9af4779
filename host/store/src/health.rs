//! Whether the store still works. The first failure is final: it is logged once, wakes everyone who waits, and is
//! returned by every later call, because the engine accepts nothing more until it is opened again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::error::{Failure, FailureKind, StoreError};
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

    /// Fails if the store accepts no calls any more.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match self.failure.get() {
            Some(failure) => Err(StoreError::Unavailable(failure.clone())),
            None if self.closed.load(Ordering::Acquire) => Err(StoreError::Closed),
            None => Ok(()),
        }
    }

    /// The error for a request that was dropped unanswered.
    pub(crate) fn closed_reason(&self) -> StoreError {
        self.check().err().unwrap_or(StoreError::Closed)
    }

    pub(crate) fn failure(&self) -> Option<Failure> {
        self.failure.get().cloned()
    }

    /// Records and logs the first failure, and wakes everyone who waits.
    pub(crate) fn fail(&self, failure: &Failure) {
        let is_first = self.failure.set(failure.clone()).is_ok();
        if is_first && failure.kind == FailureKind::Gone {
            tracing::error!(
                error = %failure,
                "the store has failed and accepts nothing more: its files are gone, and with them what they held; put them back \
                 and restart"
            );
        } else if is_first {
            tracing::error!(
                kind = ?failure.kind,
                error = %failure,
                "the store has failed and accepts nothing more; acknowledged messages are on disk; fix the cause and restart"
            );
        }
        self.flows.wake_all();
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.flows.wake_all();
    }
}
