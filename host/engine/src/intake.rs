//! Where sources hand over messages for the queue. It refuses them while the disk is low or the host stops, gives each
//! message its id, and answers only once the store has it on disk.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gantry_config::{QueueBounds, SettingsInForce};
use gantry_core::{Clock, Envelope, FlowName, Message, MessageId, MessageState, Timestamp};
use gantry_store::{Enqueued, KvWrite, NewMessage, Store, StoreError};
use gantry_transport::{Arrival, Arrivals, IdempotencyKey, Intake, IntakeError, Progress, Receipt, Signed};
use tokio_util::sync::CancellationToken;

use crate::active_flows::ActiveFlows;
use crate::closed_intakes::ClosedIntakes;
use crate::dead_letter_room::DeadLetterRoom;
use crate::disk::DiskGuard;
use crate::metrics::{FlowMetrics, Metrics};

/// After which time a refused source should try again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The same while an operator keeps the intake closed.
const CLOSED_RETRY_AFTER: Duration = Duration::from_secs(60);

/// The intake that every source hands its messages to.
pub struct HostIntake {
    /// Where messages are kept.
    pub store: Store,
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// Whether the disk is low.
    pub disk: DiskGuard,
    /// The host's settings, of which it reads how many bytes all queues together may take.
    pub settings: SettingsInForce,
    /// Whether more dead letters may arise.
    pub dead_letters: DeadLetterRoom,
    /// Cancelled when intake stops.
    pub stop: CancellationToken,
    /// The flows in force.
    pub flows: ActiveFlows,
    /// The flows that take nothing in, because an operator said so.
    pub closed: ClosedIntakes,
    /// Where requests are counted that are no flow's.
    pub metrics: Metrics,
}

#[async_trait]
impl Intake for HostIntake {
    async fn accept(&self, arrivals: Arrivals, progress: Option<Progress>) -> Result<Vec<Receipt>, IntakeError> {
        self.admit(&arrivals)?;
        let Arrivals { flow, messages } = arrivals;
        let now = self.clock.now();
        let messages = messages.into_iter().map(|arrival| new_message(&flow, arrival, now)).collect();
        let writes = progress.into_iter().map(write_of).collect();
        let store = self.store.clone();
        let metrics = self.flows.metrics(&flow);
        // A task of its own: if the sender disconnects now, a stored message must still be counted.
        let enqueuing = tokio::spawn(async move {
            let enqueued = store.enqueue_with(messages, writes).await?;
            let receipts: Vec<_> = enqueued.into_iter().map(receipt).collect();
            if let Some(metrics) = metrics {
                count(&metrics, &receipts);
            }
            Ok::<_, StoreError>(receipts)
        });
        match enqueuing.await {
            Ok(receipts) => receipts.map_err(unavailable),
            Err(stopped) => Err(IntakeError::Unavailable { retry_after: RETRY_AFTER, cause: Box::new(stopped) }),
        }
    }

    async fn progress(&self, namespace: &str, key: &str) -> Result<Option<Vec<u8>>, IntakeError> {
        Ok(self.store.kv_get(namespace, key).await.map_err(unavailable)?.map(Into::into))
    }

    async fn forget(&self, namespace: &str, key: &str) -> Result<(), IntakeError> {
        self.store.kv_delete(namespace, key).await.map_err(unavailable)
    }

    async fn state(&self, id: MessageId) -> Result<Option<MessageState>, IntakeError> {
        let history = self.store.history(id).await.map_err(unavailable)?;
        Ok(history.map(|history| history.state))
    }

    fn refused(&self, flow: &FlowName, reason: &'static str) {
        if let Some(metrics) = self.flows.metrics(flow) {
            metrics.observe_refused(reason);
        }
    }

    fn refused_without_flow(&self, reason: &'static str) {
        self.metrics.observe_refused_without_flow(reason);
    }
}

impl HostIntake {
    /// Refuses messages that could not be stored, or that exceed what the operator allows.
    fn admit(&self, arrivals: &Arrivals) -> Result<(), IntakeError> {
        if self.stop.is_cancelled() {
            return Err(IntakeError::Stopping { retry_after: RETRY_AFTER });
        }
        if !arrivals.messages.is_empty() && self.closed.of(&arrivals.flow).is_some() {
            return Err(IntakeError::Closed { retry_after: CLOSED_RETRY_AFTER });
        }
        if self.disk.is_low() {
            return Err(IntakeError::DiskFull { retry_after: RETRY_AFTER });
        }
        let quota = self.settings.now().queue_quota_bytes;
        if quota.is_some_and(|quota| self.store.whole_backlog().bytes >= quota) {
            return Err(IntakeError::OverQuota { retry_after: RETRY_AFTER });
        }
        let bound = self.flows.dead_letter_bytes(&arrivals.flow);
        if !arrivals.messages.is_empty() && bound.is_some_and(|bound| self.dead_letters.is_full(&arrivals.flow, bound))
        {
            return Err(IntakeError::DeadLettersFull { retry_after: RETRY_AFTER });
        }
        if !arrivals.messages.is_empty() && self.is_full(&arrivals.flow) {
            return Err(IntakeError::QueueFull { retry_after: RETRY_AFTER });
        }
        Ok(())
    }

    /// Requests at the same time don't see each other, so a queue may exceed its bound by what they bring.
    fn is_full(&self, flow: &FlowName) -> bool {
        let Some(QueueBounds { messages, bytes }) = self.flows.queue_bounds(flow) else { return false };
        let backlog = self.store.backlog(flow);
        messages.is_some_and(|max| backlog.messages as u64 >= max) || bytes.is_some_and(|max| backlog.bytes >= max)
    }
}

/// Gives an arrival its id and its envelope.
fn new_message(flow: &FlowName, arrival: Arrival, now: Timestamp) -> NewMessage {
    let message = Message {
        id: MessageId::generate(),
        key: arrival.key,
        content_type: arrival.content_type,
        headers: arrival.headers,
        event_time: arrival.event_time.unwrap_or(now),
        payload: arrival.payload,
    };
    let envelope = Envelope {
        dedupe_key: arrival.dedupe_key,
        traceparent: arrival.traceparent,
        ..Envelope::received(message, flow.clone(), arrival.source, now)
    };
    let idempotency = arrival.idempotency.map(|IdempotencyKey { key, window, fingerprint }| {
        // Half of a SHA-256 is enough to tell two payloads of one key apart.
        let digest = fingerprint.as_bytes();
        gantry_store::IdempotencyKey { key, window, fingerprint: std::array::from_fn(|index| digest[index]) }
    });
    let signed = arrival.signed.map(|Signed { digest, window }| gantry_store::Signed { digest, window });
    NewMessage { envelope, dedupe_window: arrival.dedupe_window, idempotency, signed }
}

fn write_of(Progress { namespace, key, value }: Progress) -> KvWrite {
    KvWrite { namespace, key, value: Some(value.into()) }
}

fn count(metrics: &FlowMetrics, receipts: &[Receipt]) {
    let accepted = receipts.iter().filter(|receipt| matches!(receipt, Receipt::Accepted { .. }));
    let duplicates =
        receipts.iter().filter(|receipt| matches!(receipt, Receipt::Duplicate { .. } | Receipt::Repeated { .. }));
    metrics.observe_received(accepted.count() as u64, duplicates.count() as u64);
}

const fn receipt(enqueued: Enqueued) -> Receipt {
    match enqueued {
        Enqueued::Stored { message, supersedes } => Receipt::Accepted { id: message, supersedes },
        Enqueued::Duplicate { first, state } => Receipt::Duplicate { first, state },
        Enqueued::Repeated { message, duplicate, state } => Receipt::Repeated { id: message, duplicate, state },
        Enqueued::Conflicting(id) => Receipt::Conflicting(id),
    }
}

fn unavailable(error: StoreError) -> IntakeError {
    if let StoreError::Undecided(first) = error {
        tracing::info!(message = %first, "a corrected message is asked to come again: the first one is under way again");
        return IntakeError::Undecided { retry_after: RETRY_AFTER };
    }
    tracing::error!(%error, "the store failed; the source's request is refused");
    IntakeError::Unavailable { retry_after: RETRY_AFTER, cause: Box::new(error) }
}
