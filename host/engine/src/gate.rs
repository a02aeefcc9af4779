//! The gate before a target: whether a delivery may be attempted now, and how many are attempted at once.
//!
//! It checks in this order; a delivery that is held back returns to the queue and spends no attempt:
//!
//! 1. `stop`: whether the target is paused or disabled.
//! 2. [`TargetHealth`]: whether it refuses every delivery, circuit breaker, throttle, retry budget.
//! 3. `fair_share`: whether the target exceeds its share of the flow's in-flight limit.
//! 4. `concurrency`: how many deliveries are under way at once.
//!
//! `retry_spread` says when held deliveries come back. `opening` wakes them as soon as the gate opens, so that whoever
//! opens a gate need not wake the queue as well.

mod concurrency;
mod fair_share;
mod opening;
mod retry_spread;
mod stop;
#[cfg(test)]
mod tests;

use std::time::Duration;

use gantry_core::target_health::{Admission, AttemptEnd, AttemptFailure, AttemptFindings, Held, TargetHealthChange};
use gantry_core::throttle::ThrottleChange;
use gantry_core::{
    BreakerChange, BreakerOpening, BreakerState, Clock, DeadLetterId, ErrorClass, HoldCause, TargetHealth,
    TargetHealthPolicy, TargetStop, Timestamp,
};
use parking_lot::Mutex;
use tokio::sync::{SemaphorePermit, watch};

use crate::target_stops::StopFlag;
use concurrency::Concurrency;
use fair_share::{FairShare, Inside, KEEP_UP_WITHIN};
use opening::Opening;
use retry_spread::RetrySpread;
use stop::Stop;

pub use fair_share::Share;
pub use opening::{OpenEpoch, WakeQueue};

/// Admits deliveries to one target.
pub struct Gate {
    stop: Stop,
    health: Mutex<TargetHealth>,
    fair_share: FairShare,
    concurrency: Concurrency,
    retry_spread: RetrySpread,
    opening: Opening,
    /// Why the target refuses every delivery, the last time that it did.
    refusal_reason: Mutex<String>,
    /// How long a delivery waits for a permit before it checks the gate again.
    permit_timeout: Duration,
}

/// The attempt that asks for admission.
#[derive(Clone, Copy, Debug)]
pub struct NextAttempt {
    /// Which delivery.
    pub delivery: DeadLetterId,
    /// How many attempts were made before this one.
    pub made: u32,
    /// How much of the flow's in-flight limit the message takes.
    pub bytes: usize,
}

/// How much a gate lets through.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most deliveries under way at once.
    pub concurrency: usize,
    /// The target's share of its flow's in-flight limit; none when it is the flow's only target.
    pub share: Option<Share>,
}

/// The state of a gate, for reports.
pub struct GateStatus {
    /// Why the target is paused or disabled; none when it is neither.
    pub stop: Option<TargetStop>,
    /// An operator let the target go on, and one delivery is tried before the others.
    pub probing: bool,
    /// Set while the target refuses every delivery.
    pub refusal: Option<RefusalStatus>,
    /// Set while the target answers 429 to everything: the least time between two requests, and when the next may be sent.
    pub throttle: Option<(Duration, Timestamp)>,
    /// The breaker's state, the calls in its window, and how many of them failed; none without a breaker.
    pub breaker: Option<(BreakerState, u32, u32)>,
    /// Why the breaker is not closed; none while it is.
    pub opening: Option<BreakerOpening>,
    /// When an open breaker lets a probe through.
    pub open_until: Option<Timestamp>,
    /// Retries within the window of the retry budget, and how many the budget allows.
    pub retries: (u32, f64),
    /// Attempts under way.
    pub under_way: usize,
    /// Deliveries inside the gate: under way, or waiting for one of those to end.
    pub inside: usize,
}

/// A target refuses every delivery.
pub struct RefusalStatus {
    /// What is wrong.
    pub cause: HoldCause,
    /// When one delivery probes it.
    pub until: Timestamp,
    /// What it answers.
    pub reason: String,
}

/// The right to one attempt. If it is dropped before [`Admitted::end`], the attempt counts as neither success nor
/// failure.
pub struct Admitted<'a> {
    gate: &'a Gate,
    admission: Option<Admission>,
    is_probe: bool,
    _inside: Inside<'a>,
    _permit: SemaphorePermit<'a>,
}

impl Gate {
    /// A gate with these limits. It is shut while the flag is set, and calls `wake_queue` when it opens.
    pub fn new(limits: Limits, policy: TargetHealthPolicy, stop: StopFlag, wake_queue: WakeQueue) -> Self {
        Self {
            stop: Stop::new(stop),
            health: Mutex::new(TargetHealth::new(policy)),
            fair_share: FairShare::new(limits.share),
            concurrency: Concurrency::new(limits.concurrency),
            retry_spread: RetrySpread::default(),
            opening: Opening::new(wake_queue),
            refusal_reason: Mutex::default(),
            permit_timeout: KEEP_UP_WITHIN,
        }
    }

    /// Waits until the delivery may be attempted; returns at once when it is held back.
    pub async fn enter(&self, attempt: NextAttempt, clock: &dyn Clock) -> Result<Admitted<'_>, Held> {
        self.check(clock.now())?;
        let inside = self.fair_share.enter(attempt.bytes, clock.now());
        self.fair_share.admit(clock.now())?;
        let permit = self.permit(clock).await?;
        let admission = self.admit(attempt, clock).await?;
        let is_probe = admission.is_probe();
        Ok(Admitted { gate: self, admission: Some(admission), is_probe, _inside: inside, _permit: permit })
    }

    /// Waits for another delivery to end. For a target that doesn't keep up, no more deliveries wait than its share.
    async fn permit(&self, clock: &dyn Clock) -> Result<SemaphorePermit<'_>, Held> {
        loop {
            match tokio::time::timeout(self.permit_timeout, self.concurrency.acquire()).await {
                Ok(Some(permit)) => return Ok(permit),
                Err(_) if !self.fair_share.is_exceeded() => self.check(clock.now())?,
                Err(_) | Ok(None) => return Err(self.fair_share.hold(clock.now())),
            }
        }
    }

    /// Waits for its turn at a target that throttles, unless that is far off.
    async fn admit(&self, attempt: NextAttempt, clock: &dyn Clock) -> Result<Admission, Held> {
        loop {
            let now = clock.now();
            self.check(now)?;
            let held = match self.health.lock().admit(attempt.delivery, attempt.made, now) {
                Ok(admission) => return Ok(admission),
                Err(held) => held,
            };
            let wait = held.until.since(now);
            if held.cause != HoldCause::Throttled {
                return Err(held);
            }
            if wait > KEEP_UP_WITHIN {
                return Err(self.spread(held, now));
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// How often the gate has opened so far.
    pub fn open_epoch(&self) -> OpenEpoch {
        self.opening.epoch()
    }

    /// Receives every opening from now on.
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.opening.subscribe()
    }

    /// Wakes the queue if the gate has opened since. Call it once a held message is back in the queue.
    pub fn wake_if_missed(&self, since: OpenEpoch) {
        self.opening.wake_if_missed(since);
    }

    /// Until when the gate lets nothing through; none when it is open.
    pub fn shut_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.hold(now).map(|held| held.until)
    }

    /// Keeps why the target refuses every delivery, for reports.
    pub fn set_refusal_reason(&self, reason: String) {
        *self.refusal_reason.lock() = reason;
    }

    /// Resumes the target. If it refused every delivery, one is tried at once, and the others follow when it has passed.
    pub fn resume(&self) {
        let mut health = self.health.lock();
        if health.forget_refusal() {
            health.begin_probing();
        }
        health.end_throttle();
        drop(health);
        self.open();
    }

    /// Enables the target: one delivery is tried at once, and the others follow when it has passed.
    pub fn enable(&self) {
        self.health.lock().begin_probing();
        self.resume();
    }

    /// A pause has ended at its time: what it held back is tried, unless something else holds it.
    pub fn end_pause(&self) {
        self.open();
    }

    /// Closes the breaker. Returns whether it was open.
    pub fn close_breaker(&self) -> bool {
        let was_open = self.health.lock().close_breaker();
        self.open();
        was_open
    }

    /// Changes the target's share. Deliveries that were held because of the old share come back.
    pub fn set_share(&self, share: Option<Share>) {
        if self.fair_share.set(share) {
            self.open();
        }
    }

    /// Takes over from the gate before that the target refused every delivery. One is sent at once as a probe: if it is
    /// accepted, that is said, as it would have been without the change.
    pub fn inherit_refusal(&self, before: &Self, now: Timestamp) {
        let Some(Held { cause, .. }) = before.health.lock().refused_until() else { return };
        self.health.lock().expect_refusal(cause, now);
        self.set_refusal_reason(before.refusal_reason.lock().clone());
    }

    /// Another gate replaces this one: what this one held back, or will hold back, goes to the new one.
    pub fn replace(&self) {
        self.retry_spread.reset();
        self.opening.replace();
    }

    /// The state of the gate, for reports.
    pub fn status(&self, now: Timestamp) -> GateStatus {
        let mut health = self.health.lock();
        let open_until = health.shut(now).filter(|held| held.cause == HoldCause::Breaker).map(|held| held.until);
        GateStatus {
            stop: self.stop.current(),
            probing: health.is_probing(),
            refusal: health.refused_until().map(|Held { cause, until }| RefusalStatus {
                cause,
                until,
                reason: self.refusal_reason.lock().clone(),
            }),
            throttle: health.throttle(now),
            breaker: health.breaker(),
            opening: health.breaker_opening(),
            open_until,
            retries: health.retries(),
            under_way: self.concurrency.under_way(),
            inside: self.fair_share.deliveries(),
        }
    }

    /// What holds every delivery back now, if anything does.
    fn hold(&self, now: Timestamp) -> Option<Held> {
        self.stop.hold(now).or_else(|| self.health.lock().shut(now))
    }

    /// Whether a delivery may go on; if not, when it comes back.
    fn check(&self, now: Timestamp) -> Result<(), Held> {
        self.hold(now).map_or(Ok(()), |held| Err(self.spread(held, now)))
    }

    /// Replaces the time by the one at which this delivery comes back.
    fn spread(&self, held: Held, now: Timestamp) -> Held {
        match held.cause {
            HoldCause::Throttled => self.health.lock().assign(held, now),
            _ => self.retry_spread.assign(held, now),
        }
    }

    /// Lets held deliveries through.
    fn open(&self) {
        self.retry_spread.reset();
        self.opening.notify();
    }

    fn answered(&self, now: Timestamp) {
        self.fair_share.answered(now);
        self.concurrency.grow();
    }
}

impl Admitted<'_> {
    /// Whether the attempt is a probe: it finds out if the target works again.
    pub const fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// Reports how the attempt ended.
    pub fn end(mut self, end: AttemptEnd, now: Timestamp) -> AttemptFindings {
        let Some(admission) = self.admission.take() else { return AttemptFindings::default() };
        let is_answer = end
            .failure
            .is_none_or(|AttemptFailure { class, .. }| !class.is_trouble() && class != ErrorClass::Throttled);
        let findings = self.gate.health.lock().end(admission, end, now);
        if is_answer && findings.refusal.is_none() {
            self.gate.answered(now);
        }
        for change in &findings.changes {
            match change {
                TargetHealthChange::Breaker(BreakerChange::Opened { .. })
                | TargetHealthChange::Throttle(ThrottleChange::Began) => self.gate.concurrency.shrink(),
                TargetHealthChange::Breaker(BreakerChange::Closed)
                | TargetHealthChange::Throttle(ThrottleChange::Ended)
                | TargetHealthChange::Accepted
                | TargetHealthChange::Proved => self.gate.open(),
                TargetHealthChange::Refused { .. } => {}
            }
        }
        findings
    }
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        if let Some(admission) = self.admission.take() {
            self.gate.health.lock().abandon(admission);
        }
    }
}
