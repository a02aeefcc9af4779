//! Decides what happens to a delivery after an attempt. Pure, so that a whole schedule can be tested with a clock of its
//! own.
//!
//! Four kinds of failure say nothing about the message and spend no attempt: a target that refuses every delivery, a target
//! without space, a target that asks for fewer requests and says when to come again, and a failed probe, which was only let
//! through to find out whether a target in trouble is back.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::delivery::ErrorClass;
use crate::refusals::Refusal;
use crate::retry::RetryPolicies;
use crate::target_health::REFUSAL_PAUSE;

/// An attempt that has ended.
#[derive(Clone, Copy, Debug)]
pub struct AttemptResult {
    /// Why it failed; none: it did not.
    pub error: Option<ErrorClass>,
    /// How long the target asks to wait (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// What a refusal is about; none when the attempt was not refused.
    pub refusal: Option<Refusal>,
    /// Whether it was a probe.
    pub probe: bool,
    /// How many attempts were spent before it.
    pub spent: u32,
}

/// What happens to the delivery next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryDecision {
    /// The target has it.
    Delivered,
    /// It is tried again.
    Later {
        /// Not before.
        at: Timestamp,
        /// Whether this attempt counts.
        spent: bool,
    },
    /// The target's gate holds it back, until it opens. The attempt doesn't count.
    Held {
        /// When to ask the gate again.
        until: Timestamp,
    },
    /// It is given up.
    Dead,
}

impl AttemptResult {
    /// Decides at `now`; `draw` is a random number in 0..1.
    #[must_use]
    pub fn decide(&self, policies: &RetryPolicies, now: Timestamp, draw: f64) -> RetryDecision {
        let Some(class) = self.error else { return RetryDecision::Delivered };
        if self.refusal == Some(Refusal::OfMessage) {
            return RetryDecision::Dead;
        }
        if self.refusal.is_some() || class == ErrorClass::NoSpace {
            return RetryDecision::Held { until: now.after(self.refusal_pause()) };
        }
        let Some(policy) = policies.after(class) else { return RetryDecision::Dead };
        let made = self.spent.saturating_add(1);
        let is_throttled = class == ErrorClass::Throttled && self.retry_after.is_some();
        if is_throttled || self.probe && class.is_trouble() {
            return RetryDecision::Later { at: now.after(policy.wait(made, self.retry_after, draw)), spent: false };
        }
        match policy.wait_after(made, self.retry_after, draw) {
            Some(wait) => RetryDecision::Later { at: now.after(wait), spent: true },
            None => RetryDecision::Dead,
        }
    }

    /// A delivery that is refused again waits longer, so that another one is the next probe.
    fn refusal_pause(&self) -> Duration {
        match self.refusal {
            Some(Refusal::OfTarget { again: true }) => REFUSAL_PAUSE + REFUSAL_PAUSE / 2,
            _ => REFUSAL_PAUSE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retry::RetryPolicy;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn failed(error: ErrorClass, spent: u32) -> AttemptResult {
        AttemptResult { error: Some(error), retry_after: None, refusal: None, probe: false, spent }
    }

    #[test]
    fn the_class_of_the_last_failure_decides_how_often() {
        let general = RetryPolicy { attempts: 2, ..RetryPolicy::default() };
        let patient = RetryPolicy { attempts: 10, ..general };
        let policies = RetryPolicies { timeout: patient, ..general.into() };
        assert_eq!(failed(ErrorClass::Unavailable, 1).decide(&policies, NOW, 0.0), RetryDecision::Dead);
        assert_eq!(
            failed(ErrorClass::Timeout, 1).decide(&policies, NOW, 0.0),
            RetryDecision::Later { at: NOW, spent: true }
        );
    }

    #[test]
    fn a_delivery_waits_for_space_as_long_as_it_takes() {
        let policies = RetryPolicies::from(RetryPolicy { attempts: 1, ..RetryPolicy::default() });
        let until = NOW.after(REFUSAL_PAUSE);
        for probe in [false, true] {
            let full = AttemptResult { probe, ..failed(ErrorClass::NoSpace, 0) };
            assert_eq!(full.decide(&policies, NOW, 0.5), RetryDecision::Held { until });
        }
    }

    #[test]
    fn neither_what_the_target_refuses_to_all_nor_a_failed_probe_spends_an_attempt() {
        let policies = RetryPolicies::from(RetryPolicy { attempts: 1, ..RetryPolicy::default() });
        let until = NOW.after(REFUSAL_PAUSE);
        for class in [ErrorClass::Unauthorized, ErrorClass::Redirected, ErrorClass::Permanent, ErrorClass::Network] {
            let refusal = Some(Refusal::OfTarget { again: false });
            let refused = AttemptResult { refusal, ..failed(class, 0) };
            assert_eq!(refused.decide(&policies, NOW, 0.5), RetryDecision::Held { until }, "{class:?}");
        }
        let probe = AttemptResult { probe: true, ..failed(ErrorClass::Unavailable, 0) };
        assert!(matches!(probe.decide(&policies, NOW, 0.5), RetryDecision::Later { spent: false, .. }));
        let refused = AttemptResult { probe: true, ..failed(ErrorClass::Permanent, 0) };
        assert_eq!(
            refused.decide(&policies, NOW, 0.5),
            RetryDecision::Dead,
            "an answer is about the message, probe or not"
        );
    }
}
