//! The result of enqueuing a message.

use gantry_core::{MessageId, MessageState};

/// The result of enqueuing a [`NewMessage`](crate::NewMessage).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It is in the queue and on stable storage.
    Stored {
        /// The message.
        message: MessageId,
        /// The message whose place it takes: it had the same key and was given up.
        supersedes: Option<MessageId>,
    },
    /// It was not stored: the request is a repetition. These fields repeat the answer to the first one.
    Repeated {
        /// The message of the first request.
        message: MessageId,
        /// Whether the first request itself was a duplicate.
        duplicate: bool,
        /// The state of that message; none if it is no longer known.
        state: Option<MessageState>,
    },
    /// It was not stored: its idempotency key was used before with other content, for this message.
    Conflicting(MessageId),
    /// It was not stored: the first message has the same dedupe key, or is the same message.
    Duplicate {
        /// The first message.
        first: MessageId,
        /// Its state; none if it is no longer known.
        state: Option<MessageState>,
    },
}
