//! What an operator orders of a deployment under way, and why one goes no further.

use super::GANTRY;
use super::record::Phase;

/// An order for a deployment under way.
pub(super) enum Order {
    /// On to the phase after this one.
    Approve { by: String, from: Phase },
    /// Back to the old version, at once.
    RollBack { by: String, reason: String },
}

/// Why a deployment goes no further.
pub(super) enum Stop {
    /// It ends, without being deployed.
    Ended { by: String, reason: String },
    /// The host stops, or its store fails. It goes on after the next start.
    Interrupted,
}

impl Stop {
    /// Ended by the terms, or because the version doesn't fit.
    pub(super) fn refused(reason: String) -> Self {
        Self::Ended { by: GANTRY.to_owned(), reason }
    }
}
