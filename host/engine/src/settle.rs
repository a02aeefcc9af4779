//! The end of a run: writes the result for the message to the store, in one atomic write.
//!
//! The worker hands over a message after its attempts. A message that has ended leaves the queue; its dead letters, the
//! events about them and its broken rules are in the same write. Any other message returns to the queue. Metrics and
//! events follow only after the write.

mod breaches;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use gantry_core::{
    Breach, Clock, DeadLetter, DeliveryState, Envelope, Event, FlowName, HostEventKind, LogLevel, MessageState,
    TimelineEntry,
};
use gantry_store::{Along, Leased, Settlement, Store, StoreError, Ticket};
use tokio_util::sync::CancellationToken;

use crate::dead_letter::DeadLetterWriter;
use crate::events::{Events, PreparedEvent};
use crate::metrics::FlowMetrics;
use crate::state::{Attempted, Ending, Next, Settled, Wait};
use crate::steps::Steps;

/// Writes the results for the messages of a flow.
pub struct Settler {
    flow: FlowName,
    dead_letters: DeadLetterWriter,
    services: SettleServices,
}

/// What a settler uses of the host.
#[derive(Clone)]
pub struct SettleServices {
    /// Queue, dead letters and history.
    pub store: Store,
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// The metrics of the flow.
    pub metrics: FlowMetrics,
    /// Where dead letters are published.
    pub events: Events,
    /// Cancelled when the store fails.
    pub broken: CancellationToken,
}

impl Settler {
    /// The settler of a flow, with this writer of dead letters.
    #[must_use]
    pub const fn new(flow: FlowName, dead_letters: DeadLetterWriter, services: SettleServices) -> Self {
        Self { flow, dead_letters, services }
    }

    /// The same flow with other steps.
    #[must_use]
    pub fn with_steps(&self, steps: Arc<Steps>) -> Self {
        Self::new(self.flow.clone(), self.dead_letters.with_steps(steps), self.services.clone())
    }

    /// Writes the decision. Returns none when the message is back in the queue: because it waits, or because the store
    /// failed, in which case the host stops.
    pub(crate) async fn settle(&self, attempted: Attempted) -> Option<Settled> {
        let Attempted { lease: Leased { envelope, ticket }, next } = attempted;
        let settled = match next {
            Next::Wait(wait) => self.put_back(ticket, envelope, wait).await.map(|()| None),
            Next::Finish(ending) => self.finish(ticket, envelope, ending).await.map(Some),
        };
        settled.unwrap_or_else(|error| {
            tracing::error!(%error, "failed to settle a message; it returns to the queue and the host stops");
            self.services.broken.cancel();
            None
        })
    }

    async fn put_back(&self, ticket: Ticket, envelope: Envelope, wait: Wait) -> Result<(), StoreError> {
        let Wait { due, held } = wait;
        let envelope = Box::new(envelope);
        let is_held = !held.is_empty();
        let settlement = if is_held { Settlement::Held { envelope, due } } else { Settlement::Later { envelope, due } };
        self.services.store.settle(ticket, settlement).await?;
        // A gate that opened while the message was on its way back to the queue could not wake it.
        held.iter().for_each(|held| held.gate.wake_if_missed(held.since));
        Ok(())
    }

    async fn finish(&self, ticket: Ticket, mut envelope: Envelope, ending: Ending) -> Result<Settled, StoreError> {
        let breaches = breaches::of(&mut envelope, &ending);
        let dead_letters = self.services.store.bound_kinds(self.end(&mut envelope, &ending)).await?;
        let state = state_of(&ending, &dead_letters);
        if dead_letters.is_empty() {
            forget_details(&mut envelope);
        }
        let settlement = finished(&envelope, state, dead_letters.clone());
        let mut events: Vec<_> = dead_letters.iter().map(|dead_letter| self.dead_letter_event(dead_letter)).collect();
        let messages = events.iter_mut().flat_map(PreparedEvent::take_messages).collect();
        let along = Along { messages, breaches: breaches.clone() };
        self.services.store.settle_with(ticket, settlement, along).await?;
        let settled = Settled { envelope, state };
        self.count(&settled, &dead_letters, &breaches);
        events.into_iter().for_each(|event| self.services.events.emit(event));
        Ok(settled)
    }

    /// Adds the end to the message's timeline, and makes the dead letters.
    fn end(&self, envelope: &mut Envelope, ending: &Ending) -> Vec<DeadLetter> {
        let now = self.services.clock.now();
        let mut dead_letters = match ending {
            Ending::Skipped(fault) => {
                envelope.timeline.push(TimelineEntry { at: now, event: Event::Skipped { code: fault.code.clone() } });
                Vec::new()
            }
            Ending::GivenUp(failure) => vec![self.dead_letters.of_message(envelope, failure, now)],
            Ending::Delivered => {
                let dead = envelope.deliveries.iter().filter(|delivery| delivery.state == DeliveryState::Dead);
                dead.map(|delivery| self.dead_letters.of_delivery(envelope, delivery, now)).collect()
            }
        };
        for dead_letter in &dead_letters {
            let event = Event::DeadLettered { dead_letter: dead_letter.id, code: dead_letter.reason.code.clone() };
            envelope.timeline.push(TimelineEntry { at: now, event });
        }
        for dead_letter in &mut dead_letters {
            dead_letter.timeline.clone_from(&envelope.timeline);
        }
        dead_letters
    }

    /// The event about a dead letter. It is logged at ERROR, because an operator must act.
    fn dead_letter_event(&self, dead_letter: &DeadLetter) -> PreparedEvent {
        let event = HostEventKind::DeadLettered {
            dead_letter: dead_letter.id,
            stage: dead_letter.stage,
            target: dead_letter.target.clone(),
            code: dead_letter.reason.code.clone(),
            reason: dead_letter.reason.text.clone(),
            fingerprint: dead_letter.fingerprint.to_string(),
            attempts: u32::try_from(dead_letter.attempts.len()).unwrap_or(u32::MAX),
        };
        self.services.events.prepare(&self.flow, event)
    }

    fn count(&self, settled: &Settled, dead_letters: &[DeadLetter], breaches: &[Breach]) {
        let SettleServices { metrics, clock, .. } = &self.services;
        metrics.observe_breaches(breaches);
        dead_letters.iter().for_each(|dead_letter| metrics.observe_dead_letter(dead_letter));
        metrics.observe_finished(&settled.envelope, settled.state, clock.now());
    }
}

/// Of a message that ended well, the history keeps only the log lines that call for attention.
fn forget_details(envelope: &mut Envelope) {
    envelope.timeline.retain(|entry| entry.event.log_level().is_none_or(|level| level >= LogLevel::Warn));
}

fn state_of(ending: &Ending, dead_letters: &[DeadLetter]) -> MessageState {
    match ending {
        Ending::Skipped(_) => MessageState::Skipped,
        Ending::GivenUp(_) => MessageState::DeadLettered,
        Ending::Delivered if dead_letters.is_empty() => MessageState::Delivered,
        Ending::Delivered => MessageState::DeadLettered,
    }
}

/// The end of a message, for the store. A replayed dead letter that didn't fail again is resolved.
fn finished(envelope: &Envelope, state: MessageState, dead_letters: Vec<DeadLetter>) -> Settlement {
    let replayed = envelope.replay.as_ref().map(|replay| replay.dead_letter);
    let resolved = replayed.filter(|id| dead_letters.iter().all(|dead_letter| dead_letter.id != *id));
    Settlement::Finished { state, timeline: envelope.timeline.clone(), dead_letters, resolved }
}
