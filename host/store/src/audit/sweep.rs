//! Removes audit entries older than the retention time.

use std::time::Duration;

use gantry_core::Timestamp;

use crate::draft::Draft;
use crate::error::{Failure, StoreError};
use crate::keys;
use crate::pending::Durability;
use crate::store::Store;

/// Most entries that one call removes.
const SWEEP_LIMIT: usize = 256;

impl Store {
    /// Removes a bounded number of entries older than `keep`; true when there may be more.
    pub async fn sweep_audit(&self, keep: Duration) -> Result<bool, StoreError> {
        let old = self.inner.clock.now().before(keep);
        self.inner.committer.commit(Durability::Ordered, move |draft| remove_older(draft, old)).await
    }
}

/// Removes the oldest entries up to `old`; true when the limit was reached.
fn remove_older(draft: &mut Draft<'_>, old: Timestamp) -> Result<bool, StoreError> {
    let oldest: Result<Vec<_>, Failure> = draft.scan_committed(&[keys::AUDIT], None).take(SWEEP_LIMIT).collect();
    let mut removed = 0;
    for (key, _) in oldest? {
        let Some(id) = keys::read_audit(&key) else { continue };
        if id.at > old {
            break;
        }
        draft.remove_record(&key)?;
        draft.delete(keys::audit_intent(id));
        removed += 1;
    }
    Ok(removed == SWEEP_LIMIT)
}
