//! What becomes of a message that an operator takes out of the queue: the dead letters that it is from then on. The
//! operations on the queue call it, with a running host or without one.

use std::sync::Arc;

use gantry_core::{
    Acknowledgement, DeadLetter, DeadLetterState, DeliveryState, Envelope, Event, Reason, Stage, TimelineEntry,
    Timestamp,
};
use gantry_store::{Leased, Withdrawal};

use crate::dead_letter::DeadLetterWriter;
use crate::state::Failure;
use crate::steps::Steps;

/// The code of the dead letter of a message that was withdrawn.
pub const WITHDRAWN: &str = "withdrawn";

/// Who takes messages out of the queue, why and when.
#[derive(Clone, Debug)]
pub struct Withdrawer {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub now: Timestamp,
}

impl Withdrawer {
    /// Takes a message out of the queue. The store makes it so.
    #[must_use]
    pub fn withdraw(&self, Leased { mut envelope, ticket }: Leased) -> Withdrawal {
        let event = Event::Withdrawn { by: self.by.clone(), reason: self.reason.clone() };
        envelope.timeline.push(TimelineEntry { at: self.now, event });
        let dead_letters = self.dead_letters(&mut envelope);
        Withdrawal { ticket, timeline: envelope.timeline, dead_letters }
    }

    /// What the message becomes. The person who withdraws it looks into it, so its dead letters are acknowledged. None for a
    /// replay that has delivered nothing: its dead letter is still there.
    pub fn dead_letters(&self, envelope: &mut Envelope) -> Vec<DeadLetter> {
        let has_ended = envelope.deliveries.iter().any(|delivery| delivery.state != DeliveryState::Pending);
        let mut dead_letters = match (has_ended, &envelope.replay) {
            (true, _) => self.of_deliveries(envelope),
            (false, Some(_)) => Vec::new(),
            (false, None) => vec![self.of_message(envelope)],
        };
        for dead_letter in &dead_letters {
            let event = Event::DeadLettered { dead_letter: dead_letter.id, code: dead_letter.reason.code.clone() };
            envelope.timeline.push(TimelineEntry { at: self.now, event });
        }
        for dead_letter in &mut dead_letters {
            dead_letter.timeline.clone_from(&envelope.timeline);
        }
        dead_letters
    }

    fn of_message(&self, envelope: &Envelope) -> DeadLetter {
        let stage = if envelope.deliveries.is_empty() { Stage::Transform } else { Stage::Deliver };
        let failure = Failure { stage, reason: self.reason(), component: None, output: None, breaches: Vec::new() };
        self.acknowledged(writer(envelope).of_message(envelope, &failure, self.now))
    }

    /// Those of the deliveries that have not ended, and of those that were given up.
    fn of_deliveries(&self, envelope: &Envelope) -> Vec<DeadLetter> {
        let writer = writer(envelope);
        let open = envelope.deliveries.iter().filter(|delivery| delivery.state != DeliveryState::Delivered);
        open.map(|delivery| {
            let dead_letter = writer.of_delivery(envelope, delivery, self.now);
            match delivery.state {
                DeliveryState::Pending => self.acknowledged(writer.because(dead_letter, self.reason())),
                DeliveryState::Dead | DeliveryState::Delivered => dead_letter,
            }
        })
        .collect()
    }

    fn reason(&self) -> Reason {
        Reason::new(WITHDRAWN, format!("withdrawn from the queue by {}: {}", self.by, self.reason))
    }

    fn acknowledged(&self, dead_letter: DeadLetter) -> DeadLetter {
        DeadLetter {
            state: DeadLetterState::Acknowledged,
            acknowledged: Some(Acknowledgement { at: self.now, by: self.by.clone() }),
            ..dead_letter
        }
    }
}

/// The writer for a flow that need not be in force: no step has failed.
fn writer(envelope: &Envelope) -> DeadLetterWriter {
    DeadLetterWriter::new(envelope.flow.clone(), String::new(), None, Arc::new(Steps::default()))
}

#[cfg(test)]
mod tests {
    use gantry_core::{DeadLetterId, Replay};

    use super::*;
    use crate::fixtures;

    fn withdrawer() -> Withdrawer {
        Withdrawer { by: "anna".into(), reason: "wrong price list".into(), now: Timestamp(9) }
    }

    fn of(states: &[DeliveryState], replay: bool) -> Vec<(Option<u32>, String, DeadLetterState)> {
        let mut envelope = fixtures::envelope();
        envelope.deliveries = Vec::new();
        for (position, state) in (0..).zip(states) {
            let mut delivery = fixtures::delivery(&envelope, position, "api");
            delivery.state = *state;
            envelope.deliveries.push(delivery);
        }
        let dead_letter = DeadLetterId { message: envelope.message.id, position: None };
        envelope.replay = replay.then_some(Replay { dead_letter });
        let dead_letters = withdrawer().dead_letters(&mut envelope);
        dead_letters.into_iter().map(|found| (found.id.position, found.reason.code, found.state)).collect()
    }

    #[test]
    fn a_message_that_no_target_has_is_one_dead_letter_that_its_withdrawer_looks_into() {
        let whole = [(None, WITHDRAWN.to_owned(), DeadLetterState::Acknowledged)];
        assert_eq!(of(&[], false), whole);
        assert_eq!(of(&[DeliveryState::Pending, DeliveryState::Pending], false), whole);
    }

    #[test]
    fn of_a_message_that_a_target_has_only_the_rest_is_withdrawn() {
        let states = [DeliveryState::Delivered, DeliveryState::Pending, DeliveryState::Dead];
        let rest = [
            (Some(1), WITHDRAWN.to_owned(), DeadLetterState::Acknowledged),
            (Some(2), "never-attempted".to_owned(), DeadLetterState::Open),
        ];
        assert_eq!(of(&states, false), rest);
        assert_eq!(of(&states, true), rest);
    }

    #[test]
    fn a_replay_that_has_delivered_nothing_becomes_what_it_was() {
        assert_eq!(of(&[DeliveryState::Pending], true), []);
    }
}
