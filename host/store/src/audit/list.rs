//! Reads the audit log: newest first, page by page.

use gantry_core::Timestamp;

use super::entry::{AuditEntry, AuditId, AuditOutcome, AuditRecord};
use crate::disk::{Disk, Read as _};
use crate::error::StoreError;
use crate::keys;
use crate::store::Store;

/// Most entries read for one page: a filter that matches little must not read the whole log at once.
const SCAN_LIMIT: usize = 10_000;

/// Which entries to select. All given fields must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Written at or after this time.
    pub since: Option<Timestamp>,
    /// Written before this time.
    pub until: Option<Timestamp>,
    /// By this actor, or on behalf of this name.
    pub actor: Option<String>,
    /// Of this operation.
    pub operation: Option<String>,
    /// With this subject.
    pub subject: Option<String>,
    /// With this outcome.
    pub outcome: Option<AuditOutcome>,
}

/// A page of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// The entries, newest first.
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins, if there is one. A page can be short or empty although more follow.
    pub next: Option<AuditId>,
}

impl AuditFilter {
    fn admits(&self, record: &AuditRecord) -> bool {
        let matches_actor =
            self.actor.as_ref().is_none_or(|name| *name == record.actor || Some(name) == record.on_behalf_of.as_ref());
        matches_actor
            && self.operation.as_ref().is_none_or(|operation| *operation == record.operation)
            && self.subject.as_ref().is_none_or(|subject| *subject == record.subject)
            && self.outcome.is_none_or(|outcome| outcome == record.outcome)
    }
}

impl Store {
    /// The entries that pass the filter, newest first, before `before` if it is given.
    pub async fn audit(
        &self,
        filter: AuditFilter,
        before: Option<AuditId>,
        limit: usize,
    ) -> Result<AuditPage, StoreError> {
        self.read(move |disk| list(disk, &filter, before, limit)).await
    }
}

fn list(disk: &Disk, filter: &AuditFilter, before: Option<AuditId>, limit: usize) -> Result<AuditPage, StoreError> {
    let until = filter.until.map(|at| AuditId { at, number: 0 });
    let before = match (before, until) {
        (Some(before), Some(until)) => Some(before.min(until)),
        (before, until) => before.or(until),
    };
    let mut page = AuditPage { entries: Vec::new(), next: None };
    for (scanned, pair) in disk.scan_back(keys::AUDIT, before.map(keys::audit).as_deref()).enumerate() {
        let (key, head) = pair?;
        let Some(id) = keys::read_audit(&key) else { continue };
        if filter.since.is_some_and(|since| id.at < since) {
            return Ok(page);
        }
        match disk.load_from::<AuditRecord>(&key, head) {
            Ok(record) if filter.admits(&record) => {
                if page.entries.len() >= limit {
                    page.next = page.entries.last().map(|entry| entry.id);
                    return Ok(page);
                }
                page.entries.push(AuditEntry { id, record });
            }
            Ok(_) => {}
            Err(StoreError::Damaged(error)) => tracing::error!(%id, %error, "an audit entry can't be read"),
            Err(error) => return Err(error),
        }
        if scanned + 1 >= SCAN_LIMIT {
            page.next = Some(id);
            return Ok(page);
        }
    }
    Ok(page)
}
