//! How far the current pass of the sweep has got. Kept in memory only: a start begins a new pass.

use parking_lot::Mutex;

/// The positions of the current pass.
#[derive(Default)]
pub(crate) struct Progress(pub(super) Mutex<Positions>);

#[derive(Clone, Default)]
pub(super) struct Positions {
    pub(super) history: Option<Vec<u8>>,
    pub(super) dead_letters: Option<Vec<u8>>,
}
