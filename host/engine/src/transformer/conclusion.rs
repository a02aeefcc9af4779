//! The result of the steps for a message, and how it is written into the envelope. Here a message gets its deliveries.

use gantry_core::{Delivery, Digest, Envelope, Event, Fault, TargetName, TimelineEntry, Timestamp};
use gantry_store::Leased;

use crate::pipeline::{Findings, Part};
use crate::state::{Failure, Transformed, Verdict};

/// Most log lines in a message's timeline.
const MAX_LINES: usize = 50;

/// The end of a message's run through the steps.
pub(super) struct Conclusion {
    verdict: Verdict,
    findings: Findings,
    /// None when a step, or the source's schema, decided on the message.
    made: Option<Made>,
}

/// The outputs of the last step.
struct Made {
    /// The components, in the order of the steps.
    by: Vec<Digest>,
    at: Timestamp,
    outputs: usize,
    /// What is to be sent; empty when an output breaks its target's schema.
    deliveries: Vec<Delivery>,
}

impl Conclusion {
    /// A message that was decided before the last step.
    pub(super) const fn decided(verdict: Verdict, findings: Findings) -> Self {
        Self { verdict, findings, made: None }
    }

    /// A message that went through all steps; `failure` is why its deliveries must not be sent, if they must not.
    pub(super) fn of_outputs(
        deliveries: Vec<Delivery>,
        made_by: Vec<Digest>,
        failure: Option<Failure>,
        findings: Findings,
        now: Timestamp,
    ) -> Self {
        let outputs = deliveries.len();
        let (verdict, deliveries) = match failure {
            Some(failure) => (Verdict::GiveUp(failure), Vec::new()),
            None if deliveries.is_empty() => (Verdict::Skip(delivery_gone()), deliveries),
            None => (Verdict::Deliver, deliveries),
        };
        Self { verdict, findings, made: Some(Made { by: made_by, at: now, outputs, deliveries }) }
    }

    /// The verdict, and what is to be sent.
    pub(super) fn into_verdict(self) -> (Verdict, Vec<Delivery>) {
        (self.verdict, self.made.map(|made| made.deliveries).unwrap_or_default())
    }

    /// Writes it into the message's envelope.
    pub(super) fn apply_to(self, mut lease: Leased) -> Transformed {
        let envelope = &mut lease.envelope;
        envelope.warnings = self.findings.warnings;
        log(envelope, self.findings.timeline);
        if let Some(Made { by, at, outputs, deliveries }) = self.made {
            let outputs = u32::try_from(outputs).unwrap_or(u32::MAX);
            envelope.timeline.push(TimelineEntry { at, event: Event::Transformed { outputs, plugins: by.clone() } });
            envelope.plugins = by;
            envelope.deliveries = deliveries;
        }
        Transformed { lease, verdict: self.verdict }
    }
}

/// Adds what the plugins logged to the timeline, as long as there is room: a message may run many times.
fn log(envelope: &mut Envelope, entries: Vec<TimelineEntry>) {
    let lines = envelope.timeline.iter().filter(|entry| entry.event.log_level().is_some()).count();
    let room = MAX_LINES.saturating_sub(lines);
    envelope.timeline.extend(entries.into_iter().take(room));
}

/// The deliveries of a message. The replay of one delivery sends only that one, because the others have already ended.
pub(super) fn deliveries(envelope: &Envelope, parts: Vec<Part>, default_target: &TargetName) -> Vec<Delivery> {
    let message = &envelope.message;
    let wanted = envelope.replay.as_ref().and_then(|replay| replay.dead_letter.position);
    let deliveries = (0_u32..).zip(parts).map(|(position, part)| {
        let (route, output) = part.into_output();
        let target = route.unwrap_or_else(|| default_target.clone());
        Delivery::of(message.id, message.key.as_deref(), position, target, output)
    });
    deliveries.filter(|delivery| wanted.is_none_or(|position| delivery.position == position)).collect()
}

fn delivery_gone() -> Fault {
    Fault::new("delivery-gone", "the plugins no longer emit the delivery that was to be replayed")
}
