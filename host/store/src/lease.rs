//! Takes messages out of the queue. A lease is kept in memory, without a write, and its message returns to the queue
//! when the lease is dropped. Payloads are read from disk only here.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::{
    DeadLetterId, Envelope, Event, FlowName, History, MessageId, ReplayOutcome, TimelineEntry, Timestamp,
};

use crate::blocks;
use crate::dead_letters;
use crate::disk::{Disk, Read, guarded};
use crate::error::{FailureKind, StoreError};
use crate::flows::FlowQueue;
use crate::history::{self, MessageLocation};
use crate::index_entry::IndexEntry;
use crate::keys;
use crate::pending::Durability;
use crate::queue::replay_of;
use crate::record::Record;
use crate::schedule::{Entry, Origin};
use crate::store::Store;

/// The shortest wait for a due time: timers are no more precise.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// The code in the timeline of a message whose record was damaged.
const DAMAGED_CODE: &str = "store-record-damaged";

/// A leased message.
#[derive(Debug)]
pub struct Leased {
    /// The message and what the host knows about it.
    pub envelope: Envelope,
    /// Settles it; dropping the ticket returns the message to the queue.
    pub ticket: Ticket,
}

/// The exclusive right to settle one leased message: pass it to [`Store::settle`]. If it is dropped instead, for
/// example because the task was cancelled, the message returns to the head of the queue.
#[must_use = "a ticket that is dropped returns its message to the queue"]
pub struct Ticket {
    pub(crate) claim: Claim,
    /// The history of the message so far.
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

    /// The size of its record on disk in bytes; 0 if an earlier version did not record it.
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

/// A message taken from a schedule. It is given back on drop unless it was finished or postponed.
pub(crate) struct Claim {
    queue: Arc<FlowQueue>,
    pub(crate) entry: Entry,
    /// Where it goes if it is given back.
    origin: Origin,
    open: bool,
}

impl Claim {
    /// A message that was taken from this queue.
    pub(crate) const fn new(queue: Arc<FlowQueue>, entry: Entry, origin: Origin) -> Self {
        Self { queue, entry, origin, open: true }
    }

    /// The queue it belongs to.
    pub(crate) fn queue(&self) -> &Arc<FlowQueue> {
        &self.queue
    }

    /// The message has left the queue.
    pub(crate) fn finish(mut self) {
        self.open = false;
        self.queue.schedule.lock().finish(self.entry);
        self.queue.wake_up.notify_one();
    }

    /// The message is due again at `due`, or earlier if it is `held` and woken; its record now has this many bytes.
    pub(crate) fn postpone(mut self, held: bool, due: Timestamp, now: Timestamp, bytes: u32) {
        self.open = false;
        {
            let mut schedule = self.queue.schedule.lock();
            match held {
                true => schedule.hold_back(self.entry, due, now, bytes),
                false => schedule.postpone(self.entry, due, now, bytes),
            }
        }
        // A waiting lease must learn of the new due time.
        self.queue.wake_up.notify_one();
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.open {
            self.queue.schedule.lock().give_back(self.entry, self.origin);
            self.queue.wake_up.notify_one();
        }
    }
}

/// Which messages to lease.
#[derive(Clone, Copy)]
enum Wanted {
    All,
    Replays,
}

/// A message that can't be read.
struct Unreadable {
    claim: Claim,
    error: StoreError,
}

impl Store {
    /// Leases messages that are due, waiting until there is at least one. Takes at most `max_messages`, and stops once
    /// they have `max_bytes` on disk together. In an ordered flow, no two of them share a key.
    ///
    /// Fails only when the store is closed or unavailable. May be cancelled at any time without losing a message.
    pub async fn lease(
        &self,
        flow: &FlowName,
        max_messages: usize,
        max_bytes: usize,
    ) -> Result<Vec<Leased>, StoreError> {
        self.lease_some(Wanted::All, flow, max_messages, max_bytes).await
    }

    /// Like [`Self::lease`], but only replays of dead letters, and what the order of their keys puts before them.
    pub async fn lease_replays(
        &self,
        flow: &FlowName,
        max_messages: usize,
        max_bytes: usize,
    ) -> Result<Vec<Leased>, StoreError> {
        self.lease_some(Wanted::Replays, flow, max_messages, max_bytes).await
    }

    async fn lease_some(
        &self,
        wanted: Wanted,
        flow: &FlowName,
        max_messages: usize,
        max_bytes: usize,
    ) -> Result<Vec<Leased>, StoreError> {
        let queue = self.inner.flows.of(flow);
        loop {
            let claims = self.claim(&queue, wanted, max_messages.max(1)).await?;
            let (leased, unreadable) = self.read(move |disk| read_all(disk, claims, max_bytes)).await?;
            for message in unreadable {
                self.quarantine(message).await?;
            }
            if !leased.is_empty() {
                return Ok(leased);
            }
        }
    }

    /// How many damaged records were found since the store was created. They are in quarantine or left in place.
    #[must_use]
    pub fn damaged_records(&self) -> u64 {
        self.inner.damaged.load(std::sync::atomic::Ordering::Relaxed)
    }

    async fn claim(&self, queue: &Arc<FlowQueue>, wanted: Wanted, max: usize) -> Result<Vec<Claim>, StoreError> {
        loop {
            let notified = queue.wake_up.notified();
            tokio::pin!(notified);
            // Subscribe before checking, so that a message that arrives in between is not missed.
            notified.as_mut().enable();
            self.inner.health.check()?;
            let (claims, next_due) = self.try_claim(queue, wanted, max);
            if !claims.is_empty() {
                return Ok(claims);
            }
            match next_due {
                None => notified.await,
                Some(due) => {
                    let wait = due.since(self.inner.clock.now()).max(SHORTEST_WAIT);
                    // After a timeout or a notification the schedule is checked again. If the clock is set meanwhile,
                    // `check_clock` notifies.
                    let _ = tokio::time::timeout(wait, notified).await;
                }
            }
        }
    }

    fn try_claim(&self, queue: &Arc<FlowQueue>, wanted: Wanted, max: usize) -> (Vec<Claim>, Option<Timestamp>) {
        let now = self.inner.clock.now();
        let mut schedule = queue.schedule.lock();
        let entries: Vec<Entry> = match wanted {
            Wanted::All => std::iter::from_fn(|| schedule.take(now)).take(max).collect(),
            Wanted::Replays => schedule.take_replays(now, max),
        };
        let more = schedule.has_more();
        let next_due = schedule.next_due();
        drop(schedule);
        if more && !entries.is_empty() {
            // A notification wakes one waiter: wake the next.
            queue.wake_up.notify_one();
        }
        let claims = entries.into_iter().map(|entry| Claim::new(queue.clone(), entry, Origin::Head));
        (claims.collect(), next_due)
    }

    async fn quarantine(&self, Unreadable { claim, error }: Unreadable) -> Result<(), StoreError> {
        self.inner.damaged.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let seq = claim.entry.seq;
        if let StoreError::Unavailable(failure) = error {
            tracing::error!(seq, error = %failure, "the storage engine can't read a queued message: it stays in the store but is not processed");
            claim.finish();
            return Ok(());
        }
        let now = self.inner.clock.now();
        let dead_letters = self.inner.dead_letters.clone();
        let index = self
            .commit(Durability::Flushed, move |draft| {
                let index = draft.get(&keys::index(seq))?.as_deref().and_then(IndexEntry::from_bytes);
                draft.quarantine(&keys::message(seq))?;
                draft.quarantine(&keys::index(seq))?;
                if let Some(index) = &index {
                    let ended = MessageLocation::Ended { at: now, history: history_of_damaged(index, now) };
                    draft.put_record(&keys::location(index.id), Record::of(&ended)?)?;
                    let failed_again = (ReplayOutcome::FailedAgain, now);
                    dead_letters::reopen_replaying(draft, &dead_letters, index.id, failed_again)?;
                    if let Some(key) = index.key {
                        blocks::end_taken_over(draft, claim.queue(), key, index.id)?;
                    }
                }
                draft.after_commit(move || claim.finish());
                Ok::<_, StoreError>(index)
            })
            .await?;
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
        match guarded_load(disk, &claim) {
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
    // Return the remaining claims to the head of the queue, the last first, so that their order is kept.
    claims.rev().for_each(drop);
    Ok((leased, unreadable))
}

fn guarded_load(disk: &Disk, claim: &Claim) -> Result<(Envelope, usize), StoreError> {
    let key = keys::message(claim.entry.seq);
    let loaded = guarded(|| Ok::<_, crate::error::Failure>(disk.load(&key)))??;
    loaded.ok_or_else(|| StoreError::Damaged(Arc::new(crate::error::RecordError::Incomplete)))
}

pub(crate) fn ticket(claim: Claim, envelope: &Envelope) -> Ticket {
    Ticket { claim, history: history::of_queued(envelope), replay: replay_of(envelope) }
}

fn history_of_damaged(index: &IndexEntry, now: Timestamp) -> History {
    let dead_letter = DeadLetterId { message: index.id, position: None };
    let event = Event::DeadLettered { dead_letter, code: DAMAGED_CODE.into() };
    history::of_damaged(index.id, index.flow.clone(), index.since, TimelineEntry { at: now, event })
}

fn error_chain(error: &StoreError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
