//! How many dead letters each flow has in each state, kept in memory for metrics; counted from the summaries at start.

use std::collections::HashMap;
use std::sync::Arc;

use gantry_core::{DeadLetterState, FlowName};
use parking_lot::Mutex;

use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::keys;
use crate::summary::DeadLetterSummary;

/// How many dead letters are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    fn of(&mut self, state: DeadLetterState) -> &mut u64 {
        match state {
            DeadLetterState::Open => &mut self.open,
            DeadLetterState::Acknowledged => &mut self.acknowledged,
            DeadLetterState::Replaying => &mut self.replaying,
            DeadLetterState::Resolved => &mut self.resolved,
            DeadLetterState::Discarded => &mut self.discarded,
        }
    }
}

/// The counts of all flows.
#[derive(Clone, Default)]
pub(crate) struct Counters(Arc<Mutex<HashMap<FlowName, DeadLetterCounts>>>);

impl Counters {
    pub(crate) fn load(disk: &Disk) -> Result<Self, StoreError> {
        let counters = Self::default();
        for pair in disk.scan(&[keys::SUMMARY], None) {
            let (key, _) = pair?;
            match disk.load::<DeadLetterSummary>(&key) {
                Ok(Some((summary, _))) => counters.change(&summary.flow, None, Some(summary.state)),
                Ok(None) => {}
                Err(StoreError::Damaged(error)) => tracing::error!(%error, "a dead letter's summary can't be read"),
                Err(error) => return Err(error),
            }
        }
        Ok(counters)
    }

    pub(crate) fn of(&self, flow: &FlowName) -> DeadLetterCounts {
        self.0.lock().get(flow).copied().unwrap_or_default()
    }

    /// Counts a letter's change of state once the draft's present step is committed.
    pub(crate) fn change_after_commit(
        &self,
        draft: &mut Draft<'_>,
        flow: &FlowName,
        from: Option<DeadLetterState>,
        to: Option<DeadLetterState>,
    ) {
        let (counters, flow) = (self.clone(), flow.clone());
        draft.after_commit(move || counters.change(&flow, from, to));
    }

    fn change(&self, flow: &FlowName, from: Option<DeadLetterState>, to: Option<DeadLetterState>) {
        let mut all = self.0.lock();
        let counts = all.entry(flow.clone()).or_default();
        if let Some(from) = from {
            let count = counts.of(from);
            *count = count.saturating_sub(1);
        }
        if let Some(to) = to {
            *counts.of(to) += 1;
        }
    }
}
