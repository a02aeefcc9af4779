//! How many dead letters each flow has in each state. Kept in memory for metrics; summed from the groups at start.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gantry_core::{FlowName, Timestamp};
use parking_lot::{Mutex, MutexGuard};

use super::counts::DeadLetterCounts;
use super::new_kinds::NewKinds;
use super::unsettled_bytes::UnsettledBytes;
use crate::groups::group::{DeadLetterGroup, Family, GroupState};

/// One flow's counts.
#[derive(Clone, Copy, Default)]
struct OfFlow {
    all: DeadLetterCounts,
    /// Of those, in groups whose state somebody has set: acknowledged, resolved or ignored.
    quiet: DeadLetterCounts,
}

/// The counts of all flows.
#[derive(Clone, Default)]
pub(crate) struct Counters {
    flows: Arc<Mutex<HashMap<FlowName, OfFlow>>>,
    /// How many kinds each code is divided into, where it is.
    kinds: Arc<Mutex<HashMap<Family, usize>>>,
    new_kinds: Arc<Mutex<NewKinds>>,
    /// When acknowledgements end, by the group's fingerprint, where a time was stated.
    acknowledged_until: Arc<Mutex<HashMap<String, Timestamp>>>,
    changes: Arc<AtomicU64>,
    unsettled_bytes: UnsettledBytes,
}

impl Counters {
    pub(crate) fn of(&self, flow: &FlowName) -> DeadLetterCounts {
        self.flows.lock().get(flow).copied().unwrap_or_default().all
    }

    /// The bytes of dead letters that are not closed.
    pub(crate) const fn unsettled_bytes(&self) -> &UnsettledBytes {
        &self.unsettled_bytes
    }

    /// Open letters of all flows.
    pub(crate) fn open(&self) -> u64 {
        self.flows.lock().values().map(|counts| counts.all.open).sum()
    }

    /// The fingerprints of groups whose acknowledgement has ended by now.
    pub(crate) fn acknowledgements_ended(&self, now: Timestamp) -> Vec<String> {
        let all = self.acknowledged_until.lock();
        all.iter().filter(|(_, until)| **until <= now).map(|(fingerprint, _)| fingerprint.clone()).collect()
    }

    /// How many kinds the failures of a family are divided into.
    pub(crate) fn kinds(&self, family: &Family) -> usize {
        self.kinds.lock().get(family).copied().unwrap_or_default()
    }

    /// The kinds that were new lately.
    pub(crate) fn new_kinds(&self) -> MutexGuard<'_, NewKinds> {
        self.new_kinds.lock()
    }

    /// How often a group has changed since the start.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Open letters of open groups.
    pub(crate) fn alarming(&self, flow: &FlowName) -> u64 {
        let counts = self.flows.lock().get(flow).copied().unwrap_or_default();
        counts.all.open.saturating_sub(counts.quiet.open)
    }

    /// Replaces the counts of a group that has changed.
    pub(crate) fn replace(&self, before: Option<&DeadLetterGroup>, after: Option<&DeadLetterGroup>) {
        // After the write: a reader that sees this number also finds the change.
        self.changes.fetch_add(1, Ordering::Release);
        self.replace_kind(before, after);
        self.replace_acknowledgement(before, after);
        let mut all = self.flows.lock();
        if let Some(group) = before {
            let counts = all.entry(group.flow.clone()).or_default();
            counts.all.subtract(&group.counts);
            if group.state != GroupState::Open {
                counts.quiet.subtract(&group.counts);
            }
        }
        if let Some(group) = after {
            let counts = all.entry(group.flow.clone()).or_default();
            counts.all.add(&group.counts);
            if group.state != GroupState::Open {
                counts.quiet.add(&group.counts);
            }
        }
    }
    fn replace_kind(&self, before: Option<&DeadLetterGroup>, after: Option<&DeadLetterGroup>) {
        let family_of =
            |group: Option<&DeadLetterGroup>| group.filter(|group| group.is_kept()).and_then(Family::divided);
        let before = family_of(before);
        let after = family_of(after);
        if before == after {
            return;
        }
        let mut kinds = self.kinds.lock();
        if let Some(family) = before {
            let count = kinds.get(&family).copied().unwrap_or_default();
            match count {
                0 | 1 => drop(kinds.remove(&family)),
                more => drop(kinds.insert(family, more - 1)),
            }
        }
        if let Some(family) = after {
            *kinds.entry(family).or_default() += 1;
        }
    }

    fn replace_acknowledgement(&self, before: Option<&DeadLetterGroup>, after: Option<&DeadLetterGroup>) {
        let end_of = |group: Option<&DeadLetterGroup>| group.and_then(|group| group.acknowledged_until);
        let end = end_of(after);
        let Some(group) = after.or(before).filter(|_| end != end_of(before)) else { return };
        let mut all = self.acknowledged_until.lock();
        match end {
            Some(until) => drop(all.insert(group.fingerprint.clone(), until)),
            None => drop(all.remove(&group.fingerprint)),
        }
    }
}
