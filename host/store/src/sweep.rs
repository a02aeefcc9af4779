//! Removes what has had its time: history, dedupe entries, dead letters that were dealt with or have expired. Bounded
//! work per call, so that it never holds up the queue: call it again while it says there is more.

pub(crate) mod progress;

use std::ops::ControlFlow;
use std::time::Duration;

use gantry_core::{DeadLetterState, MessageId, Timestamp};

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

/// Most records of each kind that one call looks at.
const LOOKED_AT: usize = 256;

/// What a call removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Histories of messages that ended long enough ago.
    pub histories: usize,
    /// Ended windows of duplicate detection.
    pub dedupe_entries: usize,
    /// Dead letters that were closed long enough ago.
    pub dead_letters: usize,
    /// Dead letters that nobody had closed when they expired.
    pub expired: usize,
    /// Jobs that ended long enough ago.
    pub jobs: usize,
    /// True when this pass is not through: call again.
    pub more: bool,
}

/// The part of a pass that one step went through.
struct Part {
    removed: usize,
    /// Where to go on; none: the pass is through.
    position: Option<Vec<u8>>,
}

impl Store {
    /// Removes a bounded number of records that have had their time. Histories and closed dead letters are kept for
    /// `keep_history`, dead letters with an expiry until then; a history is kept as long as its message has letters.
    pub async fn sweep(&self, keep_history: Duration) -> Result<Swept, StoreError> {
        let inner = &self.inner;
        let (now, positions, counters) = (inner.clock.now(), inner.sweep.0.lock().clone(), inner.letters.clone());
        let old = now.before(keep_history);
        let step = move |draft: &mut Draft<'_>| {
            let dedupe_entries = dedupe::sweep(draft, now, LOOKED_AT)?;
            let histories = sweep_histories(draft, positions.history, old)?;
            let mut expired = 0;
            let letters = sweep_letters(draft, &counters, positions.letters, (now, old), &mut expired)?;
            Ok::<_, StoreError>((dedupe_entries, histories, letters, expired, sweep_jobs(draft, old)?))
        };
        let (dedupe_entries, histories, letters, expired, jobs) = self.commit(Durability::Ordered, step).await?;
        let swept = Swept {
            histories: histories.removed,
            dedupe_entries,
            dead_letters: letters.removed - expired,
            expired,
            jobs,
            more: dedupe_entries == LOOKED_AT || histories.position.is_some() || letters.position.is_some(),
        };
        *inner.sweep.0.lock() = progress::Positions { history: histories.position, letters: letters.position };
        Ok(swept)
    }
}

/// Goes through up to [`LOOKED_AT`] records behind `position`; `visit` says whether it removed the record, or breaks
/// when no later one can be due.
fn go_through(
    draft: &mut Draft<'_>,
    prefix: u8,
    position: Option<&[u8]>,
    mut visit: impl FnMut(&mut Draft<'_>, &[u8]) -> Result<ControlFlow<(), bool>, StoreError>,
) -> Result<Part, StoreError> {
    let pairs: Result<Vec<_>, _> = draft.scan_committed(&[prefix], position).take(LOOKED_AT).collect();
    let pairs = pairs?;
    let mut removed = 0;
    for (key, _) in &pairs {
        match visit(draft, key)? {
            ControlFlow::Continue(was_removed) => removed += usize::from(was_removed),
            ControlFlow::Break(()) => return Ok(Part { removed, position: None }),
        }
    }
    let position = if pairs.len() < LOOKED_AT { None } else { pairs.into_iter().next_back().map(|(key, _)| key) };
    Ok(Part { removed, position })
}

fn sweep_histories(draft: &mut Draft<'_>, position: Option<Vec<u8>>, old: Timestamp) -> Result<Part, StoreError> {
    go_through(draft, keys::LOCATION, position.as_deref(), |draft, key| {
        let Some(id) = keys::read_location(key) else { return Ok(ControlFlow::Continue(false)) };
        // Ids begin with their time, and nothing ends before it begins.
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

fn sweep_letters(
    draft: &mut Draft<'_>,
    counters: &Counters,
    position: Option<Vec<u8>>,
    (now, old): (Timestamp, Timestamp),
    expired: &mut usize,
) -> Result<Part, StoreError> {
    go_through(draft, keys::SUMMARY, position.as_deref(), |draft, key| {
        let loaded = match draft.load::<DeadLetterSummary>(key) {
            Err(StoreError::Damaged(_)) => return Ok(ControlFlow::Continue(false)),
            loaded => loaded?,
        };
        let Some((letter, _)) = loaded.filter(|(letter, _)| is_due(letter, now, old)) else {
            return Ok(ControlFlow::Continue(false));
        };
        dead_letters::remove(draft, counters, &letter)?;
        let (id, flow, state) = (letter.id, &letter.flow, letter.state.name());
        if letter.state.is_closed() {
            tracing::info!(letter = %id, %flow, state, "a dead letter has had its time and was removed");
        } else {
            *expired += 1;
            tracing::warn!(letter = %id, %flow, state, "a dead letter has expired before anybody dealt with it and was removed");
        }
        Ok(ControlFlow::Continue(true))
    })
}

fn sweep_jobs(draft: &mut Draft<'_>, old: Timestamp) -> Result<usize, StoreError> {
    let swept = go_through(draft, keys::JOB, None, |draft, key| {
        // Ids begin with their time: no later job can have ended long enough ago either.
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

fn is_due(letter: &DeadLetterSummary, now: Timestamp, old: Timestamp) -> bool {
    let expired = letter.expires_at.is_some_and(|expires| expires <= now);
    let closed_long_ago = letter.state.is_closed() && letter.closed_at.is_some_and(|at| at <= old);
    letter.state != DeadLetterState::Replaying && (expired || closed_long_ago)
}

/// The time in a version 7 UUID.
fn began(id: MessageId) -> Option<Timestamp> {
    let bytes = id.as_bytes();
    let millis = bytes[..6].iter().fold(0, |millis, byte| millis << 8 | u64::from(*byte));
    (bytes[6] >> 4 == 7).then_some(Timestamp(millis))
}
