//! The boundary between sources and the engine: what a source hands over, and the receipts it gets.
//!
//! Sources authenticate, limit and split. The [`Intake`] stores messages, recognises duplicates and counts. A source may
//! answer "accepted" to its sender only after [`Intake::accept`] has returned: by then the messages are on disk.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use gantry_core::{Digest, FlowName, Headers, MessageId, MessageState, Timestamp};

/// The messages that a source hands over at once. They are of one flow, and all are accepted or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrivals {
    /// The flow that all of them belong to.
    pub flow: FlowName,
    /// The messages, in the order of the queue.
    pub messages: Vec<Arrival>,
}

/// One message that the host has not accepted yet.
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
    /// The key by which duplicates are recognised; none if the flow declares none.
    pub dedupe_key: Option<String>,
    /// How long `dedupe_key` is remembered; set exactly when `dedupe_key` is.
    pub dedupe_window: Option<Duration>,
    /// The idempotency key of the sender's request, if it has one.
    pub idempotency: Option<IdempotencyKey>,
    /// What its sender signed, if it did: a message with the same is a duplicate.
    pub signed: Option<Signed>,
    /// When it happened, as the source states it; none means "now".
    pub event_time: Option<Timestamp>,
    /// W3C trace context that came with it.
    pub traceparent: Option<String>,
}

/// The key by which a repeated request is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The sender's key.
    pub key: String,
    /// How long it is remembered.
    pub window: Duration,
    /// The digest of what was sent.
    pub fingerprint: Digest,
}

/// What a sender signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    /// A digest of it.
    pub digest: Digest,
    /// How long it is remembered.
    pub window: Duration,
}

/// A source's progress. It is stored in the same atomic step as the messages it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Whose progress it is: one namespace per source of a flow.
    pub namespace: String,
    /// What the progress is about, for instance one file.
    pub key: String,
    /// The source's own record of it.
    pub value: Vec<u8>,
}

/// The result for an arrival. All but the last mean that the host has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// Accepted now, with this id.
    Accepted {
        /// The message.
        id: MessageId,
        /// The message whose place it takes, as that one became a dead letter.
        supersedes: Option<MessageId>,
    },
    /// A duplicate by its dedupe key.
    Duplicate {
        /// The first message.
        first: MessageId,
        /// Its state; none if it is no longer known.
        state: Option<MessageState>,
    },
    /// A repetition by its idempotency key: the same receipt as for the first request.
    Repeated {
        /// The message of the first one.
        id: MessageId,
        /// Whether that was a duplicate itself.
        duplicate: bool,
        /// The state of its message; none if it is no longer known.
        state: Option<MessageState>,
    },
    /// Not accepted: its idempotency key was used for another payload, which became this message.
    Conflicting(MessageId),
}

impl Receipt {
    /// The id of the message that the host has, be it this one or an earlier one.
    #[must_use]
    pub const fn id(self) -> MessageId {
        match self {
            Self::Accepted { id, .. }
            | Self::Duplicate { first: id, .. }
            | Self::Repeated { id, .. }
            | Self::Conflicting(id) => id,
        }
    }
}

/// Why nothing was accepted. None of this is the sender's fault: it should try again.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Less disk is free than the operator's reserve.
    #[error("the disk has less free space than the configured reserve")]
    DiskFull {
        /// When to try again.
        retry_after: Duration,
    },
    /// The flow's queue is as full as its file allows.
    #[error("the flow's queue is full")]
    QueueFull {
        /// When to try again.
        retry_after: Duration,
    },
    /// The queues of all flows together are as full as the operator allows.
    #[error("the host's queue is full")]
    OverQuota {
        /// When to try again.
        retry_after: Duration,
    },
    /// The flow, or the host, has as many dead letters as it may have.
    #[error("too many messages wait for an operator")]
    DeadLettersFull {
        /// When to try again.
        retry_after: Duration,
    },
    /// An operator has closed the intake of the flow.
    #[error("the flow takes no messages in at present")]
    Closed {
        /// When to try again.
        retry_after: Duration,
    },
    /// A message with the same dedupe value or idempotency key has failed and is under way again, with other content.
    #[error("the first message with this value has failed before and is being tried again, with other content")]
    Undecided {
        /// When to try again.
        retry_after: Duration,
    },
    /// The host is shutting down, or the flow was taken out of service.
    #[error("the host is stopping")]
    Stopping {
        /// When to try again.
        retry_after: Duration,
    },
    /// The store failed.
    #[error("the store is unavailable")]
    Unavailable {
        /// When to try again.
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
            | Self::DeadLettersFull { retry_after }
            | Self::Closed { retry_after }
            | Self::Undecided { retry_after }
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
            Self::DeadLettersFull { .. } => "dead_letters_full",
            Self::Closed { .. } => "intake_closed",
            Self::Undecided { .. } => "first_undecided",
            Self::Stopping { .. } => "stopping",
            Self::Unavailable { .. } => "store_unavailable",
        }
    }
}

/// What the host offers to sources.
#[async_trait]
pub trait Intake: Send + Sync + 'static {
    /// Accepts all of `arrivals` or none, together with `progress`. Returns after they are on disk.
    ///
    /// One receipt per arrival, in order. There may be no arrivals; then only the progress is stored.
    async fn accept(&self, arrivals: Arrivals, progress: Option<Progress>) -> Result<Vec<Receipt>, IntakeError>;

    /// The progress last stored under this namespace and key.
    async fn progress(&self, namespace: &str, key: &str) -> Result<Option<Vec<u8>>, IntakeError>;

    /// Removes the progress stored under this namespace and key; no error where there is none.
    async fn forget(&self, namespace: &str, key: &str) -> Result<(), IntakeError>;

    /// The state of a message; none for an id that is unknown or has expired.
    async fn state(&self, id: MessageId) -> Result<Option<MessageState>, IntakeError>;

    /// Counts an arrival that the source refused, by its reason.
    fn refused(&self, flow: &FlowName, reason: &'static str);

    /// The same for an arrival that is no flow's, such as a request for a path that no flow listens on.
    fn refused_without_flow(&self, reason: &'static str);
}
