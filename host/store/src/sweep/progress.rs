//! How far the current pass of the sweep has got, and what the one before has found. Kept in memory only: a start begins a new
//! pass.

use gantry_core::Timestamp;
use parking_lot::Mutex;

use super::expiring::ExpiringOfFlows;

/// The state of the sweep.
#[derive(Default)]
pub(crate) struct Progress(pub(super) Mutex<Positions>);

#[derive(Clone, Default)]
pub(super) struct Positions {
    /// When the first sweep of this run was made; none before it.
    pub(super) running_since: Option<Timestamp>,
    pub(super) history: Option<Vec<u8>>,
    pub(super) dead_letters: Option<Vec<u8>>,
    /// What the current pass has found so far.
    pub(super) expiring_so_far: ExpiringOfFlows,
    /// What the latest whole pass has found.
    pub(super) expiring: ExpiringOfFlows,
}

impl Positions {
    /// Takes over where one call got to.
    pub(super) fn advance(
        &mut self,
        history: Option<Vec<u8>>,
        dead_letters: Option<Vec<u8>>,
        expiring: ExpiringOfFlows,
    ) {
        self.history = history;
        self.dead_letters = dead_letters;
        self.expiring_so_far = expiring;
        if self.dead_letters.is_none() {
            self.expiring = std::mem::take(&mut self.expiring_so_far);
        }
    }
}
