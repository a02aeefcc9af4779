//! Removes audit entries that have had their time.

use std::time::Duration;

use crate::draft::Draft;
use crate::error::{Failure, StoreError};
use crate::keys;
use crate::pending::Durability;
use crate::store::Store;

/// Most entries that one call removes.
const LOOKED_AT: usize = 256;

impl Store {
    /// Removes a bounded number of entries older than `keep`; true when there may be more.
    pub async fn sweep_audit(&self, keep: Duration) -> Result<bool, StoreError> {
        let old = self.inner.clock.now().before(keep);
        let step = move |draft: &mut Draft<'_>| {
            let first: Result<Vec<_>, Failure> = draft.scan_committed(&[keys::AUDIT], None).take(LOOKED_AT).collect();
            let mut removed = 0;
            for (key, _) in first? {
                let Some(id) = keys::read_audit(&key) else { continue };
                if id.at > old {
                    break;
                }
                draft.remove_record(&key)?;
                draft.delete(keys::audit_intent(id));
                removed += 1;
            }
            Ok::<_, StoreError>(removed == LOOKED_AT)
        };
        self.inner.committer.commit(Durability::Ordered, step).await
    }
}
