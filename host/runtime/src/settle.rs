//! The end of a run: what became of the message goes into the store in one atomic write.

use gantry_core::{DeadLetter, DeliveryState, Envelope, Event, MessageState, TrailEntry};
use gantry_store::{Leased, Settlement};

use crate::flow::RunningFlow;
use crate::state::{Attempted, Ending, Next, Settled};

impl RunningFlow {
    /// Writes the decision down. None: the store failed, the message is back in the queue and the host is stopping.
    pub(crate) async fn settle(&self, attempted: Attempted) -> Option<Settled> {
        let Attempted { lease: Leased { mut envelope, ticket }, next } = attempted;
        let settled = match next {
            Next::Wait(due) => {
                self.store.settle(ticket, Settlement::Later { envelope: Box::new(envelope), due }).await.map(|()| None)
            }
            Next::Finish(ending) => {
                let (state, letters) = self.end(&mut envelope, ending);
                let settlement = finished(&envelope, state, letters.clone());
                self.store.settle(ticket, settlement).await.map(|()| {
                    letters.iter().for_each(|letter| self.announce(letter));
                    Some(Settled { envelope, state })
                })
            }
        };
        settled.unwrap_or_else(|error| {
            tracing::error!(%error, "failed to settle a message; it returns to the queue and the host stops");
            self.broken.cancel();
            None
        })
    }

    fn end(&self, envelope: &mut Envelope, ending: Ending) -> (MessageState, Vec<DeadLetter>) {
        let now = self.clock.now();
        let mut letters = match ending {
            Ending::Skipped(fault) => {
                envelope.trail.push(TrailEntry { at: now, event: Event::Skipped { code: fault.code } });
                return (MessageState::Skipped, Vec::new());
            }
            Ending::GivenUp(failure) => vec![self.letter_of_message(envelope, failure, now)],
            Ending::Delivered => {
                let dead = envelope.deliveries.iter().filter(|d| d.state == DeliveryState::Dead);
                dead.map(|delivery| self.letter_of_delivery(envelope, delivery, now)).collect()
            }
        };
        for letter in &letters {
            let event = Event::DeadLettered { letter: letter.id, code: letter.reason.code.clone() };
            envelope.trail.push(TrailEntry { at: now, event });
        }
        letters.iter_mut().for_each(|letter: &mut DeadLetter| letter.trail.clone_from(&envelope.trail));
        let state = if letters.is_empty() { MessageState::Delivered } else { MessageState::DeadLettered };
        (state, letters)
    }

    /// A dead letter needs a human: the only per-message line at ERROR.
    fn announce(&self, letter: &DeadLetter) {
        self.metrics.observe_dead_letter(letter);
        tracing::error!(
            dead_letter = %letter.id,
            stage = letter.stage.name(),
            target = letter.target.as_ref().map(|target| target.as_str()),
            code = %letter.reason.code,
            reason = %letter.reason.text.escape_debug(),
            fingerprint = %letter.fingerprint,
            attempts = letter.attempts.len(),
            "message dead-lettered"
        );
    }

    /// Counts what became of the message.
    pub(crate) fn observe(&self, settled: Option<Settled>) {
        if let Some(Settled { envelope, state }) = settled {
            self.metrics.observe_finished(&envelope, state, self.clock.now());
        }
    }
}

/// The end of a message for the store. A replayed letter that didn't fail again is resolved.
fn finished(envelope: &Envelope, state: MessageState, letters: Vec<DeadLetter>) -> Settlement {
    let replayed = envelope.replay.as_ref().map(|replay| replay.dead_letter);
    let resolved = replayed.filter(|id| letters.iter().all(|letter| letter.id != *id));
    Settlement::Finished { state, trail: envelope.trail.clone(), letters, resolved }
}
