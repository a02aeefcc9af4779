//! How fast a target takes requests, learned from its answers.
//!
//! A target that answers 429 to everything is left alone for as long as it asks (`Retry-After`), and then gets its
//! requests with a gap between them. Each further 429 makes the gap half as long again, each request that passes makes it
//! shorter by a sixteenth: the target is asked about as often as it takes requests, and one that recovers is soon back at
//! full speed. A single 429 among answers that pass is about its delivery, as some targets limit each record or each
//! customer.

use std::time::Duration;

use crate::clock::Timestamp;

/// Answers of 429 in a row that show that the target throttles everything.
pub const IN_A_ROW: u32 = 3;

/// The gap with which a target is asked once it throttles everything.
pub const FIRST_GAP: Duration = Duration::from_millis(10);

/// No gap is longer. `Retry-After` says when to ask again if that takes longer.
pub const MAX_GAP: Duration = Duration::from_secs(60);

/// A shorter gap is none.
const MIN_GAP: Duration = Duration::from_millis(1);

/// What a request that passes takes off the gap: one part of so many.
const SHORTENED_BY: u32 = 16;

/// The longest wait that is given to a delivery which is held, so that a gap that was long for a while delays nothing
/// for hours.
const MAX_WAIT: Duration = Duration::from_secs(600);

/// What the answers of a target mean for its throttle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThrottleChange {
    /// It throttles everything, which it did not before.
    Began,
    /// It takes requests at full speed again.
    Ended,
}

/// Spaces the requests to one target.
#[derive(Clone, Debug, Default)]
pub struct Throttle {
    in_a_row: u32,
    /// The least time between two requests; zero: the target isn't throttled.
    gap: Duration,
    /// When the gap was last made longer. Requests that were sent before show nothing about it.
    slowed_at: Timestamp,
    /// Until when the target asked to be left alone.
    paused_until: Timestamp,
    /// When the next request may be sent.
    next: Timestamp,
    /// The latest time that was given to a delivery which is held.
    latest_return: Timestamp,
}

impl Throttle {
    /// Until when the target asked to be left alone; none when that time is over.
    #[must_use]
    pub fn paused_until(&self, now: Timestamp) -> Option<Timestamp> {
        (self.paused_until > now).then_some(self.paused_until)
    }

    /// When the next request may be sent.
    #[must_use]
    pub fn resumes(&self) -> Timestamp {
        self.next.max(self.paused_until)
    }

    /// The least time between two requests; none when the target isn't throttled.
    #[must_use]
    pub fn gap(&self) -> Option<Duration> {
        (!self.gap.is_zero()).then_some(self.gap)
    }

    /// Lets a request through, or says when the next one may be sent.
    pub fn admit(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        if self.resumes() > now {
            return Err(self.resumes());
        }
        self.next = now.after(self.gap);
        Ok(())
    }

    /// When a delivery comes back that can't be sent before `until`: one after the other, at the present rate.
    pub fn assign(&mut self, until: Timestamp, now: Timestamp) -> Timestamp {
        let latest = until.max(now.after(MAX_WAIT));
        self.latest_return = until.max(self.latest_return.after(self.gap.max(MIN_GAP))).min(latest);
        self.latest_return
    }

    /// The target answered 429 to a request that was sent at `sent`, and asks to wait this long.
    pub fn refused(
        &mut self,
        sent: Timestamp,
        retry_after: Option<Duration>,
        now: Timestamp,
    ) -> Option<ThrottleChange> {
        self.in_a_row += 1;
        let is_all = self.in_a_row >= IN_A_ROW;
        if is_all {
            self.paused_until = self.paused_until.max(now.after(retry_after.unwrap_or_default()));
        }
        if self.gap.is_zero() {
            if is_all {
                self.slow_down(FIRST_GAP, now);
            }
            return is_all.then_some(ThrottleChange::Began);
        }
        if sent >= self.slowed_at {
            self.slow_down((self.gap + self.gap / 2).min(MAX_GAP), now);
        }
        None
    }

    /// The target took a request.
    pub fn passed(&mut self) -> Option<ThrottleChange> {
        self.in_a_row = 0;
        if self.gap.is_zero() {
            return None;
        }
        self.gap -= self.gap / SHORTENED_BY;
        if self.gap >= MIN_GAP {
            return None;
        }
        self.end();
        Some(ThrottleChange::Ended)
    }

    /// Forgets what the answers showed.
    pub fn end(&mut self) {
        *self = Self::default();
    }

    fn slow_down(&mut self, gap: Duration, now: Timestamp) {
        self.gap = gap;
        self.slowed_at = now;
        self.next = now.after(gap);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_000_000);
    const SECOND: Duration = Duration::from_secs(1);

    fn throttle_everything(throttle: &mut Throttle, retry_after: Option<Duration>) {
        for _ in 0..IN_A_ROW {
            let _ = throttle.refused(START, retry_after, START);
        }
    }

    /// A target that takes one request every `interval` and `burst` at once, asked for `time` by a sender that would send
    /// every millisecond.
    fn passed_and_refused(interval: Duration, burst: u32, time: Duration) -> (u32, u32) {
        let mut throttle = Throttle::default();
        let mut tokens = f64::from(burst);
        let mut passed = 0;
        let mut refused = 0;
        for ms in 0..u64::try_from(time.as_millis()).unwrap() {
            let now = START.after(Duration::from_millis(ms));
            tokens = (tokens + 0.001 / interval.as_secs_f64()).min(f64::from(burst));
            if throttle.admit(now).is_err() {
                continue;
            }
            if tokens >= 1.0 {
                tokens -= 1.0;
                passed += 1;
                throttle.passed();
            } else {
                refused += 1;
                throttle.refused(now, Some(SECOND), now);
            }
        }
        (passed, refused)
    }

    #[test]
    fn a_target_is_asked_about_as_often_as_it_takes_requests() {
        for (interval, burst) in [(SECOND / 2, 40), (SECOND / 20, 10), (SECOND / 100, 1), (SECOND * 5, 2)] {
            let time = (interval * 500).max(60 * SECOND);
            let (passed, refused) = passed_and_refused(interval, burst, time);
            let possible = time.as_secs_f64() / interval.as_secs_f64() + f64::from(burst);
            let share = f64::from(passed) / possible;
            assert!(share > 0.6, "{interval:?}: {passed} of {possible}, {refused} refused");
            assert!(refused * 4 < passed, "{interval:?}: {passed} passed, {refused} refused");
        }
    }

    #[test]
    fn one_429_in_twelve_is_about_its_delivery_and_slows_nothing() {
        let mut throttle = Throttle::default();
        for n in 0..1200 {
            assert_eq!(throttle.admit(START), Ok(()), "{n}");
            let change = if n % 12 == 0 { throttle.refused(START, Some(SECOND), START) } else { throttle.passed() };
            assert_eq!(change, None);
        }
    }

    #[test]
    fn a_target_that_throttles_everything_is_left_alone_as_long_as_it_asks_and_is_then_asked_slowly() {
        let mut throttle = Throttle::default();
        let refused = |throttle: &mut Throttle| throttle.refused(START, Some(SECOND), START);
        assert_eq!((refused(&mut throttle), refused(&mut throttle)), (None, None));
        assert_eq!(refused(&mut throttle), Some(ThrottleChange::Began));
        assert_eq!(refused(&mut throttle), None, "said once");
        let opens = START.after(SECOND);
        assert_eq!((throttle.paused_until(START), throttle.admit(START)), (Some(opens), Err(opens)));
        assert_eq!(throttle.admit(opens), Ok(()));
        assert_eq!(throttle.admit(opens), Err(opens.after(throttle.gap().unwrap())), "one after the other");
    }

    #[test]
    fn answers_to_requests_of_before_make_the_gap_longer_only_once() {
        let mut throttle = Throttle::default();
        for _ in 0..100 {
            throttle.refused(START, None, START.after(SECOND));
        }
        assert_eq!(throttle.gap(), Some(FIRST_GAP));
        throttle.refused(START.after(SECOND), None, START.after(SECOND * 2));
        assert_eq!(throttle.gap(), Some(FIRST_GAP * 3 / 2));
    }

    #[test]
    fn a_target_that_takes_everything_again_is_soon_at_full_speed() {
        let mut throttle = Throttle::default();
        throttle_everything(&mut throttle, None);
        let passed = (1..100).find(|_| throttle.passed() == Some(ThrottleChange::Ended));
        assert!(passed.is_some_and(|passed| passed < 40), "{passed:?}");
        assert_eq!((throttle.gap(), throttle.admit(START)), (None, Ok(())));
    }

    #[test]
    fn deliveries_that_are_held_come_back_one_after_the_other_and_none_after_hours() {
        let mut throttle = Throttle::default();
        throttle_everything(&mut throttle, Some(SECOND));
        let opens = START.after(SECOND);
        let returns: Vec<_> = (0..100_000).map(|_| throttle.assign(opens, START)).collect();
        assert_eq!(returns[..2], [opens, opens.after(FIRST_GAP)]);
        assert_eq!(returns[99_999], START.after(MAX_WAIT));
    }
}
