//! The audit: who changed what, when, and what came of it. Entries are only ever added; the sweep removes those that have
//! had their time.
//!
//! **Together with the effect.** A change whose effect is one write of the store gives its entry to that write:
//! [`Store::with_audit`]. A crash finds both or neither.
//!
//! **Around the effect.** A change outside the store, as a reload, is two entries: an intent before, an outcome after.
//! [`Store::open`] closes every intent that has no outcome as `unknown`: whoever began it is gone.
//!
//! An entry holds names, ids and reasons, never a payload, a header or a secret: what is written is the caller's word, and
//! each text is cut at [`TEXT_BYTES`] and made safe to show. Who may do what is decided above; here it is only kept.

pub(crate) mod entry;
mod list;
pub(crate) mod pending;
mod sweep;
pub(crate) mod write;

use gantry_core::Timestamp;

use crate::draft::Draft;
use crate::error::{Failure, StoreError};
use crate::pending::Durability;
use crate::store::Store;

pub use entry::{AuditEntry, AuditId, AuditOutcome, AuditRecord, InvalidAuditId, TEXT_BYTES};
pub use list::{AuditFilter, AuditPage};
pub use pending::PendingAudit;

impl Store {
    /// The same store, whose next successful write takes this entry along. Reads are as ever.
    #[must_use]
    pub fn with_audit(&self, pending: &PendingAudit) -> Self {
        Self { inner: self.inner.clone(), audit: Some(pending.clone()) }
    }

    /// Adds one entry; returns when it is on stable storage.
    pub async fn append_audit(&self, record: AuditRecord) -> Result<AuditId, StoreError> {
        let at = self.inner.clock.now();
        let step = move |draft: &mut Draft<'_>| write::add(draft, record, at);
        self.inner.committer.commit(Durability::Flushed, step).await
    }

    /// Commits a step, and with it the entry that this store was given. An entry is never written without waiting for
    /// the disk.
    pub(crate) async fn commit<T, E>(
        &self,
        durability: Durability,
        step: impl FnOnce(&mut Draft<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + From<Failure> + Send + 'static,
    {
        let Some(pending) = self.audit.clone() else { return self.inner.committer.commit(durability, step).await };
        let at = self.inner.clock.now();
        let audited = move |draft: &mut Draft<'_>| {
            let value = step(draft)?;
            join(draft, &pending, at)?;
            Ok(value)
        };
        self.inner.committer.commit(Durability::Flushed, audited).await
    }

    /// Writes an entry by itself, unless a write took it along.
    pub async fn finish_audit(&self, pending: &PendingAudit) -> Result<(), StoreError> {
        let at = self.inner.clock.now();
        let pending = pending.clone();
        let step = move |draft: &mut Draft<'_>| join(draft, &pending, at);
        self.inner.committer.commit(Durability::Flushed, step).await
    }
}

/// Puts the entry into a write, unless another took it along.
fn join(draft: &mut Draft<'_>, pending: &PendingAudit, at: Timestamp) -> Result<(), StoreError> {
    let Some(record) = pending.waiting() else { return Ok(()) };
    let id = write::add(draft, record, at)?;
    let pending = pending.clone();
    draft.after_commit(move || pending.set_written(id));
    Ok(())
}
