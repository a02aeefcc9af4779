//! One attempt at one delivery: through the gate, to the target, and what the result means for the delivery and the
//! target.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gantry_core::refusals::Refusal;
use gantry_core::target_health::{AttemptEnd, AttemptFailure, Held, HoldCause, TargetHealthChange};
use gantry_core::throttle::ThrottleChange;
use gantry_core::{
    Attempt, AttemptResult, BreakerChange, Clock, DeadLetterId, Delivery, Envelope, ErrorClass, FailureCause, FlowName,
    HostEventKind, StopKind, TargetName, TargetStop, TimelineEntry, Timestamp,
};
use gantry_transport::target::{Accepted, Failure, Request};

use super::decision::{Decision, Retry};
use crate::events::Events;
use crate::gate::NextAttempt;
use crate::metrics::FlowMetrics;
use crate::target_stops::RecordStop;
use crate::targets::RunningTarget;

/// The status of a target that is gone for good.
const GONE: u16 = 410;

/// What a deliverer uses of the host.
#[derive(Clone)]
pub struct DeliveryServices {
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// The metrics of the flow.
    pub metrics: FlowMetrics,
    /// Where events about targets are published.
    pub events: Events,
    /// Where it is stored that a target is gone.
    pub stops: Arc<dyn RecordStop>,
}

/// Makes the attempts of a flow.
pub(super) struct Attempts {
    pub(super) flow: FlowName,
    pub(super) services: DeliveryServices,
}

/// What an attempt leads to.
pub(super) struct Made {
    /// The entry in the message's timeline.
    pub(super) entry: TimelineEntry,
    /// When to ask the gate again, if the gate now holds the delivery back; none if the retry schedule says when.
    pub(super) recheck_at: Option<Timestamp>,
}

/// Most characters of the answer in the reason why a target is paused.
const MAX_REASON: usize = 200;

/// What a target answered.
struct Answer {
    attempt: Attempt,
    /// Why the attempt failed; none: it did not.
    failure: Option<AttemptFailure>,
    /// How long the target asks to wait (`Retry-After`).
    retry_after: Option<Duration>,
}

impl Attempts {
    /// Makes one attempt, unless the target's gate holds the delivery back.
    pub(super) async fn make(
        &self,
        envelope: &Envelope,
        target: &RunningTarget,
        delivery: &mut Delivery,
    ) -> Result<Made, Held> {
        let bytes = envelope.message.payload.len() + delivery.payload.len();
        let clock = &*self.services.clock;
        let id = DeadLetterId { message: envelope.message.id, position: Some(delivery.position) };
        let attempt = NextAttempt { delivery: id, made: delivery.attempts_made(), bytes };
        let admitted = target.gate.enter(attempt, clock).await?;
        let Answer { attempt, failure, retry_after } = self.send(envelope, target, delivery).await;
        self.services.metrics.observe_attempt(&delivery.target, &attempt);
        let is_probe = admitted.is_probe();
        let end = AttemptEnd {
            delivery: id,
            failure,
            retry_after: retry_after.map(|wait| wait.min(target.retry.throttled.retry_after_cap)),
        };
        let was_gone = self.is_gone(target);
        let findings = admitted.end(end, clock.now());
        self.publish(target, &delivery.target, &attempt, &findings.changes);
        let says_gone = attempt.status == Some(GONE) && target.is_single_endpoint();
        if says_gone {
            self.disable(target, &delivery.target).await;
        }
        // That the target is gone is known, by a dead letter: this delivery waits like the others.
        let is_known_gone = says_gone && was_gone;
        let refusal = findings.refusal.or(is_known_gone.then_some(Refusal::OfTarget { again: false }));
        let result = AttemptResult {
            error: attempt.error,
            retry_after,
            refusal,
            probe: is_probe,
            spent: delivery.attempts_made(),
        };
        Ok(self.conclude(result, target, delivery, attempt))
    }

    async fn send(&self, envelope: &Envelope, target: &RunningTarget, delivery: &Delivery) -> Answer {
        let at = self.services.clock.now();
        let began = Instant::now();
        let request = Request {
            message_id: envelope.message.id,
            flow: &self.flow,
            delivery,
            attempt: delivery.attempts_made() + 1,
            traceparent: envelope.traceparent.as_deref(),
        };
        let answer = target.target.send(request).await;
        let latency_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        match answer {
            Ok(Accepted { status, excerpt, headers }) => {
                let excerpt = with_headers(&headers, excerpt);
                let attempt = Attempt { at, latency_ms, status, error: None, excerpt, kind: None };
                Answer { attempt, failure: None, retry_after: None }
            }
            Err(Failure { class, cause, status, retry_after, excerpt, kind, headers }) => {
                let excerpt = with_headers(&headers, excerpt);
                let attempt = Attempt { at, latency_ms, status, error: Some(class), excerpt, kind };
                let failure = AttemptFailure { class, cause: cause_at(target, cause) };
                Answer { attempt, failure: Some(failure), retry_after }
            }
        }
    }

    /// Decides what happens to the delivery next, and writes the decision into it.
    fn conclude(
        &self,
        result: AttemptResult,
        target: &RunningTarget,
        delivery: &mut Delivery,
        attempt: Attempt,
    ) -> Made {
        // One reading for both: the next attempt is counted from the time that the timeline shows.
        let now = self.services.clock.now();
        let decision = Decision::of(result.decide(&target.retry, now, fastrand::f64()));
        let recheck_at = match decision.retry() {
            Some(Retry::Held(at)) => Some(at),
            Some(Retry::Scheduled(_)) => {
                self.services.metrics.observe_retry(attempt.error.map_or("", ErrorClass::name));
                None
            }
            None => None,
        };
        Made { entry: TimelineEntry { at: now, event: decision.apply(delivery, attempt) }, recheck_at }
    }

    /// Publishes what the attempt changed about its target.
    fn publish(&self, target: &RunningTarget, name: &TargetName, attempt: &Attempt, changes: &[TargetHealthChange]) {
        for change in changes {
            let gate = &target.gate;
            let target = name.clone();
            let event = match *change {
                TargetHealthChange::Refused { cause, .. } => {
                    let reason = reason(cause, attempt);
                    gate.set_refusal_reason(reason.clone());
                    HostEventKind::TargetPaused { target, by: None, reason }
                }
                TargetHealthChange::Accepted => {
                    HostEventKind::TargetResumed { target, by: None, reason: "it accepts deliveries again".to_owned() }
                }
                TargetHealthChange::Proved => {
                    tracing::info!(flow = %self.flow, %target, "the delivery that was tried first has passed: the others follow");
                    continue;
                }
                TargetHealthChange::Throttle(change) => {
                    self.log_throttle(&target, change);
                    continue;
                }
                TargetHealthChange::Breaker(BreakerChange::Opened { until }) => {
                    HostEventKind::BreakerOpened { target, until }
                }
                TargetHealthChange::Breaker(BreakerChange::Closed) => HostEventKind::BreakerClosed { target, by: None },
            };
            self.services.events.publish(&self.flow, event);
        }
    }

    fn log_throttle(&self, target: &TargetName, change: ThrottleChange) {
        match change {
            ThrottleChange::Began => {
                tracing::warn!(flow = %self.flow, %target, "target throttles: it answers 429 to everything, and is asked at the rate that it allows");
            }
            ThrottleChange::Ended => tracing::info!(flow = %self.flow, %target, "target no longer throttles"),
        }
    }

    /// Whether the target is disabled.
    fn is_gone(&self, target: &RunningTarget) -> bool {
        let status = target.gate.status(self.services.clock.now());
        status.stop.is_some_and(|stop| stop.kind == StopKind::Disabled)
    }

    /// Disables a target that says it is gone: nothing is sent until an operator enables it.
    async fn disable(&self, target: &RunningTarget, name: &TargetName) {
        let now = self.services.clock.now();
        let before = target.gate.status(now).stop;
        if before.as_ref().is_some_and(|stop| stop.kind == StopKind::Disabled) {
            return;
        }
        let reason = "it answered 410 Gone".to_owned();
        let stop = TargetStop::new(StopKind::Disabled, now, None, &reason).over(before);
        let what = HostEventKind::TargetDisabled { target: name.clone(), by: None, reason };
        let mut event = self.services.events.prepare(&self.flow, what);
        if let Err(error) = self.services.stops.record(&self.flow, name, stop, event.take_messages()).await {
            tracing::error!(%error, target = %name, "failed to store that the target is disabled; it is enabled again after a restart");
        }
        self.services.events.emit(event);
    }
}

/// Where the URL contains the key of a record, 404 and 410 are about that record.
fn cause_at(target: &RunningTarget, cause: FailureCause) -> FailureCause {
    match cause {
        FailureCause::NotFound | FailureCause::Gone if !target.is_single_endpoint() => FailureCause::MessageRefused,
        cause => cause,
    }
}

/// Why a target is paused that refuses every delivery: its answer, or why there is none.
fn reason(cause: HoldCause, attempt: &Attempt) -> String {
    let text = attempt.excerpt.lines().last().unwrap_or_default();
    let text: String = text.chars().take(MAX_REASON).collect();
    match attempt.status {
        None => text,
        Some(status) if cause == HoldCause::Unauthorized || text.is_empty() => format!("it answers {status}"),
        Some(status) => format!("it answers {status}: {text}"),
    }
}

/// The headers by which the target knows the request, a line each, before the text of its answer.
fn with_headers(headers: &[(String, String)], excerpt: String) -> String {
    if headers.is_empty() {
        return excerpt;
    }
    let mut lines: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    lines.push(excerpt);
    lines.join("\n")
}
