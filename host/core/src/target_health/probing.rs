//! What an operator lets go on is tried with one delivery first: a target that was enabled after it said that it is gone, or
//! resumed after it refused every delivery. While that one is under way, the others wait; once it has passed they follow. One
//! without an answer proves nothing, and another is tried after a pause.

use std::time::Duration;

use crate::clock::Timestamp;

/// Whether the target is being tried.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Probing {
    /// It isn't: nothing waits for a probe.
    #[default]
    No,
    /// The next delivery is the probe.
    Next,
    /// A probe is under way, or was in vain: no other before this time.
    UnderWay(Timestamp),
}

impl Probing {
    /// Whether the target is being tried.
    pub(super) const fn is_on(self) -> bool {
        !matches!(self, Self::No)
    }

    /// Until when no delivery passes; none: the next one may, as a probe if the target is being tried.
    pub(super) fn shut_until(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::UnderWay(until) if until > now => Some(until),
            _ => None,
        }
    }

    /// A delivery passes. True if it is the probe, for which the others now wait.
    pub(super) fn admit(&mut self, now: Timestamp, pause: Duration) -> bool {
        if self.is_on() {
            *self = Self::UnderWay(now.after(pause));
        }
        self.is_on()
    }
}
