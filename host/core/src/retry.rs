//! When to try again: exponential backoff with full jitter, `Retry-After` honoured up to a cap.
//!
//! The schedule is `random(0, min(cap, base · 2ⁿ⁻¹))` before attempt n+1, after AWS' "Exponential Backoff And
//! Jitter". A plugin gets three attempts unless its flow says otherwise; a target that can't be reached gets far more.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::delivery::ErrorClass;

/// How often and how long to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryPolicy {
    /// Attempts in all, the first included; at least 1.
    pub attempts: u32,
    /// Upper bound of the wait after the first attempt; doubles with each further one.
    pub base: Duration,
    /// No computed wait is longer.
    pub cap: Duration,
    /// No `Retry-After` is honoured beyond this.
    pub retry_after_cap: Duration,
    /// True: draw the wait between zero and the bound; false: wait the whole bound.
    pub jitter: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_secs(2),
            cap: Duration::from_secs(300),
            retry_after_cap: Duration::from_secs(3600),
            jitter: true,
        }
    }
}

impl RetryPolicy {
    /// The wait before the next attempt, or none when `made` attempts were the last.
    ///
    /// `requested` is the wait that the other side requested (`Retry-After`, or a plugin's delay), up to
    /// `retry_after_cap`; the schedule never waits less. `draw` is a random number in 0..1.
    #[must_use]
    pub fn wait_after(&self, made: u32, requested: Option<Duration>, draw: f64) -> Option<Duration> {
        (made < self.attempts).then(|| self.wait(made, requested, draw))
    }

    /// The same, however many attempts are allowed.
    #[must_use]
    pub fn wait(&self, made: u32, requested: Option<Duration>, draw: f64) -> Duration {
        let bound = self.bound_after(made);
        let scheduled = if self.jitter { bound.mul_f64(draw.clamp(0.0, 1.0)) } else { bound };
        let requested = requested.unwrap_or_default().min(self.retry_after_cap);
        scheduled.max(requested)
    }

    /// The longest the schedule itself waits after this many attempts.
    #[must_use]
    pub fn bound_after(&self, made: u32) -> Duration {
        let doublings = made.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.cap)
    }
}

/// The retry policies of a target: one for each class of failure that may be temporary. The class of the last failure
/// decides which one applies; attempts are counted together, whatever their class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryPolicies {
    /// No connection, or it broke.
    pub network: RetryPolicy,
    /// No answer in time.
    pub timeout: RetryPolicy,
    /// The target asks for less.
    pub throttled: RetryPolicy,
    /// The target can't do its work at present.
    pub unavailable: RetryPolicy,
}

impl RetryPolicies {
    /// The policy after a failure of this class; none when trying again can't help.
    #[must_use]
    pub const fn after(&self, class: ErrorClass) -> Option<&RetryPolicy> {
        match class {
            ErrorClass::Network => Some(&self.network),
            ErrorClass::Timeout => Some(&self.timeout),
            ErrorClass::Throttled => Some(&self.throttled),
            ErrorClass::Unavailable => Some(&self.unavailable),
            ErrorClass::Unauthorized
            | ErrorClass::NoSpace
            | ErrorClass::Redirected
            | ErrorClass::PredecessorFailed
            | ErrorClass::Permanent
            | ErrorClass::Unsendable => None,
        }
    }
}

/// Patient enough for an outage over a weekend: 2,000 attempts whose waits have reached the cap take three and a half days,
/// and the time in which a breaker is open isn't counted. A message that waits is on disk and costs nothing; a dead letter
/// costs somebody's attention.
impl Default for RetryPolicies {
    fn default() -> Self {
        RetryPolicy { attempts: 2_000, ..RetryPolicy::default() }.into()
    }
}

/// The same for every class.
impl From<RetryPolicy> for RetryPolicies {
    fn from(policy: RetryPolicy) -> Self {
        Self { network: policy, timeout: policy, throttled: policy, unavailable: policy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_default_is_three_attempts_with_bounds_of_two_and_four_seconds() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.wait_after(1, None, 1.0), Some(Duration::from_secs(2)));
        assert_eq!(policy.wait_after(2, None, 1.0), Some(Duration::from_secs(4)));
        assert_eq!(policy.wait_after(3, None, 1.0), None);
    }

    #[test]
    fn a_target_that_is_gone_for_a_weekend_costs_no_message() {
        let policy = RetryPolicies::default().network;
        // Half of each bound is what jitter draws on average.
        let waits: Duration = (1..policy.attempts).map(|made| policy.bound_after(made) / 2).sum();
        assert!(waits > Duration::from_secs(62 * 3600), "{waits:?}");
    }

    #[test]
    fn retry_after_is_a_floor_and_has_a_cap() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.wait_after(1, Some(Duration::from_secs(30)), 0.0), Some(Duration::from_secs(30)));
        assert_eq!(policy.wait_after(1, Some(Duration::from_secs(90_000)), 0.0), Some(policy.retry_after_cap));
    }

    proptest! {
        #[test]
        fn no_wait_leaves_its_bounds(made in 0u32..200, draw in 0.0f64..1.0, base_ms in 1u64..100_000, cap_ms in 1u64..10_000_000) {
            let policy = RetryPolicy {
                attempts: 100,
                base: Duration::from_millis(base_ms),
                cap: Duration::from_millis(cap_ms),
                ..RetryPolicy::default()
            };
            match policy.wait_after(made, None, draw) {
                Some(wait) => prop_assert!(made < 100 && wait <= policy.cap && wait <= policy.bound_after(made)),
                None => prop_assert!(made >= 100),
            }
        }
    }
}
