//! Bounds how much a step may log over time, however many calls it gets.
//!
//! The budget of a call bounds what one call logs, but a plugin that is called a thousand times a second would still fill
//! a disk. So each step has a token bucket of lines: a burst when something is wrong fits into it, and constant logging
//! is cut to the rate. Dropped lines are counted, and their number is logged now and then instead of with every call,
//! which would be a flood in itself.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Lines a step may write at once: ten calls with a full budget.
const BURST: f64 = 2_000.0;
/// Lines per second that a step may write in the long run: at most 17 million a day, of 2 KiB each.
const LINES_A_SECOND: f64 = 200.0;
/// Dropped lines are reported at most once in this time.
const REPORT_INTERVAL: Duration = Duration::from_secs(10);

/// The bucket of one step, shared by all its instances.
#[derive(Debug)]
pub(crate) struct LogRate(Mutex<Bucket>);

#[derive(Debug)]
struct Bucket {
    lines: f64,
    filled: Instant,
    dropped: u64,
    reported: Option<Instant>,
}

impl Default for LogRate {
    fn default() -> Self {
        Self(Mutex::new(Bucket { lines: BURST, filled: Instant::now(), dropped: 0, reported: None }))
    }
}

impl LogRate {
    /// Takes one line out of the bucket, if it holds one.
    pub(super) fn take(&self) -> bool {
        self.0.lock().take(Instant::now())
    }

    /// Counts dropped lines, and returns their number when it is time to report it.
    pub(super) fn dropped(&self, lines: u64) -> Option<u64> {
        self.0.lock().dropped(lines, Instant::now())
    }
}

impl Bucket {
    fn take(&mut self, now: Instant) -> bool {
        let refill = now.saturating_duration_since(self.filled).as_secs_f64() * LINES_A_SECOND;
        self.lines = (self.lines + refill).min(BURST);
        self.filled = now;
        let allowed = self.lines >= 1.0;
        if allowed {
            self.lines -= 1.0;
        }
        allowed
    }

    fn dropped(&mut self, lines: u64, now: Instant) -> Option<u64> {
        self.dropped += lines;
        let quiet = self.reported.is_some_and(|reported| now.saturating_duration_since(reported) < REPORT_INTERVAL);
        if self.dropped == 0 || quiet {
            return None;
        }
        self.reported = Some(now);
        Some(std::mem::take(&mut self.dropped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket() -> (Bucket, Instant) {
        let now = Instant::now();
        (Bucket { lines: BURST, filled: now, dropped: 0, reported: None }, now)
    }

    #[test]
    fn a_burst_is_written_and_then_the_rate() {
        let (mut bucket, now) = bucket();
        assert_eq!((0..5_000).filter(|_| bucket.take(now)).count(), 2_000);
        let later = now + Duration::from_millis(500);
        assert_eq!((0..5_000).filter(|_| bucket.take(later)).count(), 100);
        let much_later = now + Duration::from_secs(3600);
        assert_eq!((0..5_000).filter(|_| bucket.take(much_later)).count(), 2_000, "no more than a burst is saved");
    }

    #[test]
    fn dropped_lines_are_spoken_of_at_once_and_then_now_and_then_and_none_is_forgotten() {
        let (mut bucket, now) = bucket();
        assert_eq!(bucket.dropped(0, now), None);
        assert_eq!(bucket.dropped(7, now), Some(7));
        assert_eq!(bucket.dropped(5, now + Duration::from_secs(1)), None);
        assert_eq!(bucket.dropped(5, now + Duration::from_secs(11)), Some(10));
    }
}
