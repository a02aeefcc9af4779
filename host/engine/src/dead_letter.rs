//! Writes the dead letter: everything an operator needs to understand a failure and to replay the message.

use gantry_core::dead_letter::{Transformed, fingerprint};
use gantry_core::{
    Attempt, DeadLetter, DeadLetterId, DeadLetterState, Delivery, Envelope, ErrorClass, Reason, Stage, TargetName,
    Timestamp,
};

use crate::flow::RunningFlow;
use crate::state::Failure;

impl RunningFlow {
    /// The letter of a message that the plugins, their limits or a schema ended.
    pub(crate) fn letter_of_message(&self, envelope: &Envelope, failure: Failure, now: Timestamp) -> DeadLetter {
        let Failure { stage, reason, component, output, .. } = failure;
        // A replay of one delivery that fails earlier this time is still about that delivery.
        let position = envelope.replay.as_ref().and_then(|replay| replay.dead_letter.position);
        let target = output.as_ref().map(|output| output.target.clone());
        let mut letter = self.letter(envelope, position, stage, target, reason, now);
        letter.component = component;
        letter.transformed = output.as_deref().map(transformed);
        letter
    }

    /// The letter of one delivery the target refused, or whose attempts ran out.
    pub(crate) fn letter_of_delivery(&self, envelope: &Envelope, delivery: &Delivery, now: Timestamp) -> DeadLetter {
        let reason = reason_of(delivery);
        let target = Some(delivery.target.clone());
        let mut letter = self.letter(envelope, Some(delivery.position), Stage::Deliver, target, reason, now);
        letter.idempotency_key = Some(delivery.idempotency_key.clone());
        letter.attempts.clone_from(&delivery.attempts);
        letter.transformed = Some(transformed(delivery));
        letter
    }

    fn letter(
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
            flow: self.name.clone(),
            flow_version: self.version.clone(),
            plugins: self.plugins_of(envelope),
            component: None,
            stage,
            source: envelope.source.clone(),
            fingerprint: fingerprint(&self.name, stage, target.as_ref(), &reason),
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
            expires_at: self.keep_dead_letters.map(|keep| now.after(keep)),
            state: DeadLetterState::Open,
            acknowledged: None,
            resolution: None,
            replays: Vec::new(),
            revisions: Vec::new(),
            trail: Vec::new(),
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
        return Reason { code: "never-attempted".into(), text: String::new(), violations: Vec::new() };
    };
    let class = last.error.unwrap_or(ErrorClass::Permanent);
    let code = if class.is_retryable() { format!("retries-exhausted-{}", class.name()) } else { refusal_code(last) };
    let answered = last.status.map_or_else(|| class.name().to_owned(), |status| format!("status {status}"));
    let attempts = delivery.attempts.len();
    let plural = if attempts == 1 { "" } else { "s" };
    let text = format!("{} after {attempts} attempt{plural}: {}", answered, last.excerpt);
    Reason { code, text, violations: Vec::new() }
}

/// `target-refused-422`: countable by status, as an operator sorts them.
fn refusal_code(last: &Attempt) -> String {
    match last.status {
        Some(status) => format!("target-refused-{status}"),
        None => "target-refused".to_owned(),
    }
}
