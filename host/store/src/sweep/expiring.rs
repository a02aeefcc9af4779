//! Dead letters that are removed soon although nobody has closed them. None goes before it was announced for a while, even if
//! the host did not run when its time came.

use std::collections::BTreeMap;
use std::time::Duration;

use gantry_core::{FlowName, Timestamp};

use crate::draft::Draft;
use crate::error::StoreError;
use crate::keys;
use crate::record::Record;
use crate::summary::DeadLetterSummary;

/// How long before its removal a dead letter is announced; half of its time where that is shorter.
const NOTICE: Duration = Duration::from_secs(24 * 60 * 60);

/// How long of that the host must have run without a break before it removes one: a host that ran for a minute on Friday announced
/// it to nobody, and removes nothing when it starts on Monday.
const NOTICE_OF_A_RUN: Duration = Duration::from_secs(60 * 60);

/// Dead letters of a flow that are removed soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiring {
    /// How many.
    pub dead_letters: u64,
    /// When the first of them is removed.
    pub first: Timestamp,
}

/// Those of all flows.
pub(super) type ExpiringOfFlows = BTreeMap<FlowName, Expiring>;

/// The times that a sweep goes by.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) now: Timestamp,
    /// What was closed before is removed.
    pub(super) old: Timestamp,
    /// When the first sweep of this run was made.
    pub(super) running_since: Timestamp,
}

/// What a sweep does with a dead letter.
pub(super) enum Expiry {
    /// It stays.
    Kept,
    /// Nobody has closed it; it is announced, and removed at this time.
    Announced(Timestamp),
    /// It is removed.
    Due,
}

impl Expiry {
    /// Closed dead letters go when they expire, or were closed before `old`.
    pub(super) fn of(dead_letter: &DeadLetterSummary, Times { now, old, running_since }: Times) -> Self {
        let DeadLetterSummary { state, expires_at, closed_at, .. } = dead_letter;
        let has_expired = expires_at.is_some_and(|at| at <= now);
        match expires_at {
            _ if state.is_closed() && (has_expired || closed_at.is_some_and(|at| at <= old)) => Self::Due,
            Some(expires_at) if state.is_pending() => Self::of_pending(dead_letter, *expires_at, now, running_since),
            _ => Self::Kept,
        }
    }

    fn of_pending(
        dead_letter: &DeadLetterSummary,
        expires_at: Timestamp,
        now: Timestamp,
        running_since: Timestamp,
    ) -> Self {
        let notice = NOTICE.min(expires_at.since(dead_letter.last_failure) / 2);
        if now < expires_at.before(notice) {
            return Self::Kept;
        }
        let announced_at = dead_letter.announced_at;
        let of_run = running_since.after(notice.min(NOTICE_OF_A_RUN));
        let removed_at = announced_at.unwrap_or(now).after(notice).max(expires_at).max(of_run);
        if announced_at.is_some() && removed_at <= now { Self::Due } else { Self::Announced(removed_at) }
    }
}

/// Remembers since when a dead letter is announced.
pub(super) fn announce(
    draft: &mut Draft<'_>,
    dead_letter: DeadLetterSummary,
    now: Timestamp,
) -> Result<(), StoreError> {
    if dead_letter.announced_at.is_some() {
        return Ok(());
    }
    let announced = DeadLetterSummary { announced_at: Some(now), ..dead_letter };
    draft.put_record(&keys::summary(announced.id), Record::of(&announced)?)
}

/// Counts a dead letter that is removed then.
pub(super) fn count(expiring: &mut ExpiringOfFlows, flow: &FlowName, removed_at: Timestamp) {
    let of_flow = expiring.entry(flow.clone()).or_insert(Expiring { dead_letters: 0, first: removed_at });
    of_flow.dead_letters += 1;
    of_flow.first = of_flow.first.min(removed_at);
}
