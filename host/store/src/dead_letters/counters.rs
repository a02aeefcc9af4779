//! How many dead letters each flow has in each state, kept in memory for metrics; summed up from the groups at start.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gantry_core::{DeadLetterState, FlowName};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::groups::{DeadLetterGroup, GroupState};

/// How many dead letters are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterCounts {
    /// Nobody has dealt with them.
    pub open: u64,
    /// Somebody looks into them.
    pub acknowledged: u64,
    /// Back in the queue.
    pub replaying: u64,
    /// A replay succeeded.
    pub resolved: u64,
    /// Given up by an operator.
    pub discarded: u64,
}

impl DeadLetterCounts {
    /// How many are in this state.
    #[must_use]
    pub fn of(mut self, state: DeadLetterState) -> u64 {
        *self.at(state)
    }

    /// How many there are.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.open + self.acknowledged + self.replaying + self.resolved + self.discarded
    }

    pub(crate) fn at(&mut self, state: DeadLetterState) -> &mut u64 {
        match state {
            DeadLetterState::Open => &mut self.open,
            DeadLetterState::Acknowledged => &mut self.acknowledged,
            DeadLetterState::Replaying => &mut self.replaying,
            DeadLetterState::Resolved => &mut self.resolved,
            DeadLetterState::Discarded => &mut self.discarded,
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for state in DeadLetterState::ALL {
            *self.at(state) += other.of(state);
        }
    }

    fn take(&mut self, other: &Self) {
        for state in DeadLetterState::ALL {
            let count = self.at(state);
            *count = count.saturating_sub(other.of(state));
        }
    }
}

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

    /// A group has changed: takes out what it counted for and puts in what it counts for now.
    pub(crate) fn replace(&self, before: Option<&DeadLetterGroup>, after: Option<&DeadLetterGroup>) {
        // Behind the write that changed them: who has seen this number finds the change.
        self.changes.fetch_add(1, Ordering::Release);
        let mut all = self.flows.lock();
        if let Some(group) = before {
            let counts = all.entry(group.flow.clone()).or_default();
            counts.all.take(&group.counts);
            if group.state == GroupState::Ignored {
                counts.ignored.take(&group.counts);
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
