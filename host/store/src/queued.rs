//! What is in the queue, for operators: lists messages, and says where each waits. `withdraw` takes messages out, and
//! `transfer` gives them to another flow.
//!
//! Reading needs no lease and disturbs nobody. A list is a snapshot: a message may have left the queue when it is shown.

mod filter;
mod transfer;
mod withdraw;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use gantry_core::{
    DeadLetterId, Delivery, DeliveryState, Envelope, ErrorClass, FlowName, MessageId, TargetName, Timestamp,
};

use crate::dead_letters::PAGE_BYTES;
use crate::disk::{Disk, Read};
use crate::error::StoreError;
use crate::flows::{FlowQueue, Flows};
use crate::history::MessageLocation;
use crate::index_entry::IndexEntry;
use crate::keys;
use crate::lease::{Claim, Leased, ticket};
use crate::queue::replay_of;
use crate::schedule::Place;
use crate::store::Store;

pub use filter::QueueFilter;
pub use transfer::{Moved, NotMoved};
pub use withdraw::Withdrawal;

/// A message in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMessage {
    /// Its number in the queue; later messages have greater ones.
    pub number: u64,
    /// Its id.
    pub id: MessageId,
    /// Its flow.
    pub flow: FlowName,
    /// Where it came in.
    pub source: String,
    /// Its ordering key.
    pub key: Option<String>,
    /// The key by which duplicates are recognised.
    pub dedupe_key: Option<String>,
    /// When the host accepted it.
    pub received_at: Timestamp,
    /// When it was queued: received, or replayed.
    pub queued_at: Timestamp,
    /// Its bytes on disk.
    pub bytes: u64,
    /// The dead letter that it is a replay of.
    pub replay: Option<DeadLetterId>,
    /// Which run of the plugins comes next, from 1.
    pub run: u32,
    /// Its deliveries; empty until the plugins have run.
    pub deliveries: Vec<QueuedDelivery>,
    /// Where it waits.
    pub place: QueuePlace,
}

/// A delivery of a message in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedDelivery {
    /// Its place among the message's outputs, from 0.
    pub position: u32,
    /// Where it goes.
    pub target: TargetName,
    /// Whether it is done.
    pub state: DeliveryState,
    /// How many attempts were made.
    pub attempts: u32,
    /// When the next attempt is due; the epoch means at once.
    pub not_before: Timestamp,
    /// The status of the last attempt, if it got an answer.
    pub status: Option<u16>,
    /// Why the last attempt failed.
    pub error: Option<ErrorClass>,
}

/// Where a message waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueuePlace {
    /// It is being processed.
    InProgress,
    /// In line; at most this many messages are taken before it.
    InLine {
        /// How many.
        ahead: usize,
    },
    /// For its next attempt, or its next run.
    Until {
        /// When that is due.
        due: Timestamp,
    },
    /// Held back by its target, until that is ready, but no longer than this.
    Held {
        /// When it is tried in any case.
        due: Timestamp,
    },
    /// For an earlier message with its key.
    BehindMessage {
        /// Which.
        message: MessageId,
    },
    /// For dead letters that block its key.
    BehindDeadLetters {
        /// Which.
        dead_letters: Vec<DeadLetterId>,
    },
}

/// Which part of the queue to list.
#[derive(Clone, Copy, Debug)]
pub struct QueuePage {
    /// Whether the newest come first.
    pub newest_first: bool,
    /// Begin after the message with this number; none: at the beginning.
    pub after: Option<u64>,
    /// Most messages to return.
    pub limit: usize,
}

/// A part of the queue.
#[derive(Debug)]
pub struct QueuedPage<T> {
    /// The messages.
    pub messages: Vec<T>,
    /// The number after which the next page begins, if there is one.
    pub next: Option<u64>,
}

/// Messages that were taken out of the schedule.
#[derive(Debug)]
pub struct ClaimedPage {
    /// The messages, oldest first.
    pub claimed: Vec<Leased>,
    /// Those that pass the filter and were left, because they are being processed.
    pub in_progress: Vec<MessageId>,
    /// The number after which to go on, if there may be more.
    pub next: Option<u64>,
}

/// What an envelope holds of its message, in bytes.
fn weight(envelope: &Envelope) -> usize {
    let message = &envelope.message;
    let sent: usize = envelope.deliveries.iter().map(|one| one.payload.len() + one.headers.byte_len()).sum();
    message.payload.len() + message.headers.byte_len() + sent
}

impl Store {
    /// The messages in the queue that pass the filter, and where each waits.
    pub async fn queued(&self, filter: QueueFilter, page: QueuePage) -> Result<QueuedPage<QueuedMessage>, StoreError> {
        let flows = self.inner.flows.clone();
        self.read(move |disk| {
            let mut found: Vec<(u64, IndexEntry, Summary)> = Vec::new();
            let mut next = None;
            for seq in filter.numbers(disk, page)? {
                let seq = seq?;
                if found.len() == page.limit {
                    next = found.last().map(|(seq, ..)| *seq);
                    break;
                }
                if let Some((index, envelope)) = load(disk, &filter, seq)? {
                    found.push((seq, index, summarised(envelope)));
                }
            }
            Ok(QueuedPage { messages: placed(disk, &flows, found)?, next })
        })
        .await
    }

    /// One message, if it is in the queue.
    pub async fn queued_message(&self, id: MessageId) -> Result<Option<QueuedMessage>, StoreError> {
        let filter = QueueFilter { messages: vec![id], ..QueueFilter::default() };
        let page = QueuePage { newest_first: false, after: None, limit: 1 };
        Ok(self.queued(filter, page).await?.messages.pop())
    }

    /// How many messages in the queue pass the filter.
    pub async fn count_queued(&self, filter: QueueFilter) -> Result<u64, StoreError> {
        self.read(move |disk| {
            let all = QueuePage { newest_first: false, after: None, limit: usize::MAX };
            let mut count = 0;
            for seq in filter.numbers(disk, all)? {
                count += u64::from(load(disk, &filter, seq?)?.is_some());
            }
            Ok(count)
        })
        .await
    }

    /// The messages in the queue that pass the filter, whole. A page ends early once it has [`PAGE_BYTES`].
    pub async fn queued_envelopes(
        &self,
        filter: QueueFilter,
        page: QueuePage,
    ) -> Result<QueuedPage<Envelope>, StoreError> {
        self.read(move |disk| {
            let mut messages = Vec::new();
            let mut bytes = 0;
            let mut last = None;
            for seq in filter.numbers(disk, page)? {
                let seq = seq?;
                if messages.len() == page.limit || bytes >= PAGE_BYTES {
                    return Ok(QueuedPage { messages, next: last });
                }
                if let Some((_, envelope)) = load(disk, &filter, seq)? {
                    bytes += weight(&envelope);
                    messages.push(envelope);
                    last = Some(seq);
                }
            }
            Ok(QueuedPage { messages, next: None })
        })
        .await
    }

    /// Takes messages that pass the filter out of the schedule, wherever they wait, beginning after the number `after`: at most
    /// `limit`. Those that are being processed are left.
    pub async fn claim_queued(
        &self,
        filter: QueueFilter,
        after: Option<u64>,
        limit: usize,
    ) -> Result<ClaimedPage, StoreError> {
        let flows = self.inner.flows.clone();
        self.read(move |disk| {
            let page = QueuePage { newest_first: false, after, limit };
            let mut by_flow: BTreeMap<FlowName, HashSet<u64>> = BTreeMap::new();
            let mut found = Vec::new();
            let mut next = None;
            for seq in filter.numbers(disk, page)? {
                let seq = seq?;
                if let Some((index, _)) = load(disk, &filter, seq)? {
                    by_flow.entry(index.flow).or_default().insert(seq);
                    found.push(index.id);
                }
                if found.len() == limit {
                    next = Some(seq);
                    break;
                }
            }
            let mut claimed = Vec::new();
            for (flow, wanted) in by_flow {
                claimed.extend(claim(disk, flows.of(&flow), &wanted)?);
            }
            let taken: HashSet<_> = claimed.iter().map(|leased| leased.envelope.message.id).collect();
            let in_progress = found.into_iter().filter(|id| !taken.contains(id)).collect();
            Ok(ClaimedPage { claimed, in_progress, next })
        })
        .await
    }
}

/// Takes these messages of one flow, and reads them once nobody else can.
fn claim(disk: &Disk, queue: Arc<FlowQueue>, wanted: &HashSet<u64>) -> Result<Vec<Leased>, StoreError> {
    let taken = queue.schedule.lock().claim(wanted);
    let claims = taken.into_iter().map(|(entry, origin)| Claim::new(queue.clone(), entry, origin));
    let claims: Vec<_> = claims.collect();
    let mut leased = Vec::with_capacity(claims.len());
    for claim in claims {
        match disk.load::<Envelope>(&keys::message(claim.entry.seq)) {
            Ok(Some((envelope, _))) => leased.push(Leased { ticket: ticket(claim, &envelope), envelope }),
            // A worker that leases it puts it in quarantine.
            Ok(None) | Err(StoreError::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(leased)
}

/// A queued message with its index entry, if the filter admits it.
fn load(disk: &Disk, filter: &QueueFilter, seq: u64) -> Result<Option<(IndexEntry, Envelope)>, StoreError> {
    let index = disk.get(&keys::index(seq))?.as_deref().and_then(IndexEntry::from_bytes);
    let Some(index) = index.filter(|index| filter.admits_index(index)) else { return Ok(None) };
    let envelope = match disk.load::<Envelope>(&keys::message(seq)) {
        Ok(found) => found.map(|(envelope, _)| envelope),
        Err(StoreError::Damaged(error)) => {
            tracing::error!(seq, %error, "a queued message can't be read");
            None
        }
        Err(error) => return Err(error),
    };
    match envelope {
        Some(envelope) if filter.admits(disk, &envelope)? => Ok(Some((index, envelope))),
        _ => Ok(None),
    }
}

/// A message without its payload.
struct Summary {
    id: MessageId,
    source: String,
    key: Option<String>,
    dedupe_key: Option<String>,
    received_at: Timestamp,
    replay: Option<DeadLetterId>,
    run: u32,
    deliveries: Vec<QueuedDelivery>,
}

fn summarised(envelope: Envelope) -> Summary {
    Summary {
        id: envelope.message.id,
        replay: replay_of(&envelope),
        deliveries: envelope.deliveries.iter().map(QueuedDelivery::from).collect(),
        source: envelope.source,
        key: envelope.message.key,
        dedupe_key: envelope.dedupe_key,
        received_at: envelope.received_at,
        run: envelope.run,
    }
}

impl From<&Delivery> for QueuedDelivery {
    fn from(delivery: &Delivery) -> Self {
        let last = delivery.attempts.last();
        Self {
            position: delivery.position,
            target: delivery.target.clone(),
            state: delivery.state,
            attempts: delivery.attempts_made(),
            not_before: delivery.not_before,
            status: last.and_then(|attempt| attempt.status),
            error: last.and_then(|attempt| attempt.error),
        }
    }
}

/// Adds to each message where it waits. One that has left the queue meanwhile is left out.
fn placed(
    disk: &Disk,
    flows: &Flows,
    found: Vec<(u64, IndexEntry, Summary)>,
) -> Result<Vec<QueuedMessage>, StoreError> {
    let mut by_flow: HashMap<FlowName, HashSet<u64>> = HashMap::new();
    for (seq, index, _) in &found {
        by_flow.entry(index.flow.clone()).or_default().insert(*seq);
    }
    let mut places = HashMap::new();
    for (flow, wanted) in by_flow {
        places.extend(flows.of(&flow).schedule.lock().places(&wanted));
    }
    let mut messages = Vec::with_capacity(found.len());
    for (number, index, summary) in found {
        let Some(place) = places.remove(&number) else { continue };
        let Summary { id, source, key, dedupe_key, received_at, replay, run, deliveries } = summary;
        messages.push(QueuedMessage {
            number,
            id,
            flow: index.flow,
            source,
            key,
            dedupe_key,
            received_at,
            queued_at: index.since,
            bytes: u64::from(index.bytes),
            replay,
            run,
            deliveries,
            place: place_of(disk, place)?,
        });
    }
    Ok(messages)
}

fn place_of(disk: &Disk, place: Place) -> Result<QueuePlace, StoreError> {
    Ok(match place {
        Place::Leased => QueuePlace::InProgress,
        Place::InLine { ahead } => QueuePlace::InLine { ahead },
        Place::Later(due) => QueuePlace::Until { due },
        Place::Held(due) => QueuePlace::Held { due },
        Place::BehindDeadLetters(dead_letters) => QueuePlace::BehindDeadLetters { dead_letters },
        Place::BehindMessage(seq) => match disk.get(&keys::index(seq))?.as_deref().and_then(IndexEntry::from_bytes) {
            Some(index) => QueuePlace::BehindMessage { message: index.id },
            // It has just left the queue.
            None => QueuePlace::InLine { ahead: 0 },
        },
    })
}

/// The number of a queued message.
fn number_of(disk: &Disk, id: MessageId) -> Result<Option<u64>, StoreError> {
    match disk.load(&keys::location(id)) {
        Ok(Some((MessageLocation::Queued { seq }, _))) => Ok(Some(seq)),
        Ok(_) | Err(StoreError::Damaged(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
