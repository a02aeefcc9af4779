//! Whether a target gets the next attempt, as a pure state machine: the pause of a target that refuses every delivery, the
//! circuit breaker, the throttle and the retry budget, in this order. A delivery that is held gets the cause and a time; no
//! attempt is spent.
//!
//! The engine's gate combines it with an operator's stop and with the number of concurrent attempts; tests drive it
//! with a clock of their own.

mod attempt;
mod probing;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::breaker::{Breaker, BreakerChange, BreakerOpening, BreakerPolicy, BreakerState, Call};
use crate::budget::{Budget, BudgetPolicy};
use crate::clock::Timestamp;
use crate::delivery::ErrorClass;
use crate::failure_cause::FailureConcern;
use crate::id::DeadLetterId;
use crate::refusals::{Refusal, Refusals};
use crate::skew_corrected_clock::SkewCorrectedClock;
use crate::throttle::{Throttle, ThrottleChange};
use probing::Probing;

pub use attempt::{AttemptEnd, AttemptFailure, AttemptFindings};

/// How long a target that refuses every delivery is left alone before one delivery probes it.
pub const REFUSAL_PAUSE: Duration = Duration::from_secs(30);

/// A target that was asked nothing for this long isn't reported as throttled. Its rate is remembered all the same.
const REMEMBERED: Duration = Duration::from_secs(5);

/// For how long a delivery that was refused before leaves the probe to others.
pub const PREFERENCE: Duration = Duration::from_secs(5);

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
    /// The target is not where the flow says: it redirects, doesn't know the path or the method, or shows a certificate
    /// that isn't accepted.
    WrongEndpoint,
    /// An operator let the target go on, and one delivery is tried before the others.
    Probing,
    /// The circuit breaker is not closed.
    Breaker,
    /// The target answers 429 to everything, and gets its requests one after the other.
    Throttled,
    /// Too many retries just now.
    Budget,
    /// Others wait for the target already.
    OverShare,
}

impl HoldCause {
    /// Every cause.
    pub const ALL: [Self; 8] = [
        Self::Paused,
        Self::Disabled,
        Self::Unauthorized,
        Self::WrongEndpoint,
        Self::Breaker,
        Self::Throttled,
        Self::Budget,
        Self::OverShare,
    ];

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
            Self::WrongEndpoint => "wrong_endpoint",
            Self::Probing => "probing",
            Self::Breaker => "breaker",
            Self::Throttled => "throttled",
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
pub struct Admission {
    /// What the breaker counts.
    call: Option<Call>,
    /// Whether the others wait for it, because an operator let the target go on.
    is_trial: bool,
    /// When it was given, on the corrected scale.
    at: Timestamp,
}

impl Admission {
    /// Whether the attempt is a probe: its failure says nothing about the message.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.is_trial || self.call.is_some_and(|call| call.probe)
    }
}

/// What the end of an attempt changed for the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetHealthChange {
    /// It refuses every delivery, which it did not before, or did for another cause.
    Refused {
        /// Why.
        cause: HoldCause,
        /// When one delivery probes it.
        until: Timestamp,
    },
    /// It refuses no longer.
    Accepted,
    /// The delivery that was tried first has passed: the others follow.
    Proved,
    /// It throttles everything, or no longer does.
    Throttle(ThrottleChange),
    /// The breaker opened, or closed.
    Breaker(BreakerChange),
}

/// Decides whether attempts at one target may be made.
#[derive(Clone, Debug)]
pub struct TargetHealth {
    /// Everything below is on its scale, so that a clock that is set back prolongs no pause.
    corrected: SkewCorrectedClock,
    /// Set while the target refuses every delivery.
    refused: Option<Held>,
    refusals: Refusals,
    probing: Probing,
    breaker: Option<Breaker>,
    throttle: Throttle,
    budget: Budget,
}

impl TargetHealth {
    /// A target that nothing is known of yet: attempts pass.
    #[must_use]
    pub fn new(policy: TargetHealthPolicy) -> Self {
        Self {
            corrected: SkewCorrectedClock::default(),
            refused: None,
            refusals: Refusals::default(),
            probing: Probing::No,
            breaker: policy.breaker.map(Breaker::new),
            throttle: Throttle::default(),
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
        if let Some(held) = self.refused.filter(|held| held.until > now) {
            return Some(held);
        }
        if let Some(until) = self.probing.shut_until(now) {
            return Some(Held { cause: HoldCause::Probing, until });
        }
        if let Some(until) = self.breaker.as_ref().and_then(|breaker| breaker.open_until(now)) {
            return Some(Held { cause: HoldCause::Breaker, until });
        }
        self.throttle.paused_until(now).map(throttled)
    }

    /// Lets an attempt pass, or says why not. `made` attempts were made before this one.
    pub fn admit(&mut self, delivery: DeadLetterId, made: u32, now: Timestamp) -> Result<Admission, Held> {
        let now = self.corrected.at(now);
        self.prefer_others(delivery, now)
            .and_then(|()| self.try_admit(made, now))
            .map_err(|held| self.on_the_wall(held))
    }

    /// While the target refuses every delivery, one that it hasn't refused yet is the better probe: if it is accepted, the
    /// refusals were about their messages.
    fn prefer_others(&self, delivery: DeadLetterId, now: Timestamp) -> Result<(), Held> {
        let Some(refused) = self.refused.filter(|_| self.refusals.has_refused(delivery)) else { return Ok(()) };
        let until = refused.until.after(PREFERENCE);
        if now < until { Err(Held { until, ..refused }) } else { Ok(()) }
    }

    fn try_admit(&mut self, made: u32, now: Timestamp) -> Result<Admission, Held> {
        if let Some(held) = self.is_shut(now) {
            return Err(held);
        }
        let call = self.breaker.as_mut().map(|breaker| breaker.admit(now)).transpose();
        let call = call.map_err(|until| Held { cause: HoldCause::Breaker, until })?;
        let admission = Admission { call, is_trial: false, at: now };
        if let Err(held) = self.within_rate(made, now) {
            self.abandon(admission);
            return Err(held);
        }
        if let Some(held) = &mut self.refused {
            // This one is the probe; the others wait for what it finds.
            held.until = now.after(REFUSAL_PAUSE);
        }
        Ok(Admission { is_trial: self.probing.admit(now, REFUSAL_PAUSE), ..admission })
    }

    /// Whether the throttle and the retry budget allow an attempt.
    fn within_rate(&mut self, made: u32, now: Timestamp) -> Result<(), Held> {
        self.throttle.admit(now).map_err(throttled)?;
        if made == 0 {
            self.budget.first(now);
            return Ok(());
        }
        self.budget.retry(now).map_err(|until| Held { cause: HoldCause::Budget, until })
    }

    /// When a delivery comes back that the throttle holds: one after the other, at the rate that the target allows.
    pub fn assign(&mut self, held: Held, now: Timestamp) -> Held {
        let now = self.corrected.at(now);
        let until = self.throttle.assign(self.corrected.of(held.until), now);
        self.on_the_wall(Held { until, ..held })
    }

    /// Takes note of how an attempt ended.
    pub fn end(&mut self, admission: Admission, end: AttemptEnd, now: Timestamp) -> AttemptFindings {
        let now = self.corrected.at(now);
        if end.failure.is_some_and(|failure| failure.class == ErrorClass::Unsendable) {
            self.not_sent(admission, now);
            return AttemptFindings::default();
        }
        let held_for = end.failure.and_then(AttemptFailure::hold);
        let mut findings = match end.failure.zip(held_for) {
            Some((failure, cause)) => {
                self.abandon(admission);
                self.refused(admission, end.delivery, failure, cause, now)
            }
            None if admission.is_trial && end.says_gone() => {
                // As the operator knows by now, it is the target's doing. It will be stopped again; until then, none follows.
                self.abandon(admission);
                self.probing = Probing::UnderWay(now.after(REFUSAL_PAUSE));
                AttemptFindings { changes: Vec::new(), refusal: Some(Refusal::OfTarget { again: false }) }
            }
            None => AttemptFindings { changes: self.answered(admission, end, now), refusal: None },
        };
        for change in &mut findings.changes {
            if let TargetHealthChange::Refused { until, .. }
            | TargetHealthChange::Breaker(BreakerChange::Opened { until }) = change
            {
                *until = self.corrected.wall(*until);
            }
        }
        findings
    }

    /// Nothing was sent, so nothing was learned of the target: if this was to be the probe, the next delivery is.
    fn not_sent(&mut self, admission: Admission, now: Timestamp) {
        self.abandon(admission);
        if let Some(held) = &mut self.refused
            && held.until == admission.at.after(REFUSAL_PAUSE)
        {
            held.until = now;
        }
    }

    /// The delivery was refused, which is the target's doing or the message's.
    fn refused(
        &mut self,
        admission: Admission,
        delivery: DeadLetterId,
        failure: AttemptFailure,
        cause: HoldCause,
        now: Timestamp,
    ) -> AttemptFindings {
        let mut refusal = self.refusals.refuse(delivery);
        let is_tried = admission.is_trial && refusal == Refusal::Undecided;
        let is_targets =
            failure.cause.concern() == FailureConcern::Target && !matches!(refusal, Refusal::OfTarget { .. });
        if is_tried || is_targets {
            refusal = Refusal::OfTarget { again: false };
        }
        let before = self.refused.map(|held| held.cause);
        if before.is_none() && !matches!(refusal, Refusal::OfTarget { .. }) {
            return AttemptFindings { changes: Vec::new(), refusal: Some(refusal) };
        }
        let until = now.after(REFUSAL_PAUSE);
        self.refused = Some(Held { cause, until });
        self.probing = Probing::No;
        let is_news = before != Some(cause);
        let changes = if is_news { vec![TargetHealthChange::Refused { cause, until }] } else { Vec::new() };
        AttemptFindings { changes, refusal: Some(refusal) }
    }

    /// The target answered otherwise, or not at all.
    fn answered(&mut self, admission: Admission, end: AttemptEnd, now: Timestamp) -> Vec<TargetHealthChange> {
        let delivery = end.delivery;
        let error = end.failure.map(|failure| failure.class);
        let failed = error.is_some_and(ErrorClass::is_trouble);
        if matches!(error, None | Some(ErrorClass::Permanent)) {
            self.refusals.accept(delivery);
        }
        let throttle = self.throttled(admission, end, now).map(TargetHealthChange::Throttle);
        let call = self.breaker.as_mut().zip(admission.call);
        let change = call.and_then(|(breaker, call)| match error {
            Some(ErrorClass::NoSpace) => breaker.trip(call, now),
            _ => breaker.end(call, failed, now),
        });
        let change = change.map(TargetHealthChange::Breaker);
        // No answer proves nothing about what it refuses.
        let accepted = !failed && self.forget_refusal();
        let proved = admission.is_trial && !failed && std::mem::take(&mut self.probing).is_on();
        let accepted = accepted.then_some(TargetHealthChange::Accepted);
        let proved = proved.then_some(TargetHealthChange::Proved);
        change.into_iter().chain(accepted).chain(proved).chain(throttle).collect()
    }

    /// What the answer shows about the rate at which the target takes requests.
    fn throttled(&mut self, admission: Admission, end: AttemptEnd, now: Timestamp) -> Option<ThrottleChange> {
        match end.failure.map(|failure| failure.class) {
            Some(ErrorClass::Throttled) => self.throttle.refused(admission.at, end.retry_after, now),
            None | Some(ErrorClass::Permanent) => self.throttle.passed(),
            Some(_) => None,
        }
    }

    /// An attempt without a result: it was not made, or this side cut it off.
    pub fn abandon(&mut self, admission: Admission) {
        if let Some((breaker, call)) = self.breaker.as_mut().zip(admission.call) {
            breaker.abandon(call);
        }
        if admission.is_trial && self.probing.is_on() {
            self.probing = Probing::Next;
        }
    }

    /// Forgets that the target refuses every delivery: an operator has mended something, or wants another attempt. True
    /// when it did.
    pub fn forget_refusal(&mut self) -> bool {
        self.refused.take().is_some()
    }

    /// An operator lets a target go on that was gone, or refused every delivery: one delivery is tried before the others.
    pub fn begin_probing(&mut self) {
        self.probing = Probing::Next;
    }

    /// Whether one delivery is tried before the others.
    #[must_use]
    pub const fn is_probing(&self) -> bool {
        self.probing.is_on()
    }

    /// The target refused every delivery before this began: the next delivery is a probe.
    pub fn expect_refusal(&mut self, cause: HoldCause, now: Timestamp) {
        let until = self.corrected.at(now);
        self.refused = Some(Held { cause, until });
    }

    /// Closes the breaker, whatever it has seen. True when it was not closed.
    pub fn close_breaker(&mut self) -> bool {
        self.breaker.as_mut().is_some_and(Breaker::close)
    }

    /// Why and until when the target is left alone because it refuses every delivery.
    #[must_use]
    pub fn refused_until(&self) -> Option<Held> {
        self.refused.map(|held| self.on_the_wall(held))
    }

    /// The least time between two requests, and until when the target asked to be left alone; none when it isn't
    /// throttled.
    #[must_use]
    pub fn throttle(&mut self, now: Timestamp) -> Option<(Duration, Timestamp)> {
        let now = self.corrected.at(now);
        let gap = self.throttle.gap().filter(|_| self.throttle.resumes().after(REMEMBERED) > now)?;
        Some((gap, self.corrected.wall(self.throttle.resumes())))
    }

    /// Sends at full speed again, whatever the target answered.
    pub fn end_throttle(&mut self) {
        self.throttle.end();
    }

    /// The breaker's state, and the calls and failures that count at present; none without a breaker.
    #[must_use]
    pub fn breaker(&self) -> Option<(BreakerState, u32, u32)> {
        let breaker = self.breaker.as_ref()?;
        let (calls, failures) = breaker.seen();
        Some((breaker.state(), calls, failures))
    }

    /// Why the breaker is not closed; none while it is, or without one.
    #[must_use]
    pub fn breaker_opening(&self) -> Option<BreakerOpening> {
        let opening = self.breaker.as_ref()?.opening()?;
        Some(BreakerOpening { since: self.corrected.wall(opening.since), ..opening })
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

const fn throttled(until: Timestamp) -> Held {
    Held { cause: HoldCause::Throttled, until }
}

#[cfg(test)]
mod tests;
