//! Writes entries, and closes the intents that an ended process left open.

use gantry_core::Timestamp;

use super::entry::{AuditId, AuditOutcome, AuditRecord};
use crate::disk::{Disk, Read as _};
use crate::draft::Draft;
use crate::error::{Failure, StoreError};
use crate::flows::Flows;
use crate::keys;
use crate::record::Record;

/// Adds an entry. An intent is marked as open, an outcome closes its intent.
pub(crate) fn add(draft: &mut Draft<'_>, record: AuditRecord) -> Result<AuditId, StoreError> {
    let mut id = AuditId { at: draft.now(), number: draft.next_seq() };
    // Numbers can repeat after a restart; if the clock was set back too, so can ids.
    while draft.get(&keys::audit(id))?.is_some() {
        id.number = draft.next_seq();
    }
    let record = record.bounded();
    match (record.outcome, record.intent) {
        (AuditOutcome::Intended, _) => draft.set(keys::audit_intent(id), Vec::new()),
        (_, Some(intent)) => draft.delete(keys::audit_intent(intent)),
        (_, None) => {}
    }
    draft.add_record(&keys::audit(id), Record::of(&record)?);
    Ok(id)
}

/// Closes every intent that has no outcome, while the store is being opened and nothing else uses it. Returns how many
/// there were.
pub(crate) fn close_interrupted(
    disk: &Disk,
    flows: &Flows,
    next_seq: &mut u64,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let pairs: Result<Vec<_>, Failure> = disk.scan(&[keys::AUDIT_INTENT], None).collect();
    let intents: Vec<_> = pairs?.into_iter().map(|(key, _)| key).collect();
    if intents.is_empty() {
        return Ok(0);
    }
    let mut draft = Draft::new(disk, flows, next_seq, now);
    for key in &intents {
        draft.delete(key.clone());
        let Some(intent) = keys::read_audit_intent(key) else { continue };
        match draft.load::<AuditRecord>(&keys::audit(intent)) {
            Ok(Some((record, _))) => {
                tracing::warn!(
                    operation = record.operation,
                    subject = record.subject,
                    "an operation was interrupted when the host ended; its audit entry is closed as unknown"
                );
                add(&mut draft, record.closing(intent))?;
            }
            Ok(None) => {}
            Err(StoreError::Damaged(error)) => tracing::error!(%intent, %error, "an audit entry can't be read"),
            Err(error) => return Err(error),
        }
    }
    draft.accept();
    disk.apply(draft.into_writes())?;
    disk.write_out().and_then(|()| disk.sync())?;
    Ok(intents.len())
}
