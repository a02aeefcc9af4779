//! Waits on a clock that may be set back: without this, whatever was to wait for ten milliseconds when the clock showed
//! six hours too much waits for six hours once it is right again.
//!
//! Clocks are set by people and by NTP, machines are resumed and moved. A wait is meant as a length of time, but has to
//! be kept as a moment, because it outlives the process. So moments are compared on a scale of their own: the wall
//! clock's, with every set-back that was seen taken out. A clock that is set ahead ends waits early, which costs an
//! attempt at most and is left as it is.

use std::time::Duration;

use crate::clock::Timestamp;

/// Smaller steps are noise: several threads read the clock at the same time, and NTP slews it.
const NOTICED: Duration = Duration::from_secs(1);

/// A wall clock's time with the set-backs taken out. It is told the time and reads no clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SkewCorrectedClock {
    /// The latest time that was seen since the clock was set back.
    latest: Timestamp,
    /// How far the clock was set back in all.
    lead: Duration,
}

impl SkewCorrectedClock {
    /// The present on the steady scale; `now` is what the clock shows.
    pub fn at(&mut self, now: Timestamp) -> Timestamp {
        let back = self.latest.since(now);
        if back >= NOTICED {
            self.lead += back;
            self.latest = now;
        }
        self.latest = self.latest.max(now);
        self.of(now)
    }

    /// A moment of the wall clock, as it shows now, on the steady scale.
    #[must_use]
    pub fn of(&self, moment: Timestamp) -> Timestamp {
        moment.after(self.lead)
    }

    /// What the wall clock will show, unless it is set again, at a moment of the steady scale.
    #[must_use]
    pub fn wall(&self, moment: Timestamp) -> Timestamp {
        moment.before(self.lead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOURS: Duration = Duration::from_secs(6 * 3600);
    const SECOND: Duration = Duration::from_secs(1);
    const START: Timestamp = Timestamp(1_760_000_000_000);

    #[test]
    fn a_wait_lasts_as_long_as_it_was_meant_to_when_the_clock_is_set_back() {
        let mut corrected = SkewCorrectedClock::default();
        corrected.at(START.after(HOURS));
        let due = corrected.of(START.after(HOURS).after(SECOND * 10));
        assert!(corrected.at(START) < due);
        assert_eq!(corrected.wall(due), START.after(SECOND * 10));
        assert!(corrected.at(START.after(SECOND * 9)) < due);
        assert_eq!(corrected.at(START.after(SECOND * 10)), due);
    }

    #[test]
    fn every_set_back_counts_and_a_jump_ahead_is_taken_as_it_is() {
        let mut corrected = SkewCorrectedClock::default();
        let first = corrected.at(START);
        corrected.at(START.before(HOURS));
        let third = corrected.at(START.before(HOURS).before(HOURS));
        assert_eq!(third, first);
        assert_eq!(corrected.at(START), first.after(HOURS).after(HOURS));
    }

    #[test]
    fn threads_that_read_the_clock_at_once_set_nothing_back() {
        let mut corrected = SkewCorrectedClock::default();
        for _ in 0..10_000 {
            corrected.at(START.after(Duration::from_millis(3)));
            corrected.at(START);
        }
        assert_eq!(corrected.of(START), START);
    }
}
