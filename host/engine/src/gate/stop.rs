//! Whether a target is paused or disabled, by an operator or by its own answer 410: nothing is sent until an operator
//! resumes or enables it. The gate checks this first. The flag is shared with `target_stops`, which keeps it across
//! reloads and restarts.

use std::time::Duration;

use gantry_core::target_health::Held;
use gantry_core::{HoldCause, StopKind, TargetStop, Timestamp};

use crate::target_stops::StopFlag;

/// When a delivery to a stopped target is checked again, if it is not woken before.
pub(super) const RECHECK: Duration = Duration::from_secs(300);

/// Holds every delivery while the flag is set.
pub(super) struct Stop(StopFlag);

impl Stop {
    pub(super) const fn new(flag: StopFlag) -> Self {
        Self(flag)
    }

    /// Why and since when the target is stopped; none when it isn't.
    pub(super) fn current(&self) -> Option<TargetStop> {
        self.0.lock().clone()
    }

    /// Holds a delivery back; none when the target isn't stopped.
    pub(super) fn hold(&self, now: Timestamp) -> Option<Held> {
        let cause = match self.0.lock().as_ref()?.kind {
            StopKind::Paused => HoldCause::Paused,
            StopKind::Disabled => HoldCause::Disabled,
        };
        Some(Held { cause, until: now.after(RECHECK) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_holds_until_it_is_removed_and_says_which_kind_it_is() {
        let flag = StopFlag::default();
        let stop = Stop::new(flag.clone());
        assert_eq!(stop.hold(Timestamp(5)), None);
        for (kind, cause) in [(StopKind::Paused, HoldCause::Paused), (StopKind::Disabled, HoldCause::Disabled)] {
            *flag.lock() = Some(TargetStop::new(kind, Timestamp(1), None, ""));
            assert_eq!(stop.hold(Timestamp(5)), Some(Held { cause, until: Timestamp(5).after(RECHECK) }));
        }
        *flag.lock() = None;
        assert_eq!(stop.hold(Timestamp(5)), None);
    }
}
