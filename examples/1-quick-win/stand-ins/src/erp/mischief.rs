//! What the ERP does wrong, and when: a plan, not chance, so that every run of the story meets the same trouble.
//!
//! Requests are counted, not timed. That keeps the plan the same on a slow machine and lets a test walk through it.

use std::collections::HashSet;

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// 503 with `Retry-After: 1`: the ERP is closed for maintenance.
    Maintenance,
    /// 429 with `Retry-After: 1`: the caller is asked to slow down.
    TooFast,
    /// The record is booked, but the answer is lost and the caller sees 504. The caller can't know, and tries again.
    AnswerLost,
}

/// The plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mischief {
    /// The first so many requests meet [`Trouble::Maintenance`].
    pub maintenance: u64,
    /// After that, every so-manieth request meets [`Trouble::TooFast`]; 0 means none does.
    pub throttle_every: u64,
    /// After that, every so-manieth booking meets [`Trouble::AnswerLost`]; 0 means none does.
    pub lose_every: u64,
}

impl Default for Mischief {
    fn default() -> Self {
        Self { maintenance: 18, throttle_every: 12, lose_every: 25 }
    }
}

impl Mischief {
    /// An ERP on its best behaviour.
    #[must_use]
    pub const fn none() -> Self {
        Self { maintenance: 0, throttle_every: 0, lose_every: 0 }
    }
}

/// The plan as it unfolds: counts requests and bookings.
#[derive(Debug)]
pub(crate) struct Mood {
    plan: Mischief,
    requests: u64,
    bookings: u64,
    /// No record is throttled twice, so that none can run out of attempts.
    throttled: HashSet<String>,
}

impl Mood {
    pub(crate) fn new(plan: Mischief) -> Self {
        Self { plan, requests: 0, bookings: 0, throttled: HashSet::new() }
    }

    /// Counts a request and says whether it is turned away at the door. `key` is its idempotency key.
    pub(crate) fn at_the_door(&mut self, key: &str) -> Option<Trouble> {
        self.requests += 1;
        let Some(since) = self.requests.checked_sub(self.plan.maintenance + 1) else {
            return Some(Trouble::Maintenance);
        };
        let is_nth = self.plan.throttle_every > 0 && (since + 1).is_multiple_of(self.plan.throttle_every);
        (is_nth && self.throttled.insert(key.to_owned())).then_some(Trouble::TooFast)
    }

    /// Counts a booking and says whether its answer gets lost.
    pub(crate) fn after_booking(&mut self) -> Option<Trouble> {
        self.bookings += 1;
        let is_nth = self.plan.lose_every > 0 && self.bookings.is_multiple_of(self.plan.lose_every);
        is_nth.then_some(Trouble::AnswerLost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maintenance_comes_first_then_every_third_request_is_throttled_but_no_record_twice() {
        let mut mood = Mood::new(Mischief { maintenance: 2, throttle_every: 3, lose_every: 0 });
        let met: Vec<_> = ["a", "b", "a", "b", "c", "d", "e", "c"].map(|key| mood.at_the_door(key)).into();
        let (maintenance, too_fast) = (Some(Trouble::Maintenance), Some(Trouble::TooFast));
        assert_eq!(met, [maintenance, maintenance, None, None, too_fast, None, None, None]);
    }

    #[test]
    fn every_second_booking_loses_its_answer() {
        let mut mood = Mood::new(Mischief { lose_every: 2, ..Mischief::none() });
        let met: Vec<_> = (0..4).map(|_| mood.after_booking()).collect();
        assert_eq!(met, [None, Some(Trouble::AnswerLost), None, Some(Trouble::AnswerLost)]);
    }

    #[test]
    fn an_erp_on_its_best_behaviour_does_nothing_wrong() {
        let mut mood = Mood::new(Mischief::none());
        assert!((0..100).all(|n| mood.at_the_door(&n.to_string()).is_none() && mood.after_booking().is_none()));
    }
}
