//! One try at every delivery that is due. Deliveries of one message to one target go in the order the plugins emitted
//! them; different targets are tried at the same time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use gantry_core::valve::{Held, ValveChange};
use gantry_core::{
    Attempt, BreakerChange, Delivery, DeliveryState, Envelope, ErrorClass, Event, Fate, Happening, StopKind,
    TargetName, TargetStop, Timestamp, TrailEntry, Tried,
};
use gantry_transport::target::{Failure, Request};

use crate::flow::RunningFlow;
use crate::state::{Attempted, Ending, Next, Transformed, Verdict, Wait};
use crate::targets::RunningTarget;

/// The status of a target that is gone for good.
const GONE: u16 = 410;

/// The deliveries of one message to one target, after a try at those that were due.
#[derive(Default)]
struct Lane {
    deliveries: Vec<Delivery>,
    trail: Vec<TrailEntry>,
    /// When to look at it again; none when nothing is pending.
    due: Option<Timestamp>,
    /// How often the gate had opened when it held something back.
    held: Option<(TargetName, u64)>,
}

/// What a try at one delivery came to, and when to look at it again if that isn't up to the delivery.
struct Try {
    entry: TrailEntry,
    look_again: Option<Timestamp>,
}

impl RunningFlow {
    /// Tries what is due, and says where the message goes from here.
    pub(crate) async fn deliver(&self, transformed: Transformed) -> Attempted {
        let Transformed { mut lease, verdict } = transformed;
        let next = match verdict {
            Verdict::Skip(fault) => Next::Finish(Ending::Skipped(fault)),
            Verdict::GiveUp(failure) => Next::Finish(Ending::GivenUp(failure)),
            Verdict::RunAgain { fault, wait } => {
                let now = self.clock.now();
                let at = now.after(wait);
                let event = Event::Postponed { code: fault.code, until: at };
                lease.envelope.trail.push(TrailEntry { at: now, event });
                lease.envelope.run += 1;
                self.metrics.observe_retry("plugin");
                Next::Wait(Wait { due: at, held: Vec::new() })
            }
            Verdict::Deliver => match self.try_deliveries(&mut lease.envelope).await {
                Some(wait) => Next::Wait(wait),
                None => Next::Finish(Ending::Delivered),
            },
        };
        Attempted { lease, next }
    }

    /// None when nothing is pending any more.
    async fn try_deliveries(&self, envelope: &mut Envelope) -> Option<Wait> {
        let mut by_target: BTreeMap<TargetName, Vec<Delivery>> = BTreeMap::new();
        for delivery in std::mem::take(&mut envelope.deliveries) {
            by_target.entry(delivery.target.clone()).or_default().push(delivery);
        }
        let context: &Envelope = envelope;
        let lanes = by_target.into_iter().map(|(target, lane)| self.try_lane(context, target, lane));
        let (mut deliveries, mut trail) = (Vec::new(), Vec::new());
        let (mut due, mut held) = (None::<Timestamp>, Vec::new());
        for lane in join_all(lanes).await {
            deliveries.extend(lane.deliveries);
            trail.extend(lane.trail);
            due = due.into_iter().chain(lane.due).min();
            held.extend(lane.held);
        }
        deliveries.sort_by_key(|delivery| delivery.position);
        trail.sort_by_key(|entry| entry.at);
        envelope.deliveries = deliveries;
        envelope.trail.extend(trail);
        due.map(|due| Wait { due, held })
    }

    /// The deliveries of one message to one target, one after the other. In an ordered flow a delivery that must wait
    /// holds back those behind it.
    async fn try_lane(&self, envelope: &Envelope, name: TargetName, mut deliveries: Vec<Delivery>) -> Lane {
        let Some(target) = self.targets.get(&name) else {
            // The sandbox lets no unknown route through; only a flow whose file lost a target gets here.
            let now = self.clock.now();
            deliveries.iter_mut().for_each(|delivery| give_up(delivery, now, "the flow no longer has this target"));
            return Lane { deliveries, ..Lane::default() };
        };
        let mut lane = Lane::default();
        // Times of before the clock was set back mean nothing: the queue has seen to it that they were waited for.
        let set_back = envelope.is_ahead_of(self.clock.now());
        for delivery in deliveries.iter_mut().filter(|delivery| delivery.state == DeliveryState::Pending) {
            let mut due = None;
            if set_back || delivery.not_before <= self.clock.now() {
                // Before the try: an opening in between must not be missed.
                let openings = target.gate.openings();
                match self.try_one(envelope, target, delivery).await {
                    Ok(Try { entry, look_again }) => {
                        lane.trail.push(entry);
                        due = look_again;
                        if due.is_some() {
                            lane.held = Some((name.clone(), openings));
                        }
                    }
                    Err(held) => {
                        self.metrics.observe_held(&name, held.cause);
                        lane.held = Some((name.clone(), openings));
                        due = Some(held.until);
                    }
                }
            }
            if delivery.state == DeliveryState::Pending {
                let due = due.unwrap_or(delivery.not_before);
                lane.due = Some(lane.due.map_or(due, |other| other.min(due)));
                if self.ordered {
                    break;
                }
            }
        }
        Lane { deliveries, ..lane }
    }

    /// One attempt, unless the target's gate holds it back.
    async fn try_one(&self, envelope: &Envelope, target: &RunningTarget, delivery: &mut Delivery) -> Result<Try, Held> {
        let bytes = envelope.message.payload.len() + delivery.payload.len();
        let admitted = target.gate.enter(delivery.attempts_made(), bytes, &*self.clock).await?;
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
        let probe = admitted.is_probe();
        let changes = admitted.end(attempt.error, self.clock.now());
        self.tell(&delivery.target, attempt.status, &changes);
        if attempt.status == Some(GONE) && target.is_one_place() {
            self.disable(target, &delivery.target).await;
        }
        Ok(self.judge(target, delivery, attempt, asked, probe))
    }

    /// Reads the attempt: delivered, later, or dead.
    fn judge(
        &self,
        target: &RunningTarget,
        delivery: &mut Delivery,
        attempt: Attempt,
        asked: Option<Duration>,
        probe: bool,
    ) -> Try {
        let Attempt { status, error, latency_ms, .. } = attempt;
        let tried = Tried { error, asked, probe, spent: delivery.attempts_made() };
        let now = self.clock.now();
        let fate = tried.fate(&target.retry, now, fastrand::f64());
        let mut look_again = None;
        match fate {
            Fate::Delivered => delivery.state = DeliveryState::Delivered,
            Fate::Dead => delivery.state = DeliveryState::Dead,
            // It is the gate that holds it back, and may let it go earlier.
            Fate::Later { at, .. } if error.is_some_and(|class| !class.spends_attempt()) => look_again = Some(at),
            Fate::Later { at, .. } => {
                delivery.not_before = at;
                self.metrics.observe_retry(error.map_or("", ErrorClass::name));
            }
        }
        if !matches!(fate, Fate::Later { spent: false, .. }) {
            delivery.attempts.push(attempt);
        }
        let retry_at = match fate {
            Fate::Later { at, .. } => Some(at),
            Fate::Delivered | Fate::Dead => None,
        };
        let (position, target) = (delivery.position, delivery.target.clone());
        let event = Event::Attempted { position, target, status, error, latency_ms, retry_at };
        // When its end was judged, by the clock that its next time was read off.
        Try { entry: TrailEntry { at: now, event }, look_again }
    }

    /// Tells what an attempt changed for its target, and wakes who waited for it.
    fn tell(&self, name: &TargetName, status: Option<u16>, changes: &[ValveChange]) {
        for change in changes {
            let target = name.clone();
            let (happening, opens) = match *change {
                ValveChange::Refused { .. } => {
                    let reason = status.map_or_else(|| "refused".to_owned(), |status| format!("it answers {status}"));
                    (Happening::TargetPaused { target, by: None, reason }, false)
                }
                ValveChange::Accepted => (Happening::TargetResumed { target, by: None }, true),
                ValveChange::Breaker(BreakerChange::Opened { until }) => {
                    (Happening::BreakerOpened { target, until }, false)
                }
                ValveChange::Breaker(BreakerChange::Closed) => (Happening::BreakerClosed { target, by: None }, true),
            };
            self.events.publish(&self.name, happening);
            if opens {
                self.store.wake(&self.name);
            }
        }
    }

    /// The target says that it is gone: nothing is sent until somebody enables it.
    async fn disable(&self, target: &RunningTarget, name: &TargetName) {
        let now = self.clock.now();
        if target.gate.status(now).stop.is_some_and(|stop| stop.kind == StopKind::Disabled) {
            return;
        }
        let reason = "it answered 410 Gone".to_owned();
        let stop = TargetStop { kind: StopKind::Disabled, at: now, by: None, reason: reason.clone() };
        let what = Happening::TargetDisabled { target: name.clone(), by: None, reason };
        let mut told = self.events.prepare(&self.name, what);
        if let Err(error) = self.stops.set(&self.name, name, Some(stop), told.take_messages()).await {
            tracing::error!(%error, target = %name, "failed to keep that the target is disabled; a restart forgets it");
        }
        self.events.emit(told);
    }
}

fn give_up(delivery: &mut Delivery, now: Timestamp, why: &str) {
    if delivery.state == DeliveryState::Pending {
        delivery.state = DeliveryState::Dead;
        let error = Some(ErrorClass::Permanent);
        delivery.attempts.push(Attempt { at: now, latency_ms: 0, status: None, error, excerpt: why.to_owned() });
    }
}
