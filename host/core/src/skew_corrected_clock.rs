//! Waits on a clock that may be set back. Without this, a wait of ten milliseconds that began while the clock was six
//! hours fast would last six hours once the clock is right again.
//!
//! People and NTP set clocks; machines are suspended and moved. A wait is a length of time, but has to be stored as a
//! timestamp, because it outlives the process. So timestamps are compared on a corrected scale: that of the wall clock,
//! with every observed set-back removed. A clock that is set ahead ends waits early, which costs an attempt at most and
//! is not corrected.

use std::time::Duration;

use crate::clock::Timestamp;

/// Smaller steps are noise: several threads read the clock at the same time, and NTP slews it.
const SMALLEST_STEP: Duration = Duration::from_secs(1);

/// A wall clock's time without its set-backs. It reads no clock: the time is passed in.
#[derive(Clone, Copy, Debug, Default)]
pub struct SkewCorrectedClock {
    /// The latest time that was seen since the clock was set back.
    latest: Timestamp,
    /// How far the clock was set back in all.
    lead: Duration,
}

impl SkewCorrectedClock {
    /// The present on the corrected scale; `now` is what the clock shows.
    pub fn at(&mut self, now: Timestamp) -> Timestamp {
        let back = self.latest.since(now);
        if back >= SMALLEST_STEP {
            self.lead += back;
            self.latest = now;
        }
        self.latest = self.latest.max(now);
        self.of(now)
    }

    /// A timestamp of the wall clock, as it is set now, on the corrected scale.
    #[must_use]
    pub fn of(&self, moment: Timestamp) -> Timestamp {
        moment.after(self.lead)
    }

    /// What the wall clock will show, unless it is set again, at this time on the corrected scale.
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
