//! The boundary between sources and the runtime: what a source hands over, and what it is told in return.
//!
//! Sources authenticate, limit and split; the [`Intake`] behind this trait takes messages into custody, recognises
//! duplicates and counts. A source may tell its sender "accepted" only after [`Intake::accept`] returned: by then
//! the messages are on disk.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use gantry_core::{Digest, FlowName, Headers, MessageId, MessageState, Timestamp};

/// What a source hands over at once: messages of one flow, which are taken into custody together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrivals {
    /// The flow that all of them belong to.
    pub flow: FlowName,
    /// The messages, in the order they are to be queued.
    pub messages: Vec<Arrival>,
}

/// One message that is not yet in anyone's custody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Where it came in, for people: `webhook /shop/orders`, `file orders.csv:17`.
    pub source: String,
    /// Media type of the payload.
    pub content_type: String,
    /// What the source sent along, without credentials.
    pub headers: Headers,
    /// The data, byte for byte as received.
    pub payload: Bytes,
    /// Messages that share a key are delivered in order.
    pub key: Option<String>,
    /// What duplicates are recognised by; none where the flow declares nothing.
    pub dedupe_key: Option<String>,
    /// How long `dedupe_key` is remembered; set exactly when `dedupe_key` is.
    pub dedupe_window: Option<Duration>,
    /// What the sender recognises its request by; none where there is no such thing.
    pub idempotency: Option<IdempotencyKey>,
    /// When it happened, as the source states it; none means "now".
    pub event_time: Option<Timestamp>,
    /// W3C trace context that came with it.
    pub traceparent: Option<String>,
}

/// What a sender recognises its own request by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The sender's key.
    pub key: String,
    /// How long it is remembered.
    pub window: Duration,
    /// Of what was sent.
    pub fingerprint: Digest,
}

/// How far a source has come, stored in the same atomic step as the messages it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Whose progress it is: one namespace per source of a flow.
    pub namespace: String,
    /// What the progress is about, for instance one file.
    pub key: String,
    /// The source's own record of it.
    pub value: Vec<u8>,
}

/// What became of an arrival. All but the last mean: the host has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// Newly taken into custody under this id.
    Accepted(MessageId),
    /// Known by its dedupe key; the id is that of the first.
    Duplicate(MessageId),
    /// A request that was taken before, known by its idempotency key: what the first one was told.
    Repeated {
        /// The message of the first one.
        id: MessageId,
        /// Whether that was a duplicate itself.
        duplicate: bool,
    },
    /// Not taken: its idempotency key was used for something else, which became this message.
    Conflicting(MessageId),
}

impl Receipt {
    /// The id of the message in the host's custody, be it this one or an earlier one.
    #[must_use]
    pub const fn id(self) -> MessageId {
        match self {
            Self::Accepted(id) | Self::Duplicate(id) | Self::Repeated { id, .. } | Self::Conflicting(id) => id,
        }
    }
}

/// Why nothing was taken. None of these is the sender's fault: it should come again.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Less disk is free than the operator's reserve.
    #[error("the disk has less free space than the configured reserve")]
    DiskFull {
        /// When to come again.
        retry_after: Duration,
    },
    /// The flow has as much in its queue as its file allows.
    #[error("the flow's queue is full")]
    QueueFull {
        /// When to come again.
        retry_after: Duration,
    },
    /// The flows together have as much in their queues as the operator allows.
    #[error("the host's queue is full")]
    OverQuota {
        /// When to come again.
        retry_after: Duration,
    },
    /// The host is shutting down, or the flow was taken out of service.
    #[error("the host is stopping")]
    Stopping {
        /// When to come again.
        retry_after: Duration,
    },
    /// The store failed.
    #[error("the store is unavailable")]
    Unavailable {
        /// When to come again.
        retry_after: Duration,
        /// What failed; never shown to the sender.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl IntakeError {
    /// How long the sender is asked to wait.
    #[must_use]
    pub const fn retry_after(&self) -> Duration {
        match self {
            Self::DiskFull { retry_after }
            | Self::QueueFull { retry_after }
            | Self::OverQuota { retry_after }
            | Self::Stopping { retry_after }
            | Self::Unavailable { retry_after, .. } => *retry_after,
        }
    }

    /// The reason as metrics spell it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::DiskFull { .. } => "disk_full",
            Self::QueueFull { .. } => "queue_full",
            Self::OverQuota { .. } => "over_quota",
            Self::Stopping { .. } => "stopping",
            Self::Unavailable { .. } => "store_unavailable",
        }
    }
}

/// What the runtime offers to sources.
#[async_trait]
pub trait Intake: Send + Sync + 'static {
    /// Takes all of `arrivals` into custody, or none, together with `progress`; returns after they are on disk.
    ///
    /// One receipt per arrival, in order. There may be no arrivals; then only the progress is stored.
    async fn accept(&self, arrivals: Arrivals, progress: Option<Progress>) -> Result<Vec<Receipt>, IntakeError>;

    /// The progress last stored under this namespace and key.
    async fn progress(&self, namespace: &str, key: &str) -> Result<Option<Vec<u8>>, IntakeError>;

    /// Removes the progress stored under this namespace and key; no error where there is none.
    async fn forget(&self, namespace: &str, key: &str) -> Result<(), IntakeError>;

    /// Where a message stands; none for an id that is not known (any more).
    async fn state(&self, id: MessageId) -> Result<Option<MessageState>, IntakeError>;

    /// Counts an arrival that the source refused, by its reason.
    fn refused(&self, flow: &FlowName, reason: &'static str);
}
