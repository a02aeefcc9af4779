//! How many dead letters each flow has in each state. Kept in memory for metrics; summed from the groups at start.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gantry_core::FlowName;
use parking_lot::Mutex;

use super::counts::DeadLetterCounts;
use crate::groups::group::{DeadLetterGroup, GroupState};

/// One flow's counts.
#[derive(Clone, Copy, Default)]
struct OfFlow {
    all: DeadLetterCounts,
    ignored: DeadLetterCounts,
}

/// The counts of all flows.
#[derive(Clone, Default)]
pub(crate) struct Counters {
    flows: Arc<Mutex<HashMap<FlowName, OfFlow>>>,
    changes: Arc<AtomicU64>,
}

impl Counters {
    pub(crate) fn of(&self, flow: &FlowName) -> DeadLetterCounts {
        self.flows.lock().get(flow).copied().unwrap_or_default().all
    }

    /// How often a group has changed since the start.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Open letters of groups that are not ignored.
    pub(crate) fn alarming(&self, flow: &FlowName) -> u64 {
        let counts = self.flows.lock().get(flow).copied().unwrap_or_default();
        counts.all.open.saturating_sub(counts.ignored.open)
    }

    /// Replaces the counts of a group that has changed.
    pub(crate) fn replace(&self, before: Option<&DeadLetterGroup>, after: Option<&DeadLetterGroup>) {
        // After the write: a reader that sees this number also finds the change.
        self.changes.fetch_add(1, Ordering::Release);
        let mut all = self.flows.lock();
        if let Some(group) = before {
            let counts = all.entry(group.flow.clone()).or_default();
            counts.all.subtract(&group.counts);
            if group.state == GroupState::Ignored {
                counts.ignored.subtract(&group.counts);
            }
        }
        if let Some(group) = after {
            let counts = all.entry(group.flow.clone()).or_default();
            counts.all.add(&group.counts);
            if group.state == GroupState::Ignored {
                counts.ignored.add(&group.counts);
            }
        }
    }
}
