//! Makes dead letters: everything an operator needs to understand a failure and to replay the message. The settler calls
//! it when a message ends, and writes what it makes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use gantry_core::dead_letter::kind::{folded, verbatim};
use gantry_core::dead_letter::{ReasonKind, Transformed, fingerprint};
use gantry_core::{
    Attempt, DeadLetter, DeadLetterId, DeadLetterState, Delivery, Envelope, ErrorClass, FlowName, Reason, Stage,
    TargetName, Timestamp,
};

use crate::state::Failure;
use crate::steps::Steps;

/// Makes the dead letters of one version of a flow.
#[derive(Clone)]
pub struct DeadLetterWriter {
    flow: FlowName,
    /// Digest of the flow's definition.
    flow_version: String,
    /// How long dead letters are kept; none means for ever.
    keep: Option<Duration>,
    /// The steps, for the names of the plugins.
    steps: Arc<Steps>,
}

impl DeadLetterWriter {
    /// The writer of a flow with these steps.
    #[must_use]
    pub const fn new(flow: FlowName, flow_version: String, keep: Option<Duration>, steps: Arc<Steps>) -> Self {
        Self { flow, flow_version, keep, steps }
    }

    /// The same flow with other steps.
    #[must_use]
    pub fn with_steps(&self, steps: Arc<Steps>) -> Self {
        Self { steps, ..self.clone() }
    }

    /// The dead letter of a message that was given up before delivery: by a plugin, by a plugin's limits, or by a schema.
    pub(crate) fn of_message(&self, envelope: &Envelope, failure: &Failure, now: Timestamp) -> DeadLetter {
        let Failure { stage, reason, component, output, .. } = failure;
        // If a replay of one delivery fails before delivery this time, the dead letter is still about that delivery.
        let position = envelope.replay.as_ref().and_then(|replay| replay.dead_letter.position);
        let target = output.as_ref().map(|output| output.target.clone());
        let reason = Reason { kind: kind_of(failure, &envelope.message.payload), ..reason.clone() };
        let dead_letter = self.dead_letter(envelope, position, *stage, target, reason, now);
        DeadLetter { component: *component, transformed: output.as_deref().map(transformed), ..dead_letter }
    }

    /// The dead letter of one delivery that the target refused, or whose attempts ran out.
    pub(crate) fn of_delivery(&self, envelope: &Envelope, delivery: &Delivery, now: Timestamp) -> DeadLetter {
        let reason = reason_of(delivery);
        let target = Some(delivery.target.clone());
        let dead_letter = self.dead_letter(envelope, Some(delivery.position), Stage::Deliver, target, reason, now);
        DeadLetter {
            idempotency_key: Some(delivery.idempotency_key.clone()),
            attempts: delivery.attempts.clone(),
            transformed: Some(transformed(delivery)),
            ..dead_letter
        }
    }

    /// A dead letter that was made for another reason.
    pub(crate) fn because(&self, dead_letter: DeadLetter, reason: Reason) -> DeadLetter {
        let fingerprint = fingerprint(&self.flow, dead_letter.stage, dead_letter.target.as_ref(), &reason);
        DeadLetter { fingerprint, reason, ..dead_letter }
    }

    /// The fields that all dead letters have.
    fn dead_letter(
        &self,
        envelope: &Envelope,
        position: Option<u32>,
        stage: Stage,
        target: Option<TargetName>,
        reason: Reason,
        now: Timestamp,
    ) -> DeadLetter {
        DeadLetter {
            id: DeadLetterId { message: envelope.message.id, position },
            flow: self.flow.clone(),
            flow_version: self.flow_version.clone(),
            plugins: self.steps.plugins_of(envelope),
            component: None,
            stage,
            source: envelope.source.clone(),
            fingerprint: fingerprint(&self.flow, stage, target.as_ref(), &reason),
            target,
            received: envelope.message.clone(),
            received_at: envelope.received_at,
            dedupe_key: envelope.dedupe_key.clone(),
            idempotency_key: None,
            transformed: None,
            attempts: Vec::new(),
            first_failure: now,
            last_failure: now,
            reason,
            traceparent: envelope.traceparent.clone(),
            expires_at: self.keep.map(|keep| now.after(keep)),
            state: DeadLetterState::Open,
            acknowledged: None,
            resolution: None,
            superseded_by: None,
            replays: Vec::new(),
            revisions: Vec::new(),
            timeline: Vec::new(),
        }
    }
}

/// What was about to be sent.
fn transformed(delivery: &Delivery) -> Transformed {
    Transformed {
        content_type: delivery.content_type.clone(),
        headers: delivery.headers.clone(),
        payload: delivery.payload.clone(),
    }
}

/// Why a delivery was given up, from its last attempt.
fn reason_of(delivery: &Delivery) -> Reason {
    let Some(last) = delivery.attempts.last() else {
        return Reason::new("never-attempted", "");
    };
    let class = last.error.unwrap_or(ErrorClass::Permanent);
    if class == ErrorClass::PredecessorFailed {
        return Reason::new("predecessor-failed", last.excerpt.clone());
    }
    if class == ErrorClass::Unsendable {
        return Reason {
            kind: last.kind.clone().map(ReasonKind::Text),
            ..Reason::new("unsendable", last.excerpt.clone())
        };
    }
    let code = if class.is_retryable() { format!("retries-exhausted-{}", class.name()) } else { refusal_code(last) };
    let answered = last.status.map_or_else(|| class.name().to_owned(), |status| format!("status {status}"));
    let attempts = delivery.attempts.len();
    let plural = if attempts == 1 { "" } else { "s" };
    let text = format!("{} after {attempts} attempt{plural}: {}", answered, last.excerpt);
    Reason { kind: last.kind.clone().map(ReasonKind::Text), ..Reason::new(code, text) }
}

/// Which of the failures with one code this is, where only a plugin's free text says so: of a rejection or a fault, or of a
/// broken rule that is about no place in the message.
pub(crate) fn kind_of(failure: &Failure, payload: &[u8]) -> Option<ReasonKind> {
    let Failure { stage, reason, component, output, .. } = failure;
    // What breaks a schema is known by the rule.
    component.as_ref().filter(|_| output.is_none())?;
    match stage {
        Stage::Transform => ReasonKind::of_text(&reason.text, payload),
        Stage::Validate => {
            let of_message = reason.violations.iter().filter(|violation| violation.path.is_empty());
            let kinds: BTreeSet<_> = of_message.filter_map(|violation| folded(&violation.text, payload)).collect();
            let kinds: Vec<_> = kinds.into_iter().collect();
            verbatim(&kinds.join("; ")).map(ReasonKind::Text)
        }
        Stage::Deliver => None,
    }
}

/// `target-refused-422`: with the status, because operators group dead letters by it.
fn refusal_code(last: &Attempt) -> String {
    match last.status {
        Some(status) => format!("target-refused-{status}"),
        None => "target-refused".to_owned(),
    }
}
