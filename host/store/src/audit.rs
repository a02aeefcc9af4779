//! The audit log: who changed what, when, and with which result. Entries are only added; the sweep removes those older
//! than the retention time.
//!
//! **Together with the effect.** If a change is one write to the store, its audit entry is part of that write:
//! [`Store::with_audit`]. After a crash either both are there or neither is.
//!
//! **Around the effect.** A change outside the store, such as a reload, writes two entries: an intent before and an
//! outcome after. [`Store::open`] closes every intent without an outcome as `unknown`, because the process that began
//! it has ended.
//!
//! An entry holds names, ids and reasons, never a payload, a header or a secret. Texts come from the caller; each is
//! cut at [`TEXT_BYTES`] and escaped. Permissions are checked by the caller, not here.

pub(crate) mod entry;
mod list;
pub(crate) mod pending;
mod sweep;
pub(crate) mod write;

use crate::draft::Draft;
use crate::error::{Failure, StoreError};
use crate::pending::Durability;
use crate::store::Store;

pub use entry::{AuditEntry, AuditId, AuditOutcome, AuditRecord, InvalidAuditId, TEXT_BYTES};
pub use list::{AuditFilter, AuditPage};
pub use pending::PendingAudit;

impl Store {
    /// The same store, whose next successful write includes this entry. Reads are not affected.
    #[must_use]
    pub fn with_audit(&self, pending: &PendingAudit) -> Self {
        Self { inner: self.inner.clone(), audit: Some(pending.clone()) }
    }

    /// Adds one entry; returns when it is on stable storage.
    pub async fn append_audit(&self, record: AuditRecord) -> Result<AuditId, StoreError> {
        self.inner.committer.commit(Durability::Flushed, move |draft| write::add(draft, record)).await
    }

    /// Commits a step together with the pending entry of this store, if it has one. With an entry, the write is always
    /// flushed to disk.
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
        self.inner
            .committer
            .commit(Durability::Flushed, move |draft| {
                let value = step(draft)?;
                add_pending(draft, &pending)?;
                Ok(value)
            })
            .await
    }

    /// Writes the entry on its own, unless an earlier write included it.
    pub async fn finish_audit(&self, pending: &PendingAudit) -> Result<(), StoreError> {
        let pending = pending.clone();
        self.inner.committer.commit(Durability::Flushed, move |draft| add_pending(draft, &pending)).await
    }
}

/// Adds the entry to a write, unless an earlier write included it.
fn add_pending(draft: &mut Draft<'_>, pending: &PendingAudit) -> Result<(), StoreError> {
    let Some(record) = pending.waiting() else { return Ok(()) };
    let id = write::add(draft, record)?;
    let pending = pending.clone();
    draft.after_commit(move || pending.set_written(id));
    Ok(())
}
