//! How the ERP fails, and when: by a plan, not at random, so that every run of the story has the same faults.
//!
//! The plan counts requests and doesn't measure time. So it is the same on a slow machine, and tests can go through it.

use std::collections::HashSet;
use std::num::NonZeroU64;

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 503 with `Retry-After: 1`: the ERP is closed for maintenance.
    Maintenance,
    /// 429 with `Retry-After: 1`: the caller is asked to slow down.
    TooFast,
    /// The record is booked, but the answer is lost and the caller gets 504. The caller can't know, and tries again.
    AnswerLost,
}

/// When the ERP fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultPlan {
    /// How many requests at the start get [`Fault::Maintenance`].
    pub maintenance: u64,
    /// After that, every request whose number is a multiple of this gets [`Fault::TooFast`]; none: no request does.
    pub throttle_every: Option<NonZeroU64>,
    /// Every booking whose number is a multiple of this gets [`Fault::AnswerLost`]; none: no booking does.
    pub lose_every: Option<NonZeroU64>,
}

impl Default for FaultPlan {
    fn default() -> Self {
        Self { maintenance: 18, throttle_every: NonZeroU64::new(12), lose_every: NonZeroU64::new(25) }
    }
}

impl FaultPlan {
    /// An ERP without faults.
    #[must_use]
    pub const fn none() -> Self {
        Self { maintenance: 0, throttle_every: None, lose_every: None }
    }
}

/// Follows the plan: counts requests and bookings.
#[derive(Debug)]
pub(crate) struct FaultInjector {
    plan: FaultPlan,
    requests: u64,
    bookings: u64,
    /// No record is throttled twice, so that none can run out of attempts.
    throttled: HashSet<String>,
}

impl FaultInjector {
    pub(crate) fn new(plan: FaultPlan) -> Self {
        Self { plan, requests: 0, bookings: 0, throttled: HashSet::new() }
    }

    /// Counts a request, and says whether it fails before it is booked. `key` is its idempotency key.
    pub(crate) fn before_booking(&mut self, key: &str) -> Option<Fault> {
        self.requests += 1;
        let Some(since) = self.requests.checked_sub(self.plan.maintenance + 1) else {
            return Some(Fault::Maintenance);
        };
        let is_nth = self.plan.throttle_every.is_some_and(|every| (since + 1).is_multiple_of(every.get()));
        (is_nth && self.throttled.insert(key.to_owned())).then_some(Fault::TooFast)
    }

    /// Counts a booking, and says whether its answer is lost.
    pub(crate) fn after_booking(&mut self) -> Option<Fault> {
        self.bookings += 1;
        let is_nth = self.plan.lose_every.is_some_and(|every| self.bookings.is_multiple_of(every.get()));
        is_nth.then_some(Fault::AnswerLost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maintenance_comes_first_then_every_third_request_is_throttled_but_no_record_twice() {
        let mut faults =
            FaultInjector::new(FaultPlan { maintenance: 2, throttle_every: NonZeroU64::new(3), lose_every: None });
        let found: Vec<_> = ["a", "b", "a", "b", "c", "d", "e", "c"].map(|key| faults.before_booking(key)).into();
        let maintenance = Some(Fault::Maintenance);
        let too_fast = Some(Fault::TooFast);
        assert_eq!(found, [maintenance, maintenance, None, None, too_fast, None, None, None]);
    }

    #[test]
    fn every_second_booking_loses_its_answer() {
        let mut faults = FaultInjector::new(FaultPlan { lose_every: NonZeroU64::new(2), ..FaultPlan::none() });
        let found: Vec<_> = (0..4).map(|_| faults.after_booking()).collect();
        assert_eq!(found, [None, Some(Fault::AnswerLost), None, Some(Fault::AnswerLost)]);
    }

    #[test]
    fn an_erp_without_faults_never_fails() {
        let mut faults = FaultInjector::new(FaultPlan::none());
        assert!((0..100).all(|n| faults.before_booking(&n.to_string()).is_none() && faults.after_booking().is_none()));
    }
}
