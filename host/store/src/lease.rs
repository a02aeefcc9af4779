//! Out of the queue: messages are leased in memory, without a write, and come back by themselves when whoever leased
//! them goes away. Payloads are read from disk only here.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::{DeadLetterId, Envelope, Event, FlowName, History, MessageId, TimelineEntry, Timestamp};

use crate::dead_letters;
use crate::disk::{Disk, Read, guarded};
use crate::draft::Draft;
use crate::error::{FailureKind, StoreError};
use crate::flows::FlowQueue;
use crate::history::{self, MessageLocation};
use crate::keys;
use crate::pending::Durability;
use crate::queue::{IndexEntry, replay_of};
use crate::record::Record;
use crate::schedule::Entry;
use crate::store::Store;

/// The shortest wait for a due time: what is due within a millisecond can't be waited for more exactly.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// The code in the trail of a message whose record was damaged.
const DAMAGED_CODE: &str = "store-record-damaged";

/// A message handed out to be worked on.
#[derive(Debug)]
pub struct Leased {
    /// The message and what is known of it.
    pub envelope: Envelope,
    /// What it is settled with; dropping it returns the message to the queue.
    pub ticket: Ticket,
}

/// The right and the duty to settle one leased message: pass it to [`Store::settle`]. Dropped, it returns the message
/// to the head of the queue, as when the task that worked on it was cancelled.
#[must_use = "a ticket that is dropped returns its message to the queue"]
pub struct Ticket {
    pub(crate) claim: Claim,
    /// What will be kept of the message, as far as it is known now.
    pub(crate) history: History,
    /// The dead letter this run is a replay of.
    pub(crate) replay: Option<DeadLetterId>,
}

impl Ticket {
    /// The message to be settled.
    #[must_use]
    pub fn message(&self) -> MessageId {
        self.history.id
    }

    /// How long its record is on disk; 0 where an earlier version did not say.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.claim.entry.bytes as usize
    }
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Ticket").field(&self.history.id).finish()
    }
}

/// A place in a schedule that was taken, and is given back unless it is finished or postponed.
pub(crate) struct Claim {
    queue: Arc<FlowQueue>,
    pub(crate) entry: Entry,
    open: bool,
}

impl Claim {
    /// The queue it belongs to.
    pub(crate) fn queue(&self) -> &Arc<FlowQueue> {
        &self.queue
    }

    /// The message has left the queue.
    pub(crate) fn finish(mut self) {
        self.open = false;
        self.queue.schedule.lock().finish(self.entry);
        self.queue.bell.notify_one();
    }

    /// The message is to be worked on again at `due`, or when it is woken if something holds it back; its record takes so
    /// many bytes now.
    pub(crate) fn put_off(mut self, held: bool, due: Timestamp, now: Timestamp, bytes: u32) {
        self.open = false;
        {
            let mut schedule = self.queue.schedule.lock();
            match held {
                true => schedule.hold_back(self.entry, due, now, bytes),
                false => schedule.postpone(self.entry, due, now, bytes),
            }
        }
        // Whoever waits has to learn of the new due time.
        self.queue.bell.notify_one();
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.open {
            self.queue.schedule.lock().give_back(self.entry);
            self.queue.bell.notify_one();
        }
    }
}

/// A message that can't be handed out.
struct Unreadable {
    claim: Claim,
    error: StoreError,
}

impl Store {
    /// Leases messages that may be worked on now, waiting until there is at least one: at most `max_messages`, and no
    /// more once they have `max_bytes` on disk together. In an ordered flow, no two of them share a key.
    ///
    /// Fails only when the store is closed or unavailable. May be cancelled at any time without losing a message.
    pub async fn lease(
        &self,
        flow: &FlowName,
        max_messages: usize,
        max_bytes: usize,
    ) -> Result<Vec<Leased>, StoreError> {
        let queue = self.inner.flows.of(flow);
        loop {
            let claims = self.claim(&queue, max_messages.max(1)).await?;
            let (leased, unreadable) = self.read(move |disk| read_all(disk, claims, max_bytes)).await?;
            for message in unreadable {
                self.quarantine(message).await?;
            }
            if !leased.is_empty() {
                return Ok(leased);
            }
        }
    }

    /// How many damaged records were met since the store was created, and are kept in quarantine or left in place.
    #[must_use]
    pub fn damaged_records(&self) -> u64 {
        self.inner.damaged.load(std::sync::atomic::Ordering::Relaxed)
    }

    async fn claim(&self, queue: &Arc<FlowQueue>, max: usize) -> Result<Vec<Claim>, StoreError> {
        loop {
            let rung = queue.bell.notified();
            tokio::pin!(rung);
            // Listen first, look then: a message that comes in between is not missed.
            rung.as_mut().enable();
            self.inner.health.check()?;
            let (claims, next_due) = self.try_claim(queue, max);
            if !claims.is_empty() {
                return Ok(claims);
            }
            match next_due {
                None => rung.await,
                Some(due) => {
                    let wait = due.since(self.inner.clock.now()).max(SHORTEST_WAIT);
                    // Either way the schedule is looked at again. Should the clock be set meanwhile, `check_clock` rings.
                    let _ = tokio::time::timeout(wait, rung).await;
                }
            }
        }
    }

    fn try_claim(&self, queue: &Arc<FlowQueue>, max: usize) -> (Vec<Claim>, Option<Timestamp>) {
        let now = self.inner.clock.now();
        let mut schedule = queue.schedule.lock();
        let entries: Vec<Entry> = std::iter::from_fn(|| schedule.take(now)).take(max).collect();
        let (more, next_due) = (schedule.has_more(), schedule.next_due());
        drop(schedule);
        if more && !entries.is_empty() {
            // A bell rings for one listener: pass it on.
            queue.bell.notify_one();
        }
        let claim = |entry| Claim { queue: queue.clone(), entry, open: true };
        (entries.into_iter().map(claim).collect(), next_due)
    }

    async fn quarantine(&self, Unreadable { claim, error }: Unreadable) -> Result<(), StoreError> {
        self.inner.damaged.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let seq = claim.entry.seq;
        if let StoreError::Unavailable(failure) = error {
            tracing::error!(seq, error = %failure, "the storage engine can't read a queued message: it stays where it is, unprocessed");
            claim.finish();
            return Ok(());
        }
        let now = self.inner.clock.now();
        let letters = self.inner.letters.clone();
        let step = move |draft: &mut Draft<'_>| {
            let index = draft.get(&keys::index(seq))?.as_deref().and_then(IndexEntry::from_bytes);
            draft.quarantine(&keys::message(seq))?;
            draft.quarantine(&keys::index(seq))?;
            if let Some(index) = &index {
                let ended = MessageLocation::Ended { at: now, history: history_of_damaged(index, now) };
                draft.put_record(&keys::location(index.id), Record::of(&ended)?)?;
                dead_letters::reopen_replaying(draft, &letters, index.id, now)?;
            }
            draft.after_commit(move || claim.finish());
            Ok::<_, StoreError>(index)
        };
        let index = self.commit(Durability::Flushed, step).await?;
        let (message, flow) = index.map(|index| (index.id.to_string(), index.flow.to_string())).unzip();
        tracing::error!(seq, message, flow, error = %error_chain(&error), "a queued message was damaged on disk and was put in quarantine");
        Ok(())
    }
}

fn read_all(disk: &Disk, claims: Vec<Claim>, max_bytes: usize) -> Result<(Vec<Leased>, Vec<Unreadable>), StoreError> {
    let mut leased = Vec::with_capacity(claims.len());
    let mut unreadable = Vec::new();
    let mut bytes = 0;
    let mut claims = claims.into_iter();
    for claim in claims.by_ref() {
        let read = guarded_load(disk, &claim);
        match read {
            Ok((envelope, size)) => {
                bytes += size;
                leased.push(Leased { ticket: ticket(claim, &envelope), envelope });
            }
            Err(StoreError::Unavailable(failure)) if failure.kind == FailureKind::Io => return Err(failure.into()),
            Err(error) => unreadable.push(Unreadable { claim, error }),
        }
        if bytes >= max_bytes && !leased.is_empty() {
            break;
        }
    }
    // The rest goes back, the last first, so that the first is at the head again.
    claims.rev().for_each(drop);
    Ok((leased, unreadable))
}

fn guarded_load(disk: &Disk, claim: &Claim) -> Result<(Envelope, usize), StoreError> {
    let key = keys::message(claim.entry.seq);
    let loaded = guarded(|| Ok::<_, crate::error::Failure>(disk.load(&key)))??;
    loaded.ok_or_else(|| StoreError::Damaged(Arc::new(crate::error::RecordError::Incomplete)))
}

fn ticket(claim: Claim, envelope: &Envelope) -> Ticket {
    Ticket { claim, history: history::of_queued(envelope), replay: replay_of(envelope) }
}

fn history_of_damaged(index: &IndexEntry, now: Timestamp) -> History {
    let letter = DeadLetterId { message: index.id, position: None };
    let event = Event::DeadLettered { letter, code: DAMAGED_CODE.into() };
    history::of_damaged(index.id, index.flow.clone(), index.since, TimelineEntry { at: now, event })
}

fn error_chain(error: &StoreError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
