//! The end of a run: what became of the message goes into the store in one atomic write.

use gantry_core::{
    Breach, DeadLetter, DeliveryState, Envelope, Event, Happening, MessageState, TargetName, TrailEntry,
};
use gantry_store::{Along, Leased, Settlement};

use crate::events::PreparedEvent;
use crate::flow::RunningFlow;
use crate::state::{Attempted, Ending, Next, Settled, Wait};

impl RunningFlow {
    /// Writes the decision down. None: the store failed, the message is back in the queue and the host is stopping.
    pub(crate) async fn settle(&self, attempted: Attempted) -> Option<Settled> {
        let Attempted { lease: Leased { mut envelope, ticket }, next } = attempted;
        let settled = match next {
            Next::Wait(Wait { due, held }) => {
                let envelope = Box::new(envelope);
                let later = match held.is_empty() {
                    true => Settlement::Later { envelope, due },
                    false => Settlement::Held { envelope, due },
                };
                self.store.settle(ticket, later).await.map(|()| {
                    self.wake_if_opened(&held);
                    None
                })
            }
            Next::Finish(ending) => {
                let breaches = breaches(&mut envelope, &ending);
                let (state, letters) = self.end(&mut envelope, ending);
                let settlement = finished(&envelope, state, letters.clone());
                let mut told: Vec<_> = letters.iter().map(|letter| self.dead_letter_event(letter)).collect();
                let messages = told.iter_mut().flat_map(PreparedEvent::take_messages).collect();
                let along = Along { messages, breaches: breaches.clone() };
                self.store.settle_with(ticket, settlement, along).await.map(|()| {
                    self.metrics.observe_breaches(&breaches);
                    letters.iter().for_each(|letter| self.metrics.observe_dead_letter(letter));
                    told.into_iter().for_each(|told| self.events.emit(told));
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

    /// Who was held back while its target's gate opened has missed the call.
    fn wake_if_opened(&self, held: &[(TargetName, u64)]) {
        let opened = |(name, openings): &(TargetName, u64)| {
            self.targets.get(name).is_none_or(|target| target.gate.openings() != *openings)
        };
        if held.iter().any(opened) {
            self.store.wake(&self.name);
        }
    }

    /// A dead letter needs a human: the only per-message line at ERROR.
    fn dead_letter_event(&self, letter: &DeadLetter) -> PreparedEvent {
        let happening = Happening::DeadLettered {
            letter: letter.id,
            stage: letter.stage,
            target: letter.target.clone(),
            code: letter.reason.code.clone(),
            reason: letter.reason.text.clone(),
            fingerprint: letter.fingerprint.to_string(),
            attempts: u32::try_from(letter.attempts.len()).unwrap_or(u32::MAX),
        };
        self.events.prepare(&self.name, happening)
    }

    /// Counts what became of the message.
    pub(crate) fn observe(&self, settled: Option<Settled>) {
        if let Some(Settled { envelope, state }) = settled {
            self.metrics.observe_finished(&envelope, state, self.clock.now());
        }
    }
}

/// What counts as broken: of each message once, when it first ends. A replay is the same message again.
fn breaches(envelope: &mut Envelope, ending: &Ending) -> Vec<Breach> {
    let mut breaches = std::mem::take(&mut envelope.warnings);
    if let Ending::GivenUp(failure) = ending {
        breaches.extend_from_slice(&failure.breaches);
    }
    if envelope.replay.is_some() {
        breaches.clear();
    }
    once_each(breaches)
}

/// A message that was taken apart breaks a rule in several of its parts, and counts as one message all the same.
fn once_each(breaches: Vec<Breach>) -> Vec<Breach> {
    let mut kinds: Vec<Breach> = Vec::with_capacity(breaches.len());
    for breach in breaches {
        let same = |kind: &&mut Breach| {
            (&kind.step, &kind.code, &kind.field, kind.severity)
                == (&breach.step, &breach.code, &breach.field, breach.severity)
        };
        match kinds.iter_mut().find(same) {
            Some(kind) => kind.count += breach.count,
            None => kinds.push(breach),
        }
    }
    kinds
}

/// The end of a message for the store. A replayed letter that didn't fail again is resolved.
fn finished(envelope: &Envelope, state: MessageState, letters: Vec<DeadLetter>) -> Settlement {
    let replayed = envelope.replay.as_ref().map(|replay| replay.dead_letter);
    let resolved = replayed.filter(|id| letters.iter().all(|letter| letter.id != *id));
    Settlement::Finished { state, trail: envelope.trail.clone(), letters, resolved }
}
