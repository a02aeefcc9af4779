//! One try at every delivery that is due. Deliveries of one message to one target go in the order the plugins emitted
//! them; different targets are tried at the same time.

use std::collections::BTreeMap;
use std::time::Instant;

use futures_util::future::join_all;
use gantry_core::{Attempt, Delivery, DeliveryState, Envelope, ErrorClass, Event, TargetName, Timestamp, TrailEntry};
use gantry_transport::target::{Failure, Request};

use crate::flow::{RunningFlow, RunningTarget};
use crate::gate::Pass;
use crate::state::{Attempted, Ending, Next, Transformed, Verdict};

impl RunningFlow {
    /// Tries what is due, and says where the message goes from here.
    pub(crate) async fn deliver(&self, transformed: Transformed) -> Attempted {
        let Transformed { mut lease, verdict } = transformed;
        let next = match verdict {
            Verdict::Skip(fault) => Next::Finish(Ending::Skipped(fault)),
            Verdict::GiveUp(failure) => Next::Finish(Ending::GivenUp(failure)),
            Verdict::RunAgain { fault, at } => {
                let event = Event::Postponed { code: fault.code, until: at };
                lease.envelope.trail.push(TrailEntry { at: self.clock.now(), event });
                lease.envelope.run += 1;
                self.metrics.observe_retry("plugin");
                Next::Wait(at)
            }
            Verdict::Deliver => {
                self.try_deliveries(&mut lease.envelope).await;
                match earliest_pending(&lease.envelope.deliveries) {
                    Some(at) => Next::Wait(at),
                    None => Next::Finish(Ending::Delivered),
                }
            }
        };
        Attempted { lease, next }
    }

    async fn try_deliveries(&self, envelope: &mut Envelope) {
        let mut by_target: BTreeMap<TargetName, Vec<Delivery>> = BTreeMap::new();
        for delivery in std::mem::take(&mut envelope.deliveries) {
            by_target.entry(delivery.target.clone()).or_default().push(delivery);
        }
        let context: &Envelope = envelope;
        let lanes = by_target.into_iter().map(|(target, lane)| self.try_lane(context, target, lane));
        let (mut deliveries, mut trail) = (Vec::new(), Vec::new());
        for (lane, entries) in join_all(lanes).await {
            deliveries.extend(lane);
            trail.extend(entries);
        }
        deliveries.sort_by_key(|delivery| delivery.position);
        trail.sort_by_key(|entry| entry.at);
        envelope.deliveries = deliveries;
        envelope.trail.extend(trail);
    }

    /// The deliveries of one message to one target, one after the other. In an ordered flow a delivery that must wait
    /// holds back those behind it.
    async fn try_lane(
        &self,
        envelope: &Envelope,
        name: TargetName,
        mut lane: Vec<Delivery>,
    ) -> (Vec<Delivery>, Vec<TrailEntry>) {
        let mut trail = Vec::new();
        let Some(target) = self.targets.get(&name) else {
            // The sandbox lets no unknown route through; only a flow whose file lost a target gets here.
            lane.iter_mut()
                .for_each(|delivery| give_up(delivery, self.clock.now(), "the flow no longer has this target"));
            return (lane, trail);
        };
        for at in 0..lane.len() {
            let delivery = &mut lane[at];
            if delivery.state == DeliveryState::Pending && delivery.not_before <= self.clock.now() {
                trail.extend(self.try_one(envelope, target, delivery).await);
            }
            if self.ordered && delivery.state == DeliveryState::Pending {
                let (waiting, behind) = (delivery.not_before, &mut lane[at + 1..]);
                hold_back(behind, waiting);
                break;
            }
        }
        (lane, trail)
    }

    /// One attempt, unless the target is paused.
    async fn try_one(
        &self,
        envelope: &Envelope,
        target: &RunningTarget,
        delivery: &mut Delivery,
    ) -> Option<TrailEntry> {
        let _permit = match target.gate.pass(|| self.clock.now()).await {
            Pass::Go(permit) => permit,
            Pass::Wait(until) => {
                delivery.not_before = until;
                return None;
            }
        };
        let (at, clock) = (self.clock.now(), Instant::now());
        let request = Request {
            message_id: envelope.message.id,
            flow: &self.name,
            delivery,
            attempt: delivery.attempts_made() + 1,
            traceparent: envelope.traceparent.as_deref(),
        };
        let answer = target.target.send(request).await;
        let latency_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (attempt, asked) = match answer {
            Ok(sent) => (Attempt { at, latency_ms, status: sent.status, error: None, excerpt: sent.excerpt }, None),
            Err(Failure { class, status, retry_after, excerpt }) => {
                (Attempt { at, latency_ms, status, error: Some(class), excerpt }, retry_after)
            }
        };
        self.metrics.observe_attempt(&delivery.target, &attempt);
        Some(self.judge(target, delivery, attempt, asked))
    }

    /// Reads the attempt: delivered, later, or dead.
    fn judge(
        &self,
        target: &RunningTarget,
        delivery: &mut Delivery,
        attempt: Attempt,
        asked: Option<std::time::Duration>,
    ) -> TrailEntry {
        let now = self.clock.now();
        let (position, name) = (delivery.position, delivery.target.clone());
        let (status, error, latency_ms, at) = (attempt.status, attempt.error, attempt.latency_ms, attempt.at);
        if error != Some(ErrorClass::Unauthorized) {
            delivery.attempts.push(attempt);
            if target.gate.open() {
                tracing::info!(target = %name, "the target accepts the host's credentials again");
            }
        }
        match error {
            None => delivery.state = DeliveryState::Delivered,
            Some(ErrorClass::Unauthorized) => self.pause(target, delivery, status, now),
            Some(class) if class.is_retryable() => {
                match target.retry.wait_after(delivery.attempts_made(), asked, fastrand::f64()) {
                    Some(wait) => {
                        delivery.not_before = now.after(wait);
                        self.metrics.observe_retry(class.name());
                    }
                    None => delivery.state = DeliveryState::Dead,
                }
            }
            Some(_) => delivery.state = DeliveryState::Dead,
        }
        let retry_at = (delivery.state == DeliveryState::Pending).then_some(delivery.not_before);
        TrailEntry { at, event: Event::Attempted { position, target: name, status, error, latency_ms, retry_at } }
    }

    /// The host's credentials are refused: no message is at fault, so none spends an attempt.
    fn pause(&self, target: &RunningTarget, delivery: &mut Delivery, status: Option<u16>, now: Timestamp) {
        let (newly, until) = target.gate.pause(now);
        delivery.not_before = until;
        if newly {
            tracing::error!(
                target = %delivery.target,
                status,
                until = %until,
                "the target refuses the host's credentials; it is paused and no message spends an attempt"
            );
        }
    }
}

fn give_up(delivery: &mut Delivery, now: Timestamp, why: &str) {
    if delivery.state == DeliveryState::Pending {
        delivery.state = DeliveryState::Dead;
        let error = Some(ErrorClass::Permanent);
        delivery.attempts.push(Attempt { at: now, latency_ms: 0, status: None, error, excerpt: why.to_owned() });
    }
}

/// What stands behind a waiting delivery is due no earlier: the message would else return at once, to wait again.
fn hold_back(behind: &mut [Delivery], until: Timestamp) {
    for delivery in behind {
        delivery.not_before = delivery.not_before.max(until);
    }
}

/// When the next pending delivery is due; none when nothing is pending.
fn earliest_pending(deliveries: &[Delivery]) -> Option<Timestamp> {
    let pending = deliveries.iter().filter(|delivery| delivery.state == DeliveryState::Pending);
    pending.map(|delivery| delivery.not_before).min()
}

#[cfg(test)]
mod tests {
    use gantry_core::{Headers, MessageId, Output};

    use super::*;

    fn delivery(position: u32) -> Delivery {
        let output = Output {
            route: None,
            key: None,
            idempotency_key: None,
            content_type: String::new(),
            headers: Headers::new(),
            payload: bytes::Bytes::new(),
        };
        Delivery::of(MessageId::generate(), None, position, "erp".parse().unwrap(), output)
    }

    #[test]
    fn deliveries_behind_a_waiting_one_do_not_wake_the_message_before_it() {
        let mut lane = vec![delivery(0), delivery(1), delivery(2)];
        let until = Timestamp(5_000);
        lane[0].not_before = until;
        hold_back(&mut lane[1..], until);
        assert_eq!(earliest_pending(&lane), Some(until));
    }
}
