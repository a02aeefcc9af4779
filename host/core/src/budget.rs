//! A retry budget as a pure state machine: retries may be at most a share of the first attempts within the last window,
//! plus a floor, so that a target that begins to fail is not flooded with retries.
//!
//! A retry beyond the budget gets a time to come again; each further one gets a later time, spaced by the floor. It is
//! never dropped, and waiting spends no attempt.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// In how many parts a window is counted: what is older than the window is forgotten part by part.
const PARTS: u64 = 10;

/// How many retries a target gets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BudgetPolicy {
    /// Retries per first attempt, 0 and more.
    pub share: f64,
    /// Retries per second that are always allowed; at least 1.
    pub floor: u32,
    /// How far back attempts are counted.
    pub window: Duration,
}

impl Default for BudgetPolicy {
    fn default() -> Self {
        Self { share: 0.2, floor: 10, window: Duration::from_secs(10) }
    }
}

/// What was attempted in one part of the window.
#[derive(Clone, Copy, Debug)]
struct Part {
    number: u64,
    firsts: u32,
    retries: u32,
}

/// The budget of one target.
#[derive(Clone, Debug)]
pub struct Budget {
    policy: BudgetPolicy,
    parts: VecDeque<Part>,
    /// The latest time that was given to a retry beyond the budget.
    last_postponed: Timestamp,
}

impl Budget {
    /// An unused budget.
    #[must_use]
    pub const fn new(policy: BudgetPolicy) -> Self {
        Self { policy, parts: VecDeque::new(), last_postponed: Timestamp(0) }
    }

    /// Counts a first attempt, which allows for more retries.
    pub fn first(&mut self, now: Timestamp) {
        self.present(now).firsts += 1;
    }

    /// Counts a retry if the budget allows it; otherwise returns when to come again.
    pub fn retry(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        self.forget(now);
        let (firsts, retries) = self.spent();
        if f64::from(retries) + 1.0 <= self.allowance(firsts) {
            self.present(now).retries += 1;
            return Ok(());
        }
        let spacing = Duration::from_secs(1) / self.policy.floor.max(1);
        self.last_postponed = self.last_postponed.max(now).after(spacing.max(Duration::from_millis(1)));
        Err(self.last_postponed)
    }

    /// First attempts and retries within the window.
    #[must_use]
    pub fn spent(&self) -> (u32, u32) {
        self.parts.iter().fold((0, 0), |(firsts, retries), part| (firsts + part.firsts, retries + part.retries))
    }

    /// The most retries that are allowed after this many first attempts.
    #[must_use]
    pub fn allowance(&self, firsts: u32) -> f64 {
        // At least one: a floor of a fraction over a short window must not mean "never".
        let floor = (f64::from(self.policy.floor) * self.policy.window.as_secs_f64()).max(1.0);
        self.policy.share * f64::from(firsts) + floor
    }

    fn number(&self, now: Timestamp) -> u64 {
        let length = u64::try_from(self.policy.window.as_millis()).unwrap_or(u64::MAX) / PARTS;
        now.0 / length.max(1)
    }

    fn forget(&mut self, now: Timestamp) {
        let present = self.number(now);
        // After the clock was set back, parts from its future would otherwise be kept for ever.
        self.parts.retain(|part| part.number <= present && part.number + PARTS > present);
    }

    fn present(&mut self, now: Timestamp) -> &mut Part {
        self.forget(now);
        let number = self.number(now);
        if self.parts.back().is_none_or(|part| part.number != number) {
            self.parts.push_back(Part { number, firsts: 0, retries: 0 });
        }
        let last = self.parts.len() - 1;
        &mut self.parts[last]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_000_000);

    fn budget() -> Budget {
        Budget::new(BudgetPolicy { share: 0.2, floor: 2, window: Duration::from_secs(10) })
    }

    #[test]
    fn retries_are_a_share_of_the_first_attempts_and_a_floor() {
        let mut budget = budget();
        (0..100).for_each(|_| budget.first(START));
        assert_eq!((0..100).filter(|_| budget.retry(START).is_ok()).count(), 40, "a fifth of 100, and 2 a second");
    }

    #[test]
    fn retries_beyond_it_get_times_that_the_floor_can_serve() {
        let mut budget = budget();
        while budget.retry(START).is_ok() {}
        let second = budget.retry(START).unwrap_err();
        assert_eq!(second, START.after(Duration::from_secs(1)), "two a second: the second one waits a second");
        assert_eq!(budget.retry(START).unwrap_err(), START.after(Duration::from_millis(1_500)));
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten() {
        let mut budget = budget();
        while budget.retry(START).is_ok() {}
        assert!(budget.retry(START.after(Duration::from_secs(9))).is_err());
        assert!(budget.retry(START.after(Duration::from_secs(10))).is_ok());
    }

    #[test]
    fn a_clock_that_is_set_back_leaves_no_budget_that_never_returns() {
        let mut budget = budget();
        while budget.retry(START).is_ok() {}
        assert!(budget.retry(START.before(Duration::from_secs(500))).is_ok());
    }
}
