//! Puts messages into the queue: from a batch of messages to entries in the schedule, by one atomic write that is
//! synced to disk.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::{DeadLetterId, Digest, Envelope, MessageId, Timestamp};

use crate::clock_watermark;
use crate::dead_letters::Counters;
use crate::dedupe::{self, First, Window};
use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::enqueued::Enqueued;
use crate::error::StoreError;
use crate::flows::{FlowQueue, Flows, hash_of_key};
use crate::history::MessageLocation;
use crate::idempotency::{self, IdempotencyKey};
use crate::index_entry::{Due, IndexEntry};
use crate::keys;
use crate::kv::{KvWrite, PreparedWrite};
use crate::pending::Durability;
use crate::record::Record;
use crate::store::Store;
use crate::supersede::{self, Standing};

/// A message to be stored in the queue.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// The message and what the host knows about it.
    pub envelope: Envelope,
    /// How long messages with the same `dedupe_key` count as duplicates of this one; none: no duplicate detection.
    pub dedupe_window: Option<Duration>,
    /// The idempotency key of the sender's request, if it has one.
    pub idempotency: Option<IdempotencyKey>,
    /// What the sender signed, if it signed the message.
    pub signed: Option<Signed>,
}

/// What a sender signed: a message with the same is a duplicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// A digest of it.
    pub digest: Digest,
    /// How long it is remembered.
    pub window: Duration,
}

/// A message ready to be stored: encoded by the caller, to keep that work off the committer thread.
pub(crate) struct Prepared {
    record: Record,
    index: IndexEntry,
    queue: Arc<FlowQueue>,
    windows: Vec<Window>,
    idempotency: Option<IdempotencyKey>,
}

impl Store {
    /// Stores messages in the queue: all of them or none, one answer each, in order. Returns when they are on stable
    /// storage; if the caller is cancelled before, they may be stored all the same.
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
        let counters = self.inner.dead_letters.clone();
        self.commit(Durability::Flushed, move |draft| {
            writes.into_iter().try_for_each(|write| write.apply(draft))?;
            messages.into_iter().map(|message| store(draft, &counters, message, now)).collect()
        })
        .await
    }

    pub(crate) fn prepare(&self, new: NewMessage, now: Timestamp) -> Result<Prepared, StoreError> {
        let NewMessage { envelope, dedupe_window, idempotency, signed } = new;
        let flow = &envelope.flow;
        let signed = signed.map(|Signed { digest, window }| Window::of_signed(flow, &digest, now.after(window)));
        let value = envelope.dedupe_key.as_deref().zip(dedupe_window);
        let value = value.map(|(value, window)| Window::of_value(flow, value, now.after(window)));
        let windows = signed.into_iter().chain(value).collect();
        let record = Record::of(&envelope)?;
        Ok(Prepared {
            index: IndexEntry {
                id: envelope.message.id,
                key: envelope.message.key.as_deref().map(hash_of_key),
                since: now,
                due: Due::Now,
                bytes: record.len(),
                is_replay: false,
                flow: envelope.flow.clone(),
            },
            record,
            queue: self.inner.flows.of(&envelope.flow),
            windows,
            idempotency,
        })
    }
}

/// Stores one message in the queue, unless it is a repetition or a duplicate.
pub(crate) fn store(
    draft: &mut Draft<'_>,
    counters: &Counters,
    mut message: Prepared,
    now: Timestamp,
) -> Result<Enqueued, StoreError> {
    let Some(idempotency_key) = message.idempotency.take() else {
        return store_once(draft, counters, message, None, now);
    };
    let flow = message.index.flow.clone();
    let answer = idempotency::answer(draft, &flow, &idempotency_key, now)?;
    let before = match answer {
        Some(Enqueued::Conflicting(first)) => match supersede::standing(draft, first, &message.record)? {
            Standing::GivenUp => Some(first),
            Standing::Undecided => return Err(StoreError::Undecided(first)),
            Standing::Alive(_) => return Ok(Enqueued::Conflicting(first)),
        },
        // The same request again is not a correction; it is new only if somebody has discarded the first one.
        Some(Enqueued::Repeated { message: before, .. }) if supersede::is_discarded(draft, before)? => Some(before),
        Some(answer) => return Ok(answer),
        None => idempotency::expired(draft, &flow, &idempotency_key)?,
    };
    let enqueued = store_once(draft, counters, message, before, now)?;
    let remembered = match enqueued {
        Enqueued::Stored { message, .. } => Some((message, false)),
        Enqueued::Duplicate { first, .. } => Some((first, true)),
        Enqueued::Repeated { .. } | Enqueued::Conflicting(_) => None,
    };
    if let Some(answer) = remembered {
        idempotency::remember(draft, &flow, &idempotency_key, answer, now)?;
    }
    Ok(enqueued)
}

/// Stores a message, unless it is a duplicate. `given_up` is the message that its idempotency key belonged to.
fn store_once(
    draft: &mut Draft<'_>,
    counters: &Counters,
    mut message: Prepared,
    given_up: Option<MessageId>,
    now: Timestamp,
) -> Result<Enqueued, StoreError> {
    let id = message.index.id;
    // Each id is stored once: a caller may repeat a request that got no answer.
    if draft.get(&keys::location(id))?.is_some() {
        return Ok(Enqueued::Duplicate { first: id, state: supersede::state_of(draft, id)? });
    }
    let mut before = given_up;
    for window in &message.windows {
        if let Some(First { message: first, expires }) = dedupe::first(draft, window)? {
            match supersede::standing(draft, first, &message.record)? {
                Standing::GivenUp => before = Some(first),
                _ if expires <= now => {}
                Standing::Undecided => return Err(StoreError::Undecided(first)),
                Standing::Alive(state) => return Ok(Enqueued::Duplicate { first, state }),
            }
        }
    }
    for window in &message.windows {
        dedupe::remember(draft, window, id)?;
    }
    if let Some(before) = before {
        message.take_place_of(draft, counters, before, now)?;
    }
    append(draft, &message.index, message.record, message.queue)?;
    Ok(Enqueued::Stored { message: id, supersedes: before })
}

impl Prepared {
    fn take_place_of(
        &mut self,
        draft: &mut Draft<'_>,
        counters: &Counters,
        before: MessageId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut envelope: Envelope = self.record.read()?;
        supersede::supersede(draft, counters, before, &mut envelope, now)?;
        self.record = Record::of(&envelope)?;
        self.index.bytes = self.record.len();
        Ok(())
    }
}

/// Writes a message at the end of the queue, and adds it to the schedule once that is committed.
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
    let entry = index.entry(seq);
    let id = index.id;
    draft.after_commit(move || queue.push(entry, id));
    Ok(())
}

/// Fills the schedules from the index. Returns the number for the next message, and the keys of damaged entries.
pub(crate) fn load(disk: &Disk, flows: &Flows) -> Result<(u64, Vec<Vec<u8>>), StoreError> {
    let mut next_seq = 1;
    let watermark = clock_watermark::load(disk)?;
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
        let mut schedule = queue.schedule.lock();
        match index.due {
            Due::Now => schedule.push(entry, index.id),
            Due::Held => schedule.push_later(entry, Timestamp::default(), watermark),
            Due::At(due) => schedule.push_later(entry, due, watermark),
        }
    }
    Ok((next_seq, damaged))
}

/// The dead letter that a queued message is a replay of.
pub(crate) fn replay_of(envelope: &Envelope) -> Option<DeadLetterId> {
    envelope.replay.as_ref().map(|replay| replay.dead_letter)
}
