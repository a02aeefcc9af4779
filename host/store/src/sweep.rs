//! Removes records that are old enough: history, dedupe entries, jobs, and dead letters that are closed or expired.
//! Each call does a bounded amount of work, so that it never delays the queue: call it again while there is more.

pub(crate) mod expiring;
pub(crate) mod progress;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use gantry_core::{DeadLetterState, FlowName, MessageId, Timestamp};

use self::expiring::{Expiring, ExpiringOfFlows, Expiry, Times};
use crate::dead_letters::{self, Counters};
use crate::dedupe;
use crate::disk::Read;
use crate::draft::Draft;
use crate::error::StoreError;
use crate::history::MessageLocation;
use crate::jobs::{self, Job};
use crate::keys;
use crate::pending::Durability;
use crate::store::Store;
use crate::summary::DeadLetterSummary;

/// Most records of each kind that one call reads.
const SWEEP_LIMIT: usize = 256;

/// What a call removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Histories of messages that ended long enough ago.
    pub histories: usize,
    /// Entries of duplicate detection whose window has ended.
    pub dedupe_entries: usize,
    /// Dead letters that were closed long enough ago.
    pub dead_letters: usize,
    /// Dead letters that expired before anybody closed them.
    pub expired: usize,
    /// Jobs that ended long enough ago.
    pub jobs: usize,
    /// True if this pass is not finished: call again.
    pub more: bool,
}

/// The part of a pass that one call went through.
struct Part {
    removed: usize,
    /// Where to continue; none: the pass is finished.
    position: Option<Vec<u8>>,
}

/// What a pass finds of dead letters that nobody has closed.
struct Found {
    expired: usize,
    expiring: ExpiringOfFlows,
}

impl Store {
    /// Removes a bounded number of old records. Histories and closed dead letters are kept for `keep_history`, dead
    /// letters with an expiry until that time, and until they were announced for long enough. A history is kept as long as its message has dead letters.
    pub async fn sweep(&self, keep_history: Duration) -> Result<Swept, StoreError> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let positions = {
            let mut positions = inner.sweep.0.lock();
            positions.running_since.get_or_insert(now);
            positions.clone()
        };
        let counters = inner.dead_letters.clone();
        let old = now.before(keep_history);
        let times = Times { now, old, running_since: positions.running_since.unwrap_or(now) };
        let (dedupe_entries, histories, dead_letters, found, jobs) = self
            .commit(Durability::Ordered, move |draft| {
                let dedupe_entries = dedupe::sweep(draft, now, SWEEP_LIMIT)?;
                let histories = sweep_histories(draft, positions.history, old)?;
                let mut found = Found { expired: 0, expiring: positions.expiring_so_far };
                let dead_letters = sweep_dead_letters(draft, &counters, positions.dead_letters, times, &mut found)?;
                Ok::<_, StoreError>((dedupe_entries, histories, dead_letters, found, sweep_jobs(draft, old)?))
            })
            .await?;
        let swept = Swept {
            histories: histories.removed,
            dedupe_entries,
            dead_letters: dead_letters.removed - found.expired,
            expired: found.expired,
            jobs,
            more: dedupe_entries == SWEEP_LIMIT || histories.position.is_some() || dead_letters.position.is_some(),
        };
        inner.sweep.0.lock().advance(histories.position, dead_letters.position, found.expiring);
        Ok(swept)
    }

    /// The dead letters that are removed soon, as the latest sweep found them; never blocks on the disk.
    #[must_use]
    pub fn expiring_dead_letters(&self) -> BTreeMap<FlowName, Expiring> {
        self.inner.sweep.0.lock().expiring.clone()
    }
}

/// Visits up to [`SWEEP_LIMIT`] records after `position`. `visit` returns whether it removed the record, or breaks if
/// no later one can be old enough.
fn visit_some(
    draft: &mut Draft<'_>,
    prefix: u8,
    position: Option<&[u8]>,
    mut visit: impl FnMut(&mut Draft<'_>, &[u8]) -> Result<ControlFlow<(), bool>, StoreError>,
) -> Result<Part, StoreError> {
    let pairs: Result<Vec<_>, _> = draft.scan_committed(&[prefix], position).take(SWEEP_LIMIT).collect();
    let pairs = pairs?;
    let mut removed = 0;
    for (key, _) in &pairs {
        match visit(draft, key)? {
            ControlFlow::Continue(was_removed) => removed += usize::from(was_removed),
            ControlFlow::Break(()) => return Ok(Part { removed, position: None }),
        }
    }
    let position = if pairs.len() < SWEEP_LIMIT { None } else { pairs.into_iter().next_back().map(|(key, _)| key) };
    Ok(Part { removed, position })
}

fn sweep_histories(draft: &mut Draft<'_>, position: Option<Vec<u8>>, old: Timestamp) -> Result<Part, StoreError> {
    visit_some(draft, keys::LOCATION, position.as_deref(), |draft, key| {
        let Some(id) = keys::read_location(key) else { return Ok(ControlFlow::Continue(false)) };
        // Ids begin with their time, and no message ends before it begins.
        if began(id).is_some_and(|began| began > old) {
            return Ok(ControlFlow::Break(()));
        }
        let due = match draft.load(key) {
            Ok(Some((MessageLocation::Ended { at, .. }, _))) => at <= old && !dead_letters::has_any(draft, id)?,
            Ok(_) => false,
            Err(StoreError::Damaged(error)) => {
                tracing::error!(message = %id, %error, "a message's history was damaged on disk and was put in quarantine");
                draft.quarantine(key)?;
                false
            }
            Err(error) => return Err(error),
        };
        Ok(ControlFlow::Continue(due && draft.remove_record(key)?))
    })
}

fn sweep_dead_letters(
    draft: &mut Draft<'_>,
    counters: &Counters,
    position: Option<Vec<u8>>,
    times: Times,
    found: &mut Found,
) -> Result<Part, StoreError> {
    visit_some(draft, keys::SUMMARY, position.as_deref(), |draft, key| {
        let loaded = match draft.load::<DeadLetterSummary>(key) {
            Err(StoreError::Damaged(_)) => return Ok(ControlFlow::Continue(false)),
            loaded => loaded?,
        };
        let Some((dead_letter, _)) = loaded else { return Ok(ControlFlow::Continue(false)) };
        match Expiry::of(&dead_letter, times) {
            Expiry::Kept => return Ok(ControlFlow::Continue(false)),
            Expiry::Announced(removed_at) => {
                expiring::count(&mut found.expiring, &dead_letter.flow, removed_at);
                expiring::announce(draft, dead_letter, times.now)?;
                return Ok(ControlFlow::Continue(false));
            }
            Expiry::Due => {}
        }
        dead_letters::remove(draft, counters, &dead_letter)?;
        release_key(draft, &dead_letter)?;
        let id = dead_letter.id;
        let flow = &dead_letter.flow;
        let state = dead_letter.state.name();
        if dead_letter.state.is_closed() {
            tracing::info!(dead_letter = %id, %flow, state, "a closed dead letter was removed after its retention time");
        } else {
            found.expired += 1;
            tracing::warn!(dead_letter = %id, %flow, state, "a dead letter expired before it was closed and was removed");
        }
        Ok(ControlFlow::Continue(true))
    })
}

/// The dedupe key of a message that was given up must not outlive its dead letters, or nobody could tell why the next
/// message with it is a duplicate.
fn release_key(draft: &mut Draft<'_>, removed: &DeadLetterSummary) -> Result<(), StoreError> {
    let Some(key) = removed.dedupe_key.as_ref().filter(|_| removed.state != DeadLetterState::Resolved) else {
        return Ok(());
    };
    if !dead_letters::has_any(draft, removed.id.message)? {
        dedupe::release(draft, &removed.flow, key, removed.id.message)?;
    }
    Ok(())
}

fn sweep_jobs(draft: &mut Draft<'_>, old: Timestamp) -> Result<usize, StoreError> {
    let swept = visit_some(draft, keys::JOB, None, |draft, key| {
        // Ids begin with their time: no later job can be old enough either.
        let job = match draft.load::<Job>(key) {
            Ok(Some((job, _))) if job.created_at > old => return Ok(ControlFlow::Break(())),
            Ok(found) => found.filter(|(job, _)| jobs::ended_before(job, old)),
            Err(StoreError::Damaged(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(ControlFlow::Continue(job.is_some() && draft.remove_record(key)?))
    })?;
    Ok(swept.removed)
}

/// The time in a version 7 UUID.
fn began(id: MessageId) -> Option<Timestamp> {
    let bytes = id.as_bytes();
    let millis = bytes[..6].iter().fold(0, |millis, byte| millis << 8 | u64::from(*byte));
    (bytes[6] >> 4 == 7).then_some(Timestamp(millis))
}
