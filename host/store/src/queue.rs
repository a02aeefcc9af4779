//! Into the queue: from a batch of messages to entries in the schedule, through one atomic, fsynced write.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::{DeadLetterId, Envelope, FlowName, MessageId, Timestamp};

use crate::dedupe::{self, Window};
use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::enqueued::Enqueued;
use crate::error::StoreError;
use crate::flows::{FlowQueue, Flows, hash_of_key};
use crate::history::MessageLocation;
use crate::idempotency::{self, IdempotencyKey};
use crate::keys;
use crate::kv::{KvWrite, PreparedWrite};
use crate::moments;
use crate::pending::Durability;
use crate::record::Record;
use crate::schedule::Entry;
use crate::store::Store;

/// A message to be taken into custody.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// The message and what is known of it.
    pub envelope: Envelope,
    /// How long messages with the same `dedupe_key` count as duplicates of this one; none: never.
    pub dedupe_window: Option<Duration>,
    /// What its sender recognises the request by; none: by nothing.
    pub idempotency: Option<IdempotencyKey>,
}

/// The index entry of a queued message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    pub(crate) id: MessageId,
    pub(crate) key: u64,
    pub(crate) since: Timestamp,
    /// When it may be worked on; none: at once.
    pub(crate) due: Option<Timestamp>,
    /// How long the message's record is; 0 where an earlier version did not say.
    pub(crate) bytes: u32,
    pub(crate) flow: FlowName,
}

/// Without the record's length.
const INDEX_VERSION_1: u8 = 1;
const INDEX_VERSION: u8 = 2;

impl IndexEntry {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(45 + self.flow.as_str().len());
        bytes.push(INDEX_VERSION);
        bytes.extend_from_slice(self.id.as_bytes());
        for number in [self.key, self.since.0, self.due.map_or(0, |due| due.0)] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&self.bytes.to_be_bytes());
        bytes.extend_from_slice(self.flow.as_str().as_bytes());
        bytes
    }

    /// How the schedule sees it.
    pub(crate) const fn entry(&self, seq: u64) -> Entry {
        Entry { seq, key: self.key, since: self.since, bytes: self.bytes }
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        let (id, rest) = rest.split_first_chunk::<16>()?;
        let (key, rest) = rest.split_first_chunk::<8>()?;
        let (since, rest) = rest.split_first_chunk::<8>()?;
        let (due, rest) = rest.split_first_chunk::<8>()?;
        let (len, flow) = match *version {
            INDEX_VERSION_1 => (0, rest),
            INDEX_VERSION => rest.split_first_chunk::<4>().map(|(len, flow)| (u32::from_be_bytes(*len), flow))?,
            _ => return None,
        };
        let due = u64::from_be_bytes(*due);
        Some(Self {
            id: MessageId::from_bytes(*id),
            key: u64::from_be_bytes(*key),
            since: Timestamp(u64::from_be_bytes(*since)),
            due: (due != 0).then_some(Timestamp(due)),
            bytes: len,
            flow: std::str::from_utf8(flow).ok()?.parse().ok()?,
        })
    }
}

/// A message ready to be stored: encoded by the caller, so that the one committer need not.
pub(crate) struct Prepared {
    record: Record,
    index: IndexEntry,
    queue: Arc<FlowQueue>,
    window: Option<Window>,
    idempotency: Option<IdempotencyKey>,
}

impl Store {
    /// Takes messages into custody: all of them or none, one answer each, in order. Returns when they are on stable
    /// storage; if the caller goes away before, they may be stored all the same.
    pub async fn enqueue(&self, batch: Vec<NewMessage>) -> Result<Vec<Enqueued>, StoreError> {
        self.enqueue_with(batch, Vec::new()).await
    }

    /// Like [`Self::enqueue`], with changes of key-value entries in the same atomic write.
    pub async fn enqueue_with(
        &self,
        batch: Vec<NewMessage>,
        writes: Vec<KvWrite>,
    ) -> Result<Vec<Enqueued>, StoreError> {
        let now = self.inner.clock.now();
        let messages = batch.into_iter().map(|new| self.prepare(new, now)).collect::<Result<Vec<_>, _>>()?;
        let writes = writes.into_iter().map(PreparedWrite::of).collect::<Result<Vec<_>, _>>()?;
        let step = move |draft: &mut Draft<'_>| {
            writes.into_iter().try_for_each(|write| write.apply(draft))?;
            messages.into_iter().map(|message| store(draft, message, now)).collect()
        };
        self.commit(Durability::Flushed, step).await
    }

    pub(crate) fn prepare(&self, new: NewMessage, now: Timestamp) -> Result<Prepared, StoreError> {
        let NewMessage { envelope, dedupe_window, idempotency } = new;
        let window = envelope
            .dedupe_key
            .as_deref()
            .zip(dedupe_window)
            .map(|(key, window)| Window::new(&envelope.flow, key, now.after(window)));
        let record = Record::of(&envelope)?;
        Ok(Prepared {
            index: IndexEntry {
                id: envelope.message.id,
                key: hash_of_key(envelope.message.key.as_deref()),
                since: now,
                due: None,
                bytes: record.len(),
                flow: envelope.flow.clone(),
            },
            record,
            queue: self.inner.flows.of(&envelope.flow),
            window,
            idempotency,
        })
    }
}

/// Puts one message into the queue, unless it is known already.
pub(crate) fn store(draft: &mut Draft<'_>, mut message: Prepared, now: Timestamp) -> Result<Enqueued, StoreError> {
    let Some(asked) = message.idempotency.take() else { return store_once(draft, message, now) };
    let flow = message.index.flow.clone();
    if let Some(answered) = idempotency::answer(draft, &flow, &asked, now)? {
        return Ok(answered);
    }
    let enqueued = store_once(draft, message, now)?;
    if let Enqueued::Stored(id) | Enqueued::Duplicate(id) = enqueued {
        let duplicate = matches!(enqueued, Enqueued::Duplicate(_));
        idempotency::remember(draft, &flow, &asked, (id, duplicate), now)?;
    }
    Ok(enqueued)
}

fn store_once(draft: &mut Draft<'_>, message: Prepared, now: Timestamp) -> Result<Enqueued, StoreError> {
    let id = message.index.id;
    // An id is taken once: a caller that repeats a request it got no answer to changes nothing.
    if draft.get(&keys::location(id))?.is_some() {
        return Ok(Enqueued::Duplicate(id));
    }
    if let Some(window) = &message.window
        && let Some(first) = dedupe::first_or_remember(draft, window, id, now)?
    {
        return Ok(Enqueued::Duplicate(first));
    }
    append(draft, &message.index, message.record, message.queue)?;
    Ok(Enqueued::Stored(id))
}

/// Writes a message at the end of the queue, and lets the schedule know once that is committed.
pub(crate) fn append(
    draft: &mut Draft<'_>,
    index: &IndexEntry,
    record: Record,
    queue: Arc<FlowQueue>,
) -> Result<(), StoreError> {
    let seq = draft.next_seq();
    draft.add_record(&keys::message(seq), record);
    draft.set(keys::index(seq), index.to_bytes());
    draft.put_record(&keys::location(index.id), Record::of(&MessageLocation::Queued { seq })?)?;
    let (entry, id) = (index.entry(seq), index.id);
    draft.after_commit(move || queue.push(entry, id));
    Ok(())
}

/// Fills the schedules from the index; the number for the next message, and the keys of entries that can't be read.
pub(crate) fn load(disk: &Disk, flows: &Flows) -> Result<(u64, Vec<Vec<u8>>), StoreError> {
    let mut next_seq = 1;
    let seen = moments::latest(disk)?;
    let mut damaged = Vec::new();
    for pair in disk.scan(&[keys::INDEX], None) {
        let (key, value) = pair?;
        let Some(seq) = keys::read_index(&key) else {
            damaged.push(key);
            continue;
        };
        next_seq = seq + 1;
        let Some(index) = IndexEntry::from_bytes(&value) else {
            damaged.push(key);
            continue;
        };
        let queue = flows.of(&index.flow);
        let entry = index.entry(seq);
        match index.due {
            Some(due) => queue.schedule.lock().push_later(entry, due, seen),
            None => queue.schedule.lock().push(entry, index.id),
        }
    }
    Ok((next_seq, damaged))
}

/// The dead letter a queued message is a replay of, and the message itself.
pub(crate) fn replay_of(envelope: &Envelope) -> Option<DeadLetterId> {
    envelope.replay.as_ref().map(|replay| replay.dead_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_entry_survives_the_way_to_disk_and_back() {
        for due in [None, Some(Timestamp(77))] {
            let flow = "shop-orders".parse().unwrap();
            let entry =
                IndexEntry { id: MessageId::generate(), key: u64::MAX, since: Timestamp(5), due, bytes: 9, flow };
            assert_eq!(IndexEntry::from_bytes(&entry.to_bytes()), Some(entry));
        }
        assert_eq!(IndexEntry::from_bytes(&[]), None);
        assert_eq!(IndexEntry::from_bytes(&[INDEX_VERSION; 45]), None, "no flow");
    }

    #[test]
    fn an_index_entry_of_an_earlier_version_is_of_unknown_length() {
        let mut bytes = vec![INDEX_VERSION_1];
        bytes.extend([7; 40]);
        bytes.extend(b"orders");
        let read = IndexEntry::from_bytes(&bytes).unwrap();
        assert_eq!((read.bytes, read.flow.as_str()), (0, "orders"));
    }
}
