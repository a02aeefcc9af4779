//! An audit entry that waits for the write it belongs to.

use std::sync::Arc;

use parking_lot::Mutex;

use super::entry::{AuditId, AuditOutcome, AuditRecord};

/// An entry on its way: written once, with the first write of a store that has it, or by itself. Clones are the same
/// entry.
#[derive(Clone, Debug)]
pub struct PendingAudit(Arc<Mutex<State>>);

#[derive(Debug)]
enum State {
    Waiting(AuditRecord),
    Written(AuditId),
}

impl PendingAudit {
    /// An entry that says this.
    #[must_use]
    pub fn new(record: AuditRecord) -> Self {
        Self(Arc::new(Mutex::new(State::Waiting(record))))
    }

    /// The entry's place, once it is on stable storage.
    #[must_use]
    pub fn written(&self) -> Option<AuditId> {
        match *self.0.lock() {
            State::Written(id) => Some(id),
            State::Waiting(_) => None,
        }
    }

    /// Says otherwise what came of it, unless it is written.
    pub fn amend(&self, outcome: AuditOutcome, detail: Option<String>) {
        if let State::Waiting(record) = &mut *self.0.lock() {
            record.outcome = outcome;
            record.detail = detail.unwrap_or_else(|| std::mem::take(&mut record.detail));
        }
    }

    /// Says what it is about, once that is known better than before.
    pub fn set_subject(&self, subject: String) {
        if let State::Waiting(record) = &mut *self.0.lock() {
            record.subject = subject;
        }
    }

    /// The entry, unless a write took it along.
    pub(crate) fn waiting(&self) -> Option<AuditRecord> {
        match &*self.0.lock() {
            State::Waiting(record) => Some(record.clone()),
            State::Written(_) => None,
        }
    }

    /// A write took it along.
    pub(crate) fn set_written(&self, id: AuditId) {
        *self.0.lock() = State::Written(id);
    }
}
