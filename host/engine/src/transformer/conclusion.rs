//! What the steps made of a message, and how that is written into its envelope: the moment when a message gets deliveries.

use gantry_core::{Breach, Delivery, Digest, Envelope, Event, Fault, TargetName, TimelineEntry, Timestamp};
use gantry_store::Leased;

use crate::pipeline::Part;
use crate::state::{Failure, Transformed, Verdict};

/// The end of a message's run through the steps.
pub(super) struct Conclusion {
    verdict: Verdict,
    /// The rules it broke and went on all the same.
    warnings: Vec<Breach>,
    /// None where a step, or a schema before the first one, has decided on the message.
    made: Option<Made>,
}

/// What came out behind the last step.
struct Made {
    /// The components, in the order of the steps.
    by: Vec<Digest>,
    at: Timestamp,
    outputs: usize,
    /// What is to be sent; nothing where an output breaks its target's schema.
    deliveries: Vec<Delivery>,
}

impl Conclusion {
    /// A message that was decided before the end of the steps.
    pub(super) const fn decided(verdict: Verdict, warnings: Vec<Breach>) -> Self {
        Self { verdict, warnings, made: None }
    }

    /// A message that went through all steps; `unfit` is why what came out is not to be sent.
    pub(super) fn of_outputs(
        deliveries: Vec<Delivery>,
        made_by: Vec<Digest>,
        unfit: Option<Failure>,
        warnings: Vec<Breach>,
        now: Timestamp,
    ) -> Self {
        let outputs = deliveries.len();
        let (verdict, deliveries) = match unfit {
            Some(failure) => (Verdict::GiveUp(failure), Vec::new()),
            None if deliveries.is_empty() => (Verdict::Skip(delivery_gone()), deliveries),
            None => (Verdict::Deliver, deliveries),
        };
        Self { verdict, warnings, made: Some(Made { by: made_by, at: now, outputs, deliveries }) }
    }

    /// Writes it into the envelope of the message.
    pub(super) fn apply_to(self, mut lease: Leased) -> Transformed {
        let envelope = &mut lease.envelope;
        envelope.warnings = self.warnings;
        if let Some(Made { by, at, outputs, deliveries }) = self.made {
            let outputs = u32::try_from(outputs).unwrap_or(u32::MAX);
            envelope.trail.push(TimelineEntry { at, event: Event::Transformed { outputs, plugins: by.clone() } });
            envelope.plugins = by;
            envelope.deliveries = deliveries;
        }
        Transformed { lease, verdict: self.verdict }
    }
}

/// What is to be sent of a message: a replay of one delivery sends that one, for its siblings have arrived long ago.
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
