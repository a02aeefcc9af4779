//! One attempt at every delivery that is due. Deliveries of one message to one target go in the order in which the
//! plugins emitted them; different targets are attempted at the same time.
//!
//! The worker hands over a transformed message, and gets back what happens to it next. `deliver/attempt.rs` makes one
//! attempt, `deliver/decision.rs` says what its result means.

mod attempt;
mod decision;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use gantry_core::{
    Attempt, Delivery, DeliveryState, Envelope, ErrorClass, Event, Fault, FlowName, TargetName, TimelineEntry,
    Timestamp,
};

use crate::state::{Attempted, Ending, HeldBack, Next, Transformed, Verdict, Wait};
use crate::targets::RunningTarget;
use attempt::Attempts;

pub use attempt::DeliveryServices;

/// Sends the deliveries of a flow.
pub struct Deliverer {
    targets: BTreeMap<TargetName, RunningTarget>,
    /// Whether messages with the same key are delivered in order.
    is_ordered: bool,
    attempts: Attempts,
}

/// The deliveries of one message to one target, after an attempt at those that were due.
#[derive(Default)]
struct Lane {
    deliveries: Vec<Delivery>,
    timeline: Vec<TimelineEntry>,
    /// When the next of them is due; none when nothing is pending.
    due: Option<Timestamp>,
    /// The gate that held a delivery back, if one did.
    held: Option<HeldBack>,
}

impl Deliverer {
    /// A deliverer to these targets.
    #[must_use]
    pub fn new(
        flow: FlowName,
        is_ordered: bool,
        targets: BTreeMap<TargetName, RunningTarget>,
        services: DeliveryServices,
    ) -> Self {
        Self { targets, is_ordered, attempts: Attempts { flow, services } }
    }

    /// The targets, open.
    #[must_use]
    pub const fn targets(&self) -> &BTreeMap<TargetName, RunningTarget> {
        &self.targets
    }

    /// Takes over from the version before. A gate that both versions have gets this version's share. What the other gates
    /// held back is queued again, and goes to the gates of this version.
    pub fn take_over(&self, before: &Self) {
        for (name, old) in &before.targets {
            match self.targets.get(name).filter(|new| Arc::ptr_eq(&new.gate, &old.gate)) {
                Some(kept) => kept.gate.set_share(kept.share),
                None => old.gate.replace(),
            }
        }
    }

    /// Attempts what is due, and says what happens to the message next.
    pub(crate) async fn attempt(&self, transformed: Transformed) -> Attempted {
        let Transformed { mut lease, verdict } = transformed;
        let next = self.next(&mut lease.envelope, verdict).await;
        Attempted { lease, next }
    }

    async fn next(&self, envelope: &mut Envelope, verdict: Verdict) -> Next {
        match verdict {
            Verdict::Skip(fault) => Next::Finish(Ending::Skipped(fault)),
            Verdict::GiveUp(failure) => Next::Finish(Ending::GivenUp(failure)),
            Verdict::RunAgain { fault, wait } => {
                let due = self.now().after(wait);
                Next::Wait(self.run_again(envelope, fault, due))
            }
            Verdict::Deliver => match self.attempt_all(envelope).await {
                Some(wait) => Next::Wait(wait),
                None => Next::Finish(Ending::Delivered),
            },
        }
    }

    /// A plugin asked for another run.
    fn run_again(&self, envelope: &mut Envelope, fault: Fault, due: Timestamp) -> Wait {
        let event = Event::Postponed { code: fault.code, until: due };
        envelope.timeline.push(TimelineEntry { at: self.now(), event });
        envelope.run += 1;
        self.attempts.services.metrics.observe_retry("plugin");
        Wait { due, held: Vec::new() }
    }

    /// One attempt at each delivery that is due; none when nothing is pending any more.
    async fn attempt_all(&self, envelope: &mut Envelope) -> Option<Wait> {
        let mut by_target: BTreeMap<TargetName, Vec<Delivery>> = BTreeMap::new();
        for delivery in std::mem::take(&mut envelope.deliveries) {
            by_target.entry(delivery.target.clone()).or_default().push(delivery);
        }
        let message: &Envelope = envelope;
        let lanes = by_target.into_iter().map(|(target, deliveries)| self.run_lane(message, target, deliveries));
        let lanes = join_all(lanes).await;
        let mut due: Option<Timestamp> = None;
        let mut held = Vec::new();
        let mut timeline = Vec::new();
        for lane in lanes {
            envelope.deliveries.extend(lane.deliveries);
            timeline.extend(lane.timeline);
            due = due.into_iter().chain(lane.due).min();
            held.extend(lane.held);
        }
        envelope.deliveries.sort_by_key(|delivery| delivery.position);
        timeline.sort_by_key(|entry| entry.at);
        envelope.timeline.extend(timeline);
        due.map(|due| Wait { due, held })
    }

    /// The deliveries of one message to one target, one after the other. In an ordered flow a delivery that must wait
    /// holds back those behind it.
    async fn run_lane(&self, envelope: &Envelope, name: TargetName, mut deliveries: Vec<Delivery>) -> Lane {
        let Some(target) = self.targets.get(&name) else { return Lane::without_target(deliveries, self.now()) };
        let mut lane = Lane::default();
        // After the clock was set back, times set before mean nothing; the queue has already waited for them.
        let was_set_back = envelope.is_ahead_of(self.now());
        for delivery in deliveries.iter_mut().filter(|delivery| delivery.state == DeliveryState::Pending) {
            let is_due = was_set_back || delivery.not_before <= self.now();
            let recheck_at = if is_due { self.attempt_one(envelope, target, delivery, &mut lane).await } else { None };
            if delivery.state == DeliveryState::Pending {
                lane.wait_until(recheck_at.unwrap_or(delivery.not_before));
                if self.is_ordered {
                    break;
                }
            }
        }
        Lane { deliveries, ..lane }
    }

    /// One attempt. Returns when to ask the gate again, if the gate holds the delivery back.
    async fn attempt_one(
        &self,
        envelope: &Envelope,
        target: &RunningTarget,
        delivery: &mut Delivery,
        lane: &mut Lane,
    ) -> Option<Timestamp> {
        // Read before the attempt, so that an opening during the attempt is not missed.
        let since = target.gate.open_epoch();
        let recheck_at = match self.attempts.make(envelope, target, delivery).await {
            Ok(made) => {
                lane.timeline.push(made.entry);
                made.recheck_at
            }
            Err(held) => {
                self.attempts.services.metrics.observe_held(&delivery.target, held.cause);
                Some(held.until)
            }
        };
        if recheck_at.is_some() {
            lane.held = Some(HeldBack { gate: Arc::clone(&target.gate), since });
        }
        recheck_at
    }

    fn now(&self) -> Timestamp {
        self.attempts.services.clock.now()
    }
}

impl Lane {
    /// Gives up deliveries to a target that is gone. The sandbox refuses unknown routes, so this happens only when a
    /// target was removed from the flow's file.
    fn without_target(mut deliveries: Vec<Delivery>, now: Timestamp) -> Self {
        for delivery in deliveries.iter_mut().filter(|delivery| delivery.state == DeliveryState::Pending) {
            delivery.state = DeliveryState::Dead;
            delivery.attempts.push(Attempt {
                at: now,
                latency_ms: 0,
                status: None,
                error: Some(ErrorClass::Permanent),
                excerpt: "the flow no longer has this target".to_owned(),
            });
        }
        Self { deliveries, ..Self::default() }
    }

    fn wait_until(&mut self, due: Timestamp) {
        self.due = Some(self.due.map_or(due, |other| other.min(due)));
    }
}
