//! The answer to whoever hands a message over to the store.

use gantry_core::MessageId;

/// What became of a [`NewMessage`](crate::NewMessage).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It is in the queue and on stable storage.
    Stored(MessageId),
    /// It was not stored: the request is a repetition, and this is what the first one was answered.
    Repeated {
        /// The message of the first one.
        message: MessageId,
        /// Whether that was a duplicate itself.
        duplicate: bool,
    },
    /// It was not stored: its idempotency key was used for something else, which became this message.
    Conflicting(MessageId),
    /// It was not stored: the message with this id has the same dedupe key, or is the same message.
    Duplicate(MessageId),
}
