//! How many bytes the dead letters of each flow have on disk that are not closed: one that is replayed still takes its room.
//! The totals are written together with the dead letters, so that a start reads none of them, and are kept in memory for
//! those who ask before they take a message in.

use std::collections::HashMap;
use std::sync::Arc;

use gantry_core::FlowName;
use parking_lot::Mutex;

use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::keys;
use crate::summary::DeadLetterSummary;

/// The totals of all flows.
#[derive(Clone, Default)]
pub(crate) struct UnsettledBytes(Arc<Mutex<HashMap<FlowName, u64>>>);

impl UnsettledBytes {
    /// Reads the totals at start.
    pub(crate) fn load(&self, disk: &Disk) -> Result<(), StoreError> {
        for pair in disk.scan(&[keys::UNSETTLED_BYTES], None) {
            let (key, value) = pair?;
            if let Some(flow) = keys::read_unsettled_bytes(&key) {
                self.0.lock().insert(flow, number(&value));
            }
        }
        Ok(())
    }

    pub(crate) fn of(&self, flow: &FlowName) -> u64 {
        self.0.lock().get(flow).copied().unwrap_or_default()
    }

    /// Of all flows.
    pub(crate) fn all(&self) -> u64 {
        self.0.lock().values().sum()
    }
}

/// Counts a dead letter that is written or removed; `before` is what is on disk of it until now.
pub(super) fn recount(
    draft: &mut Draft<'_>,
    totals: &UnsettledBytes,
    before: Option<&DeadLetterSummary>,
    after: Option<&DeadLetterSummary>,
) -> Result<(), StoreError> {
    let before = before.filter(|before| !before.state.is_closed());
    let after = after.filter(|after| !after.state.is_closed());
    if let Some(before) = before {
        change(draft, totals, &before.flow, |total| total.saturating_sub(before.bytes))?;
    }
    if let Some(after) = after {
        change(draft, totals, &after.flow, |total| total.saturating_add(after.bytes))?;
    }
    Ok(())
}

fn change(
    draft: &mut Draft<'_>,
    totals: &UnsettledBytes,
    flow: &FlowName,
    change: impl FnOnce(u64) -> u64,
) -> Result<(), StoreError> {
    let key = keys::unsettled_bytes(flow);
    let total = change(draft.get(&key)?.map_or(0, |value| number(&value)));
    match total {
        0 => draft.delete(key),
        _ => draft.set(key, total.to_be_bytes().to_vec()),
    }
    let totals = totals.clone();
    let flow = flow.clone();
    draft.after_commit(move || {
        totals.0.lock().insert(flow, total);
    });
    Ok(())
}

fn number(value: &[u8]) -> u64 {
    <[u8; 8]>::try_from(value).map(u64::from_be_bytes).unwrap_or_default()
}
