//! Gives messages in the queue to another flow: they go to the end of its queue, and through its plugins from the
//! beginning.

use gantry_core::{DeliveryState, Envelope, Event, FlowName, MessageId, TimelineEntry, Timestamp};

use crate::blocks;
use crate::dedupe::{self, Takeover};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::index_entry::{Due, IndexEntry};
use crate::keys;
use crate::lease::Leased;
use crate::pending::Durability;
use crate::queue;
use crate::record::Record;
use crate::store::Store;

/// Who gives messages to which flow.
#[derive(Clone, Debug)]
struct Transfer {
    to: FlowName,
    by: String,
    now: Timestamp,
}

/// What became of a message that was to be moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The message.
    pub message: MessageId,
    /// Why it stayed where it is, if it did.
    pub stayed: Option<NotMoved>,
}

/// Why a message was not moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMoved {
    /// It is a replay: its dead letter belongs to its flow.
    Replay,
    /// A target of its flow already has a part of it.
    PartlyDelivered,
    /// The other flow has a message with the same dedupe key.
    Duplicate,
}

impl Store {
    /// Moves messages to another flow, in one atomic write; returns when it is on stable storage. Those that can't be moved stay
    /// where they are.
    pub async fn move_queued(&self, leased: Vec<Leased>, to: FlowName, by: String) -> Result<Vec<Moved>, StoreError> {
        let transfer = Transfer { to, by, now: self.inner.clock.now() };
        self.commit(Durability::Flushed, move |draft| {
            leased.into_iter().map(|leased| transfer.apply(draft, leased)).collect()
        })
        .await
    }
}

impl Transfer {
    fn apply(&self, draft: &mut Draft<'_>, Leased { envelope, ticket }: Leased) -> Result<Moved, StoreError> {
        let message = envelope.message.id;
        let stayed = match obstacle(&envelope) {
            Some(obstacle) => Some(obstacle),
            None => self.take_dedupe_value(draft, &envelope)?,
        };
        if stayed.is_some() {
            return Ok(Moved { message, stayed });
        }
        let claim = ticket.claim;
        let entry = claim.entry;
        draft.remove_record(&keys::message(entry.seq))?;
        draft.delete(keys::index(entry.seq));
        if let Some(key) = entry.key {
            blocks::end_taken_over(draft, claim.queue(), key, message)?;
        }
        draft.after_commit(move || claim.finish());
        let record = Record::of(&self.envelope(envelope))?;
        let index = IndexEntry {
            id: message,
            key: entry.key,
            since: self.now,
            due: Due::Now,
            bytes: record.len(),
            is_replay: false,
            flow: self.to.clone(),
        };
        let queue = draft.flows().of(&self.to);
        queue::append(draft, &index, record, queue)?;
        Ok(Moved { message, stayed: None })
    }

    /// The message as the other flow gets it: as it was received.
    fn envelope(&self, mut envelope: Envelope) -> Envelope {
        let event = Event::Moved { from: envelope.flow, to: self.to.clone(), by: self.by.clone() };
        envelope.timeline.push(TimelineEntry { at: self.now, event });
        Envelope {
            flow: self.to.clone(),
            run: 1,
            plugins: Vec::new(),
            deliveries: Vec::new(),
            warnings: Vec::new(),
            ..envelope
        }
    }

    /// Takes the dedupe value along, unless another message of the other flow has it.
    fn take_dedupe_value(&self, draft: &mut Draft<'_>, envelope: &Envelope) -> Result<Option<NotMoved>, StoreError> {
        let Some(value) = &envelope.dedupe_key else { return Ok(None) };
        let takeover = Takeover { from: &envelope.flow, to: &self.to, value, message: envelope.message.id };
        let is_taken = dedupe::take_over(draft, &takeover, self.now)?;
        Ok((!is_taken).then_some(NotMoved::Duplicate))
    }
}

fn obstacle(envelope: &Envelope) -> Option<NotMoved> {
    if envelope.replay.is_some() {
        return Some(NotMoved::Replay);
    }
    let is_untouched = envelope.deliveries.iter().all(|delivery| delivery.state == DeliveryState::Pending);
    (!is_untouched).then_some(NotMoved::PartlyDelivered)
}
