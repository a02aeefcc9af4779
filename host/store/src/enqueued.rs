//! The result of enqueuing a message.

use gantry_core::MessageId;

/// The result of enqueuing a [`NewMessage`](crate::NewMessage).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It is in the queue and on stable storage.
    Stored(MessageId),
    /// It was not stored: the request is a repetition. These fields repeat the answer to the first one.
    Repeated {
        /// The message of the first request.
        message: MessageId,
        /// Whether the first request itself was a duplicate.
        duplicate: bool,
    },
    /// It was not stored: its idempotency key was used before with other content, for this message.
    Conflicting(MessageId),
    /// It was not stored: the message with this id has the same dedupe key, or is the same message.
    Duplicate(MessageId),
}
