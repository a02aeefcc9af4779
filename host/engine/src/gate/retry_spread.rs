//! When deliveries come back that met a closed gate. A few are there when it may open, for somebody has to try; the others
//! come later, one by one, because each look costs a write and there may be a million of them. All are woken when it opens.

use std::time::Duration;

use gantry_core::Timestamp;
use gantry_core::target_health::Held;
use parking_lot::Mutex;

use super::stop::RECHECK;

/// Deliveries that come back as soon as a target in trouble may be probed; as many as most breakers ask for.
pub(super) const PROBES: usize = 16;

/// How far apart the others come back.
pub(super) const APART: Duration = Duration::from_millis(10);

/// Gives each delivery its time.
#[derive(Default)]
pub(super) struct RetrySpread(Mutex<Round>);

/// Deliveries that wait for the same moment.
#[derive(Default)]
struct Round {
    /// When the gate may open.
    until: Timestamp,
    /// How many come back then.
    probes: usize,
    /// The latest time that one of the others was given.
    latest: Timestamp,
}

impl RetrySpread {
    /// The same, with the time at which this delivery is to come back.
    pub(super) fn assign(&self, held: Held, now: Timestamp) -> Held {
        let mut round = self.0.lock();
        // A round lasts until its time has come: while all probes of a breaker are out, its own time moves on.
        if round.until <= now && held.cause.ends_by_itself() {
            round.until = held.until;
            round.probes = 0;
        }
        if round.probes < PROBES && held.cause.ends_by_itself() {
            round.probes += 1;
            return held;
        }
        round.latest = held.until.max(now.after(RECHECK)).max(round.latest.after(APART));
        Held { until: round.latest, ..held }
    }

    /// The gate has opened: who meets it closed next begins a new round.
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
        assert!(returns.windows(2).all(|two| two[1] == two[0].after(APART)), "{returns:?}");
    }

    #[test]
    fn a_new_round_of_probes_begins_when_the_time_of_the_last_has_come() {
        let spread = RetrySpread::default();
        let held = Held { cause: HoldCause::Breaker, until: NOW.after(APART) };
        (0..PROBES).for_each(|_| assert_eq!(spread.assign(held, NOW), held));
        assert_ne!(spread.assign(held, NOW), held, "the round is full");
        let moved_on = Held { until: held.until.after(APART), ..held };
        assert_ne!(spread.assign(moved_on, NOW), moved_on, "and stays so while the breaker's own time moves on");
        assert_eq!(spread.assign(moved_on, held.until), moved_on);
    }
}
