//! One attempt at every delivery that is due. Deliveries of one message to one target go in the order in which the
//! plugins emitted them; different targets are attempted at the same time, unless one comes after another.
//!
//! The worker hands over a transformed message, and gets back what happens to it next. `deliver/lane.rs` holds the
//! deliveries to one target, `deliver/attempt.rs` makes one attempt, `deliver/decision.rs` says what its result means.

mod attempt;
mod decision;
mod lane;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use gantry_core::{
    Delivery, DeliveryState, Envelope, ErrorClass, Event, Fault, FlowName, TargetName, TimelineEntry, Timestamp,
};

use crate::state::{Attempted, Ending, HeldBack, Next, Transformed, Verdict, Wait};
use crate::targets::RunningTarget;
use attempt::Attempts;
use lane::{Block, Lane};

pub use attempt::DeliveryServices;

/// Sends the deliveries of a flow.
pub struct Deliverer {
    targets: BTreeMap<TargetName, RunningTarget>,
    /// Whether messages with the same key are delivered in order.
    is_ordered: bool,
    attempts: Attempts,
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
                None => {
                    if let Some(new) = self.targets.get(name) {
                        new.gate.inherit_refusal(&old.gate, self.now());
                    }
                    old.gate.replace();
                }
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
        let lanes = self.run_lanes(envelope, by_target).await;
        let mut due: Option<Timestamp> = None;
        let mut held = Vec::new();
        let mut timeline = Vec::new();
        for lane in lanes.into_values() {
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

    /// The lanes of a message: all at once, but those that come after another one behind it.
    async fn run_lanes(
        &self,
        message: &Envelope,
        mut waiting: BTreeMap<TargetName, Vec<Delivery>>,
    ) -> BTreeMap<TargetName, Lane> {
        let mut run = BTreeMap::new();
        while !waiting.is_empty() {
            let turn: Vec<_> = waiting.keys().filter(|name| !self.waits_for(name, &waiting)).cloned().collect();
            let lanes = turn.into_iter().filter_map(|name| {
                let deliveries = waiting.remove(&name)?;
                let before = self.predecessor(&name).and_then(|before| Some((before, run.get(before)?)));
                let blocked = before.and_then(|(before, lane): (_, &Lane)| lane.block(before));
                Some(self.run_lane(message, name, deliveries, blocked))
            });
            run.extend(join_all(lanes.collect::<Vec<_>>()).await);
        }
        run
    }

    /// The target that comes before this one.
    fn predecessor(&self, name: &TargetName) -> Option<&TargetName> {
        self.targets.get(name)?.after.as_ref()
    }

    fn waits_for(&self, name: &TargetName, waiting: &BTreeMap<TargetName, Vec<Delivery>>) -> bool {
        self.predecessor(name).is_some_and(|before| waiting.contains_key(before))
    }

    /// The deliveries of one message to one target, one after the other. In an ordered flow a delivery that must wait
    /// holds back those behind it.
    async fn run_lane(
        &self,
        envelope: &Envelope,
        name: TargetName,
        mut deliveries: Vec<Delivery>,
        blocked: Option<Block>,
    ) -> (TargetName, Lane) {
        match blocked {
            Some(Block::Waits) => return (name, Lane { deliveries, ..Lane::default() }),
            Some(Block::GivenUp(reason)) => {
                let lane = Lane::given_up(deliveries, ErrorClass::PredecessorFailed, &reason, self.now());
                return (name, lane);
            }
            None => {}
        }
        let Some(target) = self.targets.get(&name) else {
            // The sandbox refuses unknown routes: the target was removed from the flow's file.
            let reason = "the flow no longer has this target";
            return (name, Lane::given_up(deliveries, ErrorClass::Permanent, reason, self.now()));
        };
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
        (name, Lane { deliveries, ..lane })
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
