//! When deliveries come back that a closed gate held. A few come back when the gate may open, to probe the target. The
//! others come later, one by one: each check costs a write, and there may be a million deliveries. All are woken when
//! the gate opens.

use std::time::Duration;

use gantry_core::Timestamp;
use gantry_core::target_health::Held;
use parking_lot::Mutex;

use super::stop::RECHECK;

/// Deliveries that come back as soon as the target may be probed; as many as most breakers ask for.
pub(super) const PROBES: usize = 16;

/// The time between two of the others.
pub(super) const SPACING: Duration = Duration::from_millis(10);

/// Gives each held delivery the time at which it comes back.
#[derive(Default)]
pub(super) struct RetrySpread(Mutex<Round>);

/// The deliveries that wait for the same time.
#[derive(Default)]
struct Round {
    /// When the gate may open.
    until: Timestamp,
    /// How many deliveries come back at that time.
    probes: usize,
    /// The latest time given to one of the others.
    latest: Timestamp,
}

impl RetrySpread {
    /// Replaces the time by the one at which this delivery comes back.
    pub(super) fn assign(&self, held: Held, now: Timestamp) -> Held {
        let mut round = self.0.lock();
        // A round lasts until its time has come. While all probes of a breaker are out, the breaker's own time moves on.
        if round.until <= now && held.cause.ends_by_itself() {
            round.until = held.until;
            round.probes = 0;
        }
        if round.probes < PROBES && held.cause.ends_by_itself() {
            round.probes += 1;
            return held;
        }
        round.latest = held.until.max(now.after(RECHECK)).max(round.latest.after(SPACING));
        Held { until: round.latest, ..held }
    }

    /// The gate has opened: the next delivery that it holds begins a new round.
    pub(super) fn reset(&self) {
        *self.0.lock() = Round::default();
    }
}

#[cfg(test)]
mod tests {
    use gantry_core::HoldCause;

    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    #[test]
    fn a_stop_ends_by_nobodys_doing_so_that_nobody_probes_it() {
        let spread = RetrySpread::default();
        let held = Held { cause: HoldCause::Paused, until: NOW.after(RECHECK) };
        let returns: Vec<_> = (0..PROBES).map(|_| spread.assign(held, NOW).until).collect();
        assert!(returns.windows(2).all(|two| two[1] == two[0].after(SPACING)), "{returns:?}");
    }

    #[test]
    fn a_new_round_of_probes_begins_when_the_time_of_the_last_has_come() {
        let spread = RetrySpread::default();
        let held = Held { cause: HoldCause::Breaker, until: NOW.after(SPACING) };
        (0..PROBES).for_each(|_| assert_eq!(spread.assign(held, NOW), held));
        assert_ne!(spread.assign(held, NOW), held, "the round is full");
        let moved_on = Held { until: held.until.after(SPACING), ..held };
        assert_ne!(spread.assign(moved_on, NOW), moved_on, "and stays so while the breaker's own time moves on");
        assert_eq!(spread.assign(moved_on, held.until), moved_on);
    }
}
