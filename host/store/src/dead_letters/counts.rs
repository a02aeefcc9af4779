//! The number of dead letters in each state.

use gantry_core::DeadLetterState;
use serde::{Deserialize, Serialize};

/// The number of dead letters in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterCounts {
    /// Not handled yet.
    pub open: u64,
    /// Somebody is investigating.
    pub acknowledged: u64,
    /// Back in the queue.
    pub replaying: u64,
    /// A replay succeeded.
    pub resolved: u64,
    /// Discarded by an operator.
    pub discarded: u64,
    /// Something else took their place.
    #[serde(default)]
    pub superseded: u64,
}

impl DeadLetterCounts {
    /// The number in this state.
    #[must_use]
    pub fn of(mut self, state: DeadLetterState) -> u64 {
        *self.at(state)
    }

    /// The number in all states.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.open + self.acknowledged + self.replaying + self.resolved + self.discarded + self.superseded
    }

    /// The number of those that are not closed.
    #[must_use]
    pub const fn unsettled(&self) -> u64 {
        self.open + self.acknowledged + self.replaying
    }

    pub(crate) fn at(&mut self, state: DeadLetterState) -> &mut u64 {
        match state {
            DeadLetterState::Open => &mut self.open,
            DeadLetterState::Acknowledged => &mut self.acknowledged,
            DeadLetterState::Replaying => &mut self.replaying,
            DeadLetterState::Resolved => &mut self.resolved,
            DeadLetterState::Discarded => &mut self.discarded,
            DeadLetterState::Superseded => &mut self.superseded,
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for state in DeadLetterState::ALL {
            *self.at(state) += other.of(state);
        }
    }

    pub(super) fn subtract(&mut self, other: &Self) {
        for state in DeadLetterState::ALL {
            let count = self.at(state);
            *count = count.saturating_sub(other.of(state));
        }
    }
}
