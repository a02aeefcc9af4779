//! A circuit breaker as a pure state machine: it reads no clock and does no I/O.
//!
//! **Closed.** The last `window` calls are remembered. Once there are `minimum` of them and `failure_rate` of them
//! failed, it opens. **Open.** Nothing passes for `open_for`. **Half open.** At most `probes` calls pass; as soon as
//! the outstanding ones can't change the result any more, it closes or opens again.
//!
//! A single call may show that nothing can pass at present ([`Breaker::trip`]): then it opens at once.
//!
//! The result of a call that began before the last change of state is ignored: it says nothing about the present one.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// When a breaker opens, for how long, and what closes it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BreakerPolicy {
    /// How many of the last calls are looked at; at least 1.
    pub window: u32,
    /// Fewer calls than this decide nothing; at most `window`.
    pub minimum: u32,
    /// The share of failed calls that opens it, above 0 and up to 1.
    pub failure_rate: f64,
    /// How long nothing passes.
    pub open_for: Duration,
    /// How many calls pass while it is half open; at least 1.
    pub probes: u32,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self { window: 100, minimum: 20, failure_rate: 0.5, open_for: Duration::from_secs(60), probes: 10 }
    }
}

/// Where a breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// Calls pass.
    Closed,
    /// None passes.
    Open,
    /// A few pass, to find out.
    HalfOpen,
}

impl BreakerState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Closed, Self::Open, Self::HalfOpen];

    /// The state as metrics and reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// The right to make one call; its result must be passed to [`Breaker::end`] or [`Breaker::abandon`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a call that is never ended holds its place among the probes"]
pub struct Call {
    epoch: u64,
    /// Whether it finds out if a half open breaker may close.
    pub probe: bool,
}

/// What the end of a call changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerChange {
    /// Nothing passes until then.
    Opened {
        /// When the first probe may pass.
        until: Timestamp,
    },
    /// Calls pass again.
    Closed,
}

/// Why a breaker is not closed. It stays known until the breaker is closed: the results that opened it are forgotten then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerOpening {
    /// Since when it has not been closed.
    pub since: Timestamp,
    /// How many calls were looked at when it last opened.
    pub calls: u32,
    /// How many of them had failed.
    pub failures: u32,
    /// Whether those calls were probes: it had opened before.
    pub probes: bool,
}

/// A circuit breaker.
#[derive(Clone, Debug)]
pub struct Breaker {
    policy: BreakerPolicy,
    phase: Phase,
    /// None while it is closed.
    opening: Option<BreakerOpening>,
    /// Counts the changes of state.
    epoch: u64,
}

#[derive(Clone, Debug)]
enum Phase {
    /// The last calls, oldest first; true: failed.
    Closed(VecDeque<bool>),
    Open(Timestamp),
    HalfOpen {
        under_way: u32,
        answered: u32,
        failed: u32,
    },
}

impl Breaker {
    /// A closed breaker that has seen nothing.
    #[must_use]
    pub const fn new(policy: BreakerPolicy) -> Self {
        Self { policy, phase: Phase::Closed(VecDeque::new()), opening: None, epoch: 0 }
    }

    /// Lets a call pass, or says when to ask again. The first call after `open_for` half opens the breaker.
    pub fn admit(&mut self, now: Timestamp) -> Result<Call, Timestamp> {
        if let Phase::Open(until) = self.phase {
            if until > now {
                return Err(until);
            }
            self.enter(Phase::HalfOpen { under_way: 0, answered: 0, failed: 0 });
        }
        let probe = match &mut self.phase {
            Phase::HalfOpen { under_way, answered, failed } => {
                if *under_way + *answered + *failed >= self.policy.probes {
                    return Err(now.after(self.policy.open_for));
                }
                *under_way += 1;
                true
            }
            Phase::Closed(_) | Phase::Open(_) => false,
        };
        Ok(Call { epoch: self.epoch, probe })
    }

    /// Until when nothing passes, without asking for a call; none when one might.
    #[must_use]
    pub fn open_until(&self, now: Timestamp) -> Option<Timestamp> {
        match self.phase {
            Phase::Open(until) if until > now => Some(until),
            Phase::HalfOpen { under_way, answered, failed } if under_way + answered + failed >= self.policy.probes => {
                Some(now.after(self.policy.open_for))
            }
            _ => None,
        }
    }

    /// Takes note of how a call ended, and returns what that changed. A call failed when there was no answer, or one
    /// that shows that the target is in trouble.
    pub fn end(&mut self, call: Call, failed: bool, now: Timestamp) -> Option<BreakerChange> {
        if call.epoch != self.epoch {
            return None;
        }
        match &mut self.phase {
            Phase::Closed(calls) => {
                calls.push_back(failed);
                if calls.len() > self.policy.window as usize {
                    calls.pop_front();
                }
            }
            Phase::HalfOpen { under_way, answered, failed: failures } => {
                *under_way = under_way.saturating_sub(1);
                *(if failed { failures } else { answered }) += 1;
            }
            Phase::Open(_) => return None,
        }
        self.decide(now)
    }

    /// Opens at once, whatever the results of other calls: this one showed that nothing can pass at present. None for a
    /// call that began before the last change of state.
    pub fn trip(&mut self, call: Call, now: Timestamp) -> Option<BreakerChange> {
        if call.epoch != self.epoch {
            return None;
        }
        let (calls, failures) = self.seen();
        Some(self.open(calls + 1, failures + 1, now))
    }

    /// A call without a result: it was not made, or this side cut it off. A probe leaves its place to another.
    pub const fn abandon(&mut self, call: Call) {
        if let Phase::HalfOpen { under_way, .. } = &mut self.phase
            && call.epoch == self.epoch
        {
            *under_way = under_way.saturating_sub(1);
        }
    }

    /// Closes it, whatever it has seen. True when it was not closed.
    pub fn close(&mut self) -> bool {
        let was_closed = matches!(self.phase, Phase::Closed(_));
        self.settle();
        !was_closed
    }

    /// Its state. It stays open after `open_for` has passed, until the next call half opens it.
    #[must_use]
    pub const fn state(&self) -> BreakerState {
        match self.phase {
            Phase::Closed(_) => BreakerState::Closed,
            Phase::Open(_) => BreakerState::Open,
            Phase::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// The calls and failures that count at present.
    #[must_use]
    pub fn seen(&self) -> (u32, u32) {
        match &self.phase {
            Phase::Closed(calls) => (count(calls.iter()), count(calls.iter().filter(|failed| **failed))),
            Phase::Open(_) => (0, 0),
            Phase::HalfOpen { answered, failed, .. } => (answered + failed, *failed),
        }
    }

    /// Why it is not closed; none while it is.
    #[must_use]
    pub const fn opening(&self) -> Option<BreakerOpening> {
        self.opening
    }

    fn decide(&mut self, now: Timestamp) -> Option<BreakerChange> {
        let (calls, failures) = self.seen();
        match self.phase {
            Phase::Closed(_) => {
                let opens = calls >= self.policy.minimum && self.too_many(failures, calls);
                opens.then(|| self.open(calls, failures, now))
            }
            Phase::HalfOpen { answered, .. } => {
                // Decided as soon as the calls that are still outstanding can't change the result.
                if self.too_many(failures, self.policy.probes) {
                    Some(self.open(calls, failures, now))
                } else if !self.too_many(self.policy.probes.saturating_sub(answered), self.policy.probes) {
                    self.settle();
                    Some(BreakerChange::Closed)
                } else {
                    None
                }
            }
            Phase::Open(_) => None,
        }
    }

    fn too_many(&self, failures: u32, calls: u32) -> bool {
        failures > 0 && f64::from(failures) >= self.policy.failure_rate * f64::from(calls)
    }

    fn open(&mut self, calls: u32, failures: u32, now: Timestamp) -> BreakerChange {
        let until = now.after(self.policy.open_for);
        let since = self.opening.map_or(now, |opening| opening.since);
        self.opening = Some(BreakerOpening { since, calls, failures, probes: self.opening.is_some() });
        self.enter(Phase::Open(until));
        BreakerChange::Opened { until }
    }

    /// Closes, and forgets why it was open.
    fn settle(&mut self) {
        self.opening = None;
        self.enter(Phase::Closed(VecDeque::new()));
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.epoch += 1;
    }
}

fn count<'a>(calls: impl Iterator<Item = &'a bool>) -> u32 {
    u32::try_from(calls.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_000_000);

    fn breaker() -> Breaker {
        Breaker::new(BreakerPolicy { window: 10, minimum: 4, probes: 4, ..BreakerPolicy::default() })
    }

    fn run(breaker: &mut Breaker, ends: &[bool], now: Timestamp) -> Option<BreakerChange> {
        let mut last = None;
        for failed in ends {
            let call = breaker.admit(now).unwrap();
            last = breaker.end(call, *failed, now);
        }
        last
    }

    const FAILED: bool = true;
    const ANSWERED: bool = false;

    #[test]
    fn it_opens_at_the_rate_but_not_before_the_minimum() {
        let mut breaker = breaker();
        assert_eq!(run(&mut breaker, &[FAILED, FAILED, ANSWERED], START), None);
        let until = START.after(Duration::from_secs(60));
        assert_eq!(run(&mut breaker, &[ANSWERED], START), Some(BreakerChange::Opened { until }));
        assert_eq!(breaker.admit(START), Err(until));
        assert_eq!(breaker.open_until(START), Some(until));
    }

    #[test]
    fn only_the_last_calls_of_the_window_count() {
        let mut breaker = breaker();
        assert_eq!(run(&mut breaker, &[ANSWERED; 10], START), None);
        assert_eq!(run(&mut breaker, &[FAILED; 4], START), None);
        assert!(run(&mut breaker, &[FAILED], START).is_some(), "five of the last ten");
    }

    #[test]
    fn half_open_it_lets_the_probes_pass_and_no_more() {
        let mut breaker = breaker();
        run(&mut breaker, &[FAILED; 4], START);
        let later = START.after(Duration::from_secs(60));
        let calls: Vec<_> = (0..4).map(|_| breaker.admit(later).unwrap()).collect();
        assert!(calls.iter().all(|call| call.probe));
        assert!(breaker.admit(later).is_err());
        breaker.abandon(calls[0]);
        assert!(breaker.admit(later).is_ok(), "a probe that taught nothing leaves its place to another");
    }

    #[test]
    fn it_closes_or_opens_again_as_soon_as_the_result_stands() {
        let later = START.after(Duration::from_secs(60));
        let mut closes = breaker();
        run(&mut closes, &[FAILED; 4], START);
        assert_eq!(run(&mut closes, &[ANSWERED, ANSWERED], later), None);
        assert_eq!(run(&mut closes, &[ANSWERED], later), Some(BreakerChange::Closed), "one failure of four is too few");
        let mut opens = breaker();
        run(&mut opens, &[FAILED; 4], START);
        assert_eq!(run(&mut opens, &[FAILED], later), None);
        assert!(matches!(run(&mut opens, &[FAILED], later), Some(BreakerChange::Opened { .. })));
    }

    #[test]
    fn a_call_from_before_a_change_decides_nothing() {
        let mut breaker = breaker();
        let old = breaker.admit(START).unwrap();
        run(&mut breaker, &[FAILED; 4], START);
        let later = START.after(Duration::from_secs(60));
        run(&mut breaker, &[ANSWERED, ANSWERED], later);
        assert_eq!(breaker.end(old, ANSWERED, later), None);
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
    }

    #[test]
    fn what_opened_it_is_known_until_it_is_closed() {
        let mut breaker = breaker();
        assert_eq!(breaker.opening(), None);
        run(&mut breaker, &[ANSWERED, FAILED, FAILED, FAILED], START);
        let opening = BreakerOpening { since: START, calls: 4, failures: 3, probes: false };
        assert_eq!(breaker.opening(), Some(opening));
        let later = START.after(Duration::from_secs(60));
        run(&mut breaker, &[FAILED, FAILED], later);
        let again = BreakerOpening { since: START, calls: 2, failures: 2, probes: true };
        assert_eq!(breaker.opening(), Some(again), "since the first time, with the numbers of the last");
        let latest = later.after(Duration::from_secs(60));
        assert_eq!(run(&mut breaker, &[ANSWERED; 3], latest), Some(BreakerChange::Closed));
        assert_eq!(breaker.opening(), None);
        let call = breaker.admit(latest).unwrap();
        assert!(breaker.trip(call, latest).is_some());
        let opening = BreakerOpening { since: latest, calls: 1, failures: 1, probes: false };
        assert_eq!(breaker.opening(), Some(opening));
    }

    #[test]
    fn an_operator_can_close_it() {
        let mut breaker = breaker();
        run(&mut breaker, &[FAILED; 4], START);
        assert!(breaker.close());
        assert!(!breaker.close());
        assert!(breaker.admit(START).is_ok());
    }
}
