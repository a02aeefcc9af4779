//! An audit entry that waits to be included in a write.

use std::sync::Arc;

use parking_lot::Mutex;

use super::entry::{AuditId, AuditOutcome, AuditRecord};

/// An entry not yet written. It is written once: with the first write of a store that carries it, or on its own. Clones
/// share the entry.
#[derive(Clone, Debug)]
pub struct PendingAudit(Arc<Mutex<State>>);

#[derive(Debug)]
enum State {
    Waiting(AuditRecord),
    Written(AuditId),
}

impl PendingAudit {
    /// A pending entry with this content.
    #[must_use]
    pub fn new(record: AuditRecord) -> Self {
        Self(Arc::new(Mutex::new(State::Waiting(record))))
    }

    /// The entry's id, once it is on stable storage.
    #[must_use]
    pub fn written(&self) -> Option<AuditId> {
        match *self.0.lock() {
            State::Written(id) => Some(id),
            State::Waiting(_) => None,
        }
    }

    /// Replaces the outcome, and the detail if one is given, unless the entry is already written.
    pub fn amend(&self, outcome: AuditOutcome, detail: Option<String>) {
        if let State::Waiting(record) = &mut *self.0.lock() {
            record.outcome = outcome;
            record.detail = detail.unwrap_or_else(|| std::mem::take(&mut record.detail));
        }
    }

    /// Replaces the subject, unless the entry is already written.
    pub fn set_subject(&self, subject: String) {
        if let State::Waiting(record) = &mut *self.0.lock() {
            record.subject = subject;
        }
    }

    /// Replaces the detail, unless the entry is already written.
    pub fn set_detail(&self, detail: String) {
        if let State::Waiting(record) = &mut *self.0.lock() {
            record.detail = detail;
        }
    }

    /// The entry, unless it is already written.
    pub(crate) fn waiting(&self) -> Option<AuditRecord> {
        match &*self.0.lock() {
            State::Waiting(record) => Some(record.clone()),
            State::Written(_) => None,
        }
    }

    /// Marks it as written.
    pub(crate) fn set_written(&self, id: AuditId) {
        *self.0.lock() = State::Written(id);
    }
}
