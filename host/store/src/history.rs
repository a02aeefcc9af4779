//! Where a message is, and its history once it has ended.

use gantry_core::{Envelope, FlowName, History, MessageId, MessageState, TimelineEntry, Timestamp};
use serde::{Deserialize, Serialize};

use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::keys;
use crate::record::Record;
use crate::store::Store;

/// How many times a lookup is repeated when the message moves meanwhile.
const MAX_LOOKUPS: u32 = 5;

/// What is stored under a message's id.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MessageLocation {
    /// In the queue, under this number.
    Queued { seq: u64 },
    /// It has ended.
    Ended { at: Timestamp, history: History },
}

impl MessageLocation {
    /// The state of the message.
    pub(crate) const fn state(&self) -> MessageState {
        match self {
            Self::Queued { .. } => MessageState::Queued,
            Self::Ended { history, .. } => history.state,
        }
    }
}

/// The history of a queued message so far.
pub(crate) fn of_queued(envelope: &Envelope) -> History {
    History {
        id: envelope.message.id,
        flow: envelope.flow.clone(),
        source: envelope.source.clone(),
        key: envelope.message.key.clone(),
        dedupe_key: envelope.dedupe_key.clone(),
        received_at: envelope.received_at,
        state: MessageState::Queued,
        timeline: envelope.timeline.clone(),
    }
}

/// The history of a message whose envelope can't be read.
pub(crate) fn of_damaged(id: MessageId, flow: FlowName, queued_at: Timestamp, last: TimelineEntry) -> History {
    let state = MessageState::DeadLettered;
    let source = String::new();
    History { id, flow, source, key: None, dedupe_key: None, received_at: queued_at, state, timeline: vec![last] }
}

/// Adds an entry to the history of a message that has ended; does nothing if there is none.
pub(crate) fn note(draft: &mut Draft<'_>, message: MessageId, entry: TimelineEntry) -> Result<(), StoreError> {
    let key = keys::location(message);
    match draft.load(&key) {
        Ok(Some((MessageLocation::Ended { at, mut history }, _))) => {
            history.timeline.push(entry);
            draft.put_record(&key, Record::of(&MessageLocation::Ended { at, history })?)
        }
        Ok(_) | Err(StoreError::Damaged(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

impl Store {
    /// What happened to a message: taken from its envelope while it is queued, from its stored history afterwards.
    pub async fn history(&self, id: MessageId) -> Result<Option<History>, StoreError> {
        self.read(move |disk| look_up(disk, id)).await
    }
}

pub(crate) fn look_up(disk: &Disk, id: MessageId) -> Result<Option<History>, StoreError> {
    for _ in 0..MAX_LOOKUPS {
        match disk.load(&keys::location(id))? {
            None => return Ok(None),
            Some((MessageLocation::Ended { history, .. }, _)) => return Ok(Some(history)),
            Some((MessageLocation::Queued { seq }, _)) => {
                if let Some((envelope, _)) = disk.load::<Envelope>(&keys::message(seq))? {
                    return Ok(Some(of_queued(&envelope)));
                }
                // It left the queue between the two reads.
            }
        }
    }
    Ok(None)
}
