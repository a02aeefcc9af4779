//! The gate before a target: whether a delivery may be attempted now, and how many are attempted at once.
//!
//! It asks in this order, and who is held back goes into the queue again and spends no attempt:
//!
//! 1. `stop`: what an operator says.
//! 2. [`TargetHealth`]: refused credentials, circuit breaker, retry budget.
//! 3. `fair_share`: whether the target takes more than its share of what the flow may have in flight.
//! 4. `concurrency`: how many deliveries are under way at once.
//!
//! `retry_spread` says when those that were held back come back, and `opening` has them looked at again as soon as what
//! held them is over: nobody who opens a gate has to wake the queue as well.

mod concurrency;
mod fair_share;
mod opening;
mod retry_spread;
mod stop;
#[cfg(test)]
mod tests;

use std::time::Duration;

use gantry_core::target_health::{Admission, Held, TargetHealthChange};
use gantry_core::{
    BreakerChange, BreakerState, Clock, ErrorClass, HoldCause, TargetHealth, TargetHealthPolicy, TargetStop, Timestamp,
};
use parking_lot::Mutex;
use tokio::sync::{SemaphorePermit, watch};

use crate::target_stops::StopFlag;
use concurrency::Concurrency;
use fair_share::{FairShare, Inside, KEEPS_UP};
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
    /// How long a delivery waits for another one to end before it looks at the gate again.
    patience: Duration,
}

/// How much passes a gate.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most deliveries under way at once.
    pub concurrency: usize,
    /// What the target may take of what its flow may have in flight; none when it is the flow's only one.
    pub share: Option<Share>,
}

/// What a gate shows of itself.
pub struct GateStatus {
    /// Somebody stopped it; none while nobody has.
    pub stop: Option<TargetStop>,
    /// When refused credentials are tried again; none while they aren't refused.
    pub refused_until: Option<Timestamp>,
    /// Its state, the calls it judges by, and how many of them failed; none without a breaker.
    pub breaker: Option<(BreakerState, u32, u32)>,
    /// When an open breaker lets a probe through.
    pub open_until: Option<Timestamp>,
    /// Retries within the window of the budget, and the most there may be.
    pub retries: (u32, f64),
    /// Attempts under way.
    pub under_way: usize,
    /// Deliveries within: under way, or waiting for one of those to end.
    pub inside: usize,
}

/// The right to one attempt. Dropped before [`Admitted::end`], the attempt taught nothing.
pub struct Admitted<'a> {
    gate: &'a Gate,
    admission: Option<Admission>,
    is_probe: bool,
    _inside: Inside<'a>,
    _permit: SemaphorePermit<'a>,
}

impl Gate {
    /// A gate with these limits, held shut while the flag is set; opening it calls `wake_queue`.
    pub fn new(limits: Limits, policy: TargetHealthPolicy, stop: StopFlag, wake_queue: WakeQueue) -> Self {
        Self {
            stop: Stop::new(stop),
            health: Mutex::new(TargetHealth::new(policy)),
            fair_share: FairShare::new(limits.share),
            concurrency: Concurrency::new(limits.concurrency),
            retry_spread: RetrySpread::default(),
            opening: Opening::new(wake_queue),
            patience: KEEPS_UP,
        }
    }

    /// Waits until the delivery may be attempted; answers at once when it is held back. `made` attempts were made before
    /// this one; the message takes so many `bytes` of what the flow may have in flight.
    pub async fn enter(&self, made: u32, bytes: usize, clock: &dyn Clock) -> Result<Admitted<'_>, Held> {
        self.check(clock.now())?;
        let inside = self.fair_share.enter(bytes, clock.now());
        self.fair_share.admit(clock.now())?;
        let permit = self.permit(clock).await?;
        let now = clock.now();
        self.check(now)?;
        let admission = self.health.lock().admit(made, now)?;
        let is_probe = admission.is_probe();
        Ok(Admitted { gate: self, admission: Some(admission), is_probe, _inside: inside, _permit: permit })
    }

    /// Waits for another delivery to end. Behind a target that doesn't keep up, no more wait than its share.
    async fn permit(&self, clock: &dyn Clock) -> Result<SemaphorePermit<'_>, Held> {
        loop {
            match tokio::time::timeout(self.patience, self.concurrency.acquire()).await {
                Ok(Some(permit)) => return Ok(permit),
                Err(_) if !self.fair_share.is_exceeded() => self.check(clock.now())?,
                Err(_) | Ok(None) => return Err(self.fair_share.send_away(clock.now())),
            }
        }
    }

    /// How often the gate has opened so far.
    pub fn open_epoch(&self) -> OpenEpoch {
        self.opening.epoch()
    }

    /// Hears of every opening from now on.
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.opening.subscribe()
    }

    /// A message that was held back is in the queue again: wakes it if the gate has opened in the meantime.
    pub fn wake_if_missed(&self, since: OpenEpoch) {
        self.opening.wake_if_missed(since);
    }

    /// Until when nothing passes; none when something might.
    pub fn shut_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.hold(now).map(|held| held.until)
    }

    /// Somebody let the target go on: refused credentials are tried at once.
    pub fn resume(&self) {
        self.health.lock().forget_refusal();
        self.open();
    }

    /// Closes the breaker. True when it was not closed.
    pub fn close_breaker(&self) -> bool {
        let was_open = self.health.lock().close_breaker();
        self.open();
        was_open
    }

    /// The target may take this from now on. Those that were sent away because it took more come back.
    pub fn set_share(&self, share: Option<Share>) {
        if self.fair_share.set(share) {
            self.open();
        }
    }

    /// Another gate takes this one's place: what this one held back, or is about to, meets that one.
    pub fn replace(&self) {
        self.retry_spread.reset();
        self.opening.replace();
    }

    /// What there is to see.
    pub fn status(&self, now: Timestamp) -> GateStatus {
        let mut health = self.health.lock();
        let open_until = health.shut(now).filter(|held| held.cause == HoldCause::Breaker).map(|held| held.until);
        GateStatus {
            stop: self.stop.current(),
            refused_until: health.refused_until(),
            breaker: health.breaker(),
            open_until,
            retries: health.retries(),
            under_way: self.concurrency.under_way(),
            inside: self.fair_share.deliveries(),
        }
    }

    /// What holds every delivery back now.
    fn hold(&self, now: Timestamp) -> Option<Held> {
        self.stop.hold(now).or_else(|| self.health.lock().shut(now))
    }

    /// Whether a delivery may go on; else when it comes back.
    fn check(&self, now: Timestamp) -> Result<(), Held> {
        self.hold(now).map_or(Ok(()), |held| Err(self.retry_spread.assign(held, now)))
    }

    /// What was held back may pass.
    fn open(&self) {
        self.retry_spread.reset();
        self.opening.announce();
    }

    fn answered(&self, now: Timestamp) {
        self.fair_share.answered(now);
        self.concurrency.grow();
    }
}

impl Admitted<'_> {
    /// Whether the attempt finds out if the target is back.
    pub const fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// Says how the attempt ended: why it failed, or none with success.
    pub fn end(mut self, error: Option<ErrorClass>, now: Timestamp) -> Vec<TargetHealthChange> {
        let Some(admission) = self.admission.take() else { return Vec::new() };
        let changes = self.gate.health.lock().end(admission, error, now);
        if error.is_none_or(|error| !error.is_trouble() && error != ErrorClass::Unauthorized) {
            self.gate.answered(now);
        }
        for change in &changes {
            match change {
                TargetHealthChange::Breaker(BreakerChange::Opened { .. }) => self.gate.concurrency.shrink(),
                TargetHealthChange::Breaker(BreakerChange::Closed) | TargetHealthChange::Accepted => self.gate.open(),
                TargetHealthChange::Refused { .. } => {}
            }
        }
        changes
    }
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        if let Some(admission) = self.admission.take() {
            self.gate.health.lock().abandon(admission);
        }
    }
}
