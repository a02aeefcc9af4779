//! Whether a target gets the next attempt, as a pure state machine: the pause after refused credentials, the circuit
//! breaker and the retry budget, in this order. A delivery that is held gets the cause and a time; no attempt is spent.
//!
//! The engine's gate combines it with an operator's stop and with the number of concurrent attempts; tests drive it
//! with a clock of their own.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::breaker::{Breaker, BreakerChange, BreakerPolicy, BreakerState, Call};
use crate::budget::{Budget, BudgetPolicy};
use crate::clock::Timestamp;
use crate::delivery::ErrorClass;
use crate::id::DeadLetterId;
use crate::refusals::{Refusal, Refusals};
use crate::skew_corrected_clock::SkewCorrectedClock;

/// How long a target that refuses the host's credentials is left alone before one delivery probes it.
pub const REFUSAL_PAUSE: Duration = Duration::from_secs(30);

/// The limits for attempts at a target.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct TargetHealthPolicy {
    /// None: no breaker.
    pub breaker: Option<BreakerPolicy>,
    /// How many retries.
    pub budget: BudgetPolicy,
}

/// Why a delivery is not attempted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldCause {
    /// An operator paused the target.
    Paused,
    /// The target is disabled: it answered 410, or an operator disabled it.
    Disabled,
    /// The target refuses the host's credentials.
    Unauthorized,
    /// The circuit breaker is not closed.
    Breaker,
    /// Too many retries just now.
    Budget,
    /// Others wait for the target already.
    OverShare,
}

impl HoldCause {
    /// Whether it may end without an operator, so that some delivery has to try.
    #[must_use]
    pub const fn ends_by_itself(self) -> bool {
        !matches!(self, Self::Paused | Self::Disabled)
    }

    /// The cause as metrics spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Disabled => "disabled",
            Self::Unauthorized => "unauthorized",
            Self::Breaker => "breaker",
            Self::Budget => "budget",
            Self::OverShare => "over_share",
        }
    }
}

/// A delivery is not attempted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Why.
    pub cause: HoldCause,
    /// When to try again, if nothing changes before.
    pub until: Timestamp,
}

/// The right to one attempt; its result must be passed to [`TargetHealth::end`] or [`TargetHealth::abandon`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an attempt that is never ended may hold a probe's place"]
pub struct Admission(Option<Call>);

impl Admission {
    /// Whether the attempt is a probe: its failure says nothing about the message.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.0.is_some_and(|call| call.probe)
    }
}

/// What the end of an attempt changed for the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetHealthChange {
    /// It refuses the host's credentials, which it did not before.
    Refused {
        /// When one delivery probes it.
        until: Timestamp,
    },
    /// It accepts them again.
    Accepted,
    /// The breaker opened, or closed.
    Breaker(BreakerChange),
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug)]
pub struct AttemptEnd {
    /// Which delivery was attempted.
    pub delivery: DeadLetterId,
    /// Why it failed; none: it did not.
    pub error: Option<ErrorClass>,
}

/// What the end of an attempt showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttemptFindings {
    /// What changed for the target.
    pub changes: Vec<TargetHealthChange>,
    /// What a refusal is about; none when the attempt was not refused.
    pub refusal: Option<Refusal>,
}

/// Decides whether attempts at one target may be made.
#[derive(Clone, Debug)]
pub struct TargetHealth {
    /// Everything below is on its scale, so that a clock that is set back prolongs no pause.
    corrected: SkewCorrectedClock,
    refused_until: Option<Timestamp>,
    refusals: Refusals,
    breaker: Option<Breaker>,
    budget: Budget,
}

impl TargetHealth {
    /// A target that nothing is known of yet: attempts pass.
    #[must_use]
    pub fn new(policy: TargetHealthPolicy) -> Self {
        Self {
            corrected: SkewCorrectedClock::default(),
            refused_until: None,
            refusals: Refusals::default(),
            breaker: policy.breaker.map(Breaker::new),
            budget: Budget::new(policy.budget),
        }
    }

    /// Why nothing passes now, without asking for an attempt; none when one might pass.
    #[must_use]
    pub fn shut(&mut self, now: Timestamp) -> Option<Held> {
        let now = self.corrected.at(now);
        self.is_shut(now).map(|held| self.on_the_wall(held))
    }

    fn is_shut(&self, now: Timestamp) -> Option<Held> {
        if let Some(until) = self.refused_until.filter(|until| *until > now) {
            return Some(Held { cause: HoldCause::Unauthorized, until });
        }
        let until = self.breaker.as_ref()?.open_until(now)?;
        Some(Held { cause: HoldCause::Breaker, until })
    }

    /// Lets an attempt pass, or says why not. `made` attempts were made before this one.
    pub fn admit(&mut self, made: u32, now: Timestamp) -> Result<Admission, Held> {
        let now = self.corrected.at(now);
        self.try_admit(made, now).map_err(|held| self.on_the_wall(held))
    }

    fn try_admit(&mut self, made: u32, now: Timestamp) -> Result<Admission, Held> {
        if let Some(held) = self.is_shut(now) {
            return Err(held);
        }
        let call = self.breaker.as_mut().map(|breaker| breaker.admit(now)).transpose();
        let call = call.map_err(|until| Held { cause: HoldCause::Breaker, until })?;
        if made == 0 {
            self.budget.first(now);
        } else if let Err(until) = self.budget.retry(now) {
            self.abandon(Admission(call));
            return Err(Held { cause: HoldCause::Budget, until });
        }
        if self.refused_until.is_some() {
            // This one is the probe; the others wait for what it finds.
            self.refused_until = Some(now.after(REFUSAL_PAUSE));
        }
        Ok(Admission(call))
    }

    /// Takes note of how an attempt ended.
    pub fn end(&mut self, admission: Admission, end: AttemptEnd, now: Timestamp) -> AttemptFindings {
        let now = self.corrected.at(now);
        let mut findings = if end.error == Some(ErrorClass::Unauthorized) {
            self.abandon(admission);
            self.refused(end.delivery, now)
        } else {
            AttemptFindings { changes: self.answered(admission, end, now), refusal: None }
        };
        for change in &mut findings.changes {
            if let TargetHealthChange::Refused { until }
            | TargetHealthChange::Breaker(BreakerChange::Opened { until }) = change
            {
                *until = self.corrected.wall(*until);
            }
        }
        findings
    }

    fn refused(&mut self, delivery: DeadLetterId, now: Timestamp) -> AttemptFindings {
        let refusal = self.refusals.refuse(delivery);
        let is_paused = self.refused_until.is_some();
        if !is_paused && !matches!(refusal, Refusal::OfTarget { .. }) {
            return AttemptFindings { changes: Vec::new(), refusal: Some(refusal) };
        }
        let until = now.after(REFUSAL_PAUSE);
        self.refused_until = Some(until);
        let changes = if is_paused { Vec::new() } else { vec![TargetHealthChange::Refused { until }] };
        AttemptFindings { changes, refusal: Some(refusal) }
    }

    /// The target answered otherwise, or not at all.
    fn answered(&mut self, admission: Admission, end: AttemptEnd, now: Timestamp) -> Vec<TargetHealthChange> {
        let AttemptEnd { delivery, error } = end;
        let failed = error.is_some_and(ErrorClass::is_trouble);
        if matches!(error, None | Some(ErrorClass::Permanent)) {
            self.refusals.accept(delivery);
        }
        let call = self.breaker.as_mut().zip(admission.0);
        let change = call.and_then(|(breaker, call)| match error {
            Some(ErrorClass::NoSpace) => breaker.trip(call, now),
            _ => breaker.end(call, failed, now),
        });
        let change = change.map(TargetHealthChange::Breaker);
        // No answer proves nothing about credentials.
        let accepted = !failed && self.forget_refusal();
        change.into_iter().chain(accepted.then_some(TargetHealthChange::Accepted)).collect()
    }

    /// An attempt without a result: it was not made, or this side cut it off.
    pub fn abandon(&mut self, admission: Admission) {
        if let Some((breaker, call)) = self.breaker.as_mut().zip(admission.0) {
            breaker.abandon(call);
        }
    }

    /// Forgets that credentials were refused: an operator has replaced them, or wants another attempt. True when they
    /// were.
    pub fn forget_refusal(&mut self) -> bool {
        self.refused_until.take().is_some()
    }

    /// Closes the breaker, whatever it has seen. True when it was not closed.
    pub fn close_breaker(&mut self) -> bool {
        self.breaker.as_mut().is_some_and(Breaker::close)
    }

    /// Until when the target is left alone because it refuses the host's credentials.
    #[must_use]
    pub fn refused_until(&self) -> Option<Timestamp> {
        self.refused_until.map(|until| self.corrected.wall(until))
    }

    /// The breaker's state, and the calls and failures that count at present; none without a breaker.
    #[must_use]
    pub fn breaker(&self) -> Option<(BreakerState, u32, u32)> {
        let breaker = self.breaker.as_ref()?;
        let (calls, failures) = breaker.seen();
        Some((breaker.state(), calls, failures))
    }

    /// Retries within the budget's window, and the most there may be.
    #[must_use]
    pub fn retries(&self) -> (u32, f64) {
        let (firsts, retries) = self.budget.spent();
        (retries, self.budget.allowance(firsts))
    }

    fn on_the_wall(&self, held: Held) -> Held {
        Held { until: self.corrected.wall(held.until), ..held }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MessageId;

    const START: Timestamp = Timestamp(1_000_000);

    fn ended(error: Option<ErrorClass>) -> AttemptEnd {
        AttemptEnd { delivery: delivery(), error }
    }

    fn delivery() -> DeadLetterId {
        DeadLetterId { message: MessageId::generate(), position: Some(0) }
    }

    fn health() -> TargetHealth {
        let breaker = BreakerPolicy { minimum: 2, ..BreakerPolicy::default() };
        TargetHealth::new(TargetHealthPolicy { breaker: Some(breaker), budget: BudgetPolicy::default() })
    }

    #[test]
    fn refused_credentials_let_one_probe_through_when_the_pause_ends() {
        let mut health = health();
        let admission = health.admit(0, START).unwrap();
        let until = START.after(REFUSAL_PAUSE);
        assert_eq!(
            health.end(admission, ended(Some(ErrorClass::Unauthorized)), START).changes,
            [TargetHealthChange::Refused { until }]
        );
        assert_eq!(health.admit(0, START), Err(Held { cause: HoldCause::Unauthorized, until }));
        let probe = health.admit(0, until).unwrap();
        assert!(health.admit(0, until).is_err(), "only one probe at a time");
        assert_eq!(health.end(probe, ended(None), until).changes, [TargetHealthChange::Accepted]);
        assert!(health.admit(0, until).is_ok());
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nothing_shut_for_longer() {
        let hours = Duration::from_secs(6 * 3600);
        let mut health = health();
        for _ in 0..2 {
            let admission = health.admit(0, START.after(hours)).unwrap();
            health.end(admission, ended(Some(ErrorClass::Timeout)), START.after(hours));
        }
        let held = health.shut(START).unwrap();
        assert_eq!((held.cause, held.until), (HoldCause::Breaker, START.after(BreakerPolicy::default().open_for)));
        assert!(health.shut(held.until).is_none());
        assert!(health.admit(0, held.until).is_ok());
    }

    #[test]
    fn a_target_that_refuses_for_good_is_at_work_and_opens_no_breaker() {
        let mut health = health();
        for class in [ErrorClass::Permanent, ErrorClass::Throttled, ErrorClass::Redirected, ErrorClass::Unauthorized] {
            let admission = health.admit(0, START).unwrap();
            health.end(admission, ended(Some(class)), START);
            health.forget_refusal();
        }
        assert_eq!(health.breaker(), Some((BreakerState::Closed, 3, 0)));
    }

    #[test]
    fn a_target_without_space_opens_the_breaker_at_once_and_the_first_success_of_the_probes_counts() {
        let policy = BreakerPolicy { probes: 1, ..BreakerPolicy::default() };
        let mut health =
            TargetHealth::new(TargetHealthPolicy { breaker: Some(policy), budget: BudgetPolicy::default() });
        let admission = health.admit(0, START).unwrap();
        let until = START.after(policy.open_for);
        let opened = |until| [TargetHealthChange::Breaker(BreakerChange::Opened { until })];
        assert_eq!(health.end(admission, ended(Some(ErrorClass::NoSpace)), START).changes, opened(until));
        assert_eq!(health.admit(0, START).unwrap_err().cause, HoldCause::Breaker);
        let probe = health.admit(0, until).unwrap();
        let again = until.after(policy.open_for);
        assert_eq!(health.end(probe, ended(Some(ErrorClass::NoSpace)), until).changes, opened(again));
        let probe = health.admit(0, again).unwrap();
        assert_eq!(health.end(probe, ended(None), again).changes, [TargetHealthChange::Breaker(BreakerChange::Closed)]);
    }

    #[test]
    fn an_open_breaker_holds_first_attempts_and_retries_and_draws_on_no_budget() {
        let mut health = health();
        for _ in 0..2 {
            let admission = health.admit(0, START).unwrap();
            health.end(admission, ended(Some(ErrorClass::Timeout)), START);
        }
        let spent = health.retries();
        for made in [0, 1] {
            assert_eq!(health.admit(made, START).unwrap_err().cause, HoldCause::Breaker);
        }
        assert_eq!(health.retries(), spent);
        assert!(health.close_breaker());
        assert!(health.admit(1, START).is_ok());
    }
}
