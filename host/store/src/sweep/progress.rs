//! How far the present pass of the sweep has got; in memory only, a start begins anew.

use parking_lot::Mutex;

/// Where the present pass through histories and letters has got to.
#[derive(Default)]
pub(crate) struct Progress(pub(super) Mutex<Positions>);

#[derive(Clone, Default)]
pub(super) struct Positions {
    pub(super) history: Option<Vec<u8>>,
    pub(super) letters: Option<Vec<u8>>,
}
