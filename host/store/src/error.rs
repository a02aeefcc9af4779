//! The errors of the store, typed where a caller decides by them. Nothing here names the engine: its errors become a
//! [`Failure`] with a kind to act on and a text to show.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use gantry_core::{DeadLetterId, DeadLetterState, FlowName, JobId, MessageId, Timestamp};

/// The kind of failure of the disk or the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// No space is left.
    DiskFull,
    /// Any other I/O error.
    Io,
    /// What was read back is not what was written.
    Corrupt,
    /// The engine panicked or behaved unexpectedly.
    Internal,
    /// A write did not end in time.
    Stalled,
    /// The files were removed or replaced while they were open.
    Gone,
}

/// A failure of the disk or the engine.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// The kind, for decisions.
    pub kind: FailureKind,
    /// The description, for people.
    pub text: Arc<str>,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, text: impl Into<Arc<str>>) -> Self {
        Self { kind, text: text.into() }
    }

    /// A panic of the engine, turned into an error.
    pub(crate) fn of_panic(panic: &(dyn std::any::Any + Send)) -> Self {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Self::new(FailureKind::Internal, format!("the storage engine panicked: {text}"))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        Self::new(if full { FailureKind::DiskFull } else { FailureKind::Io }, error.to_string())
    }
}

/// Why a record can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It is sealed (encrypted), and this version can't open it.
    #[error("the record is sealed, and this version can't open sealed records")]
    Sealed,
    /// This version does not know its sealing.
    #[error("the record has unknown sealing {0}")]
    UnknownSealing(u8),
    /// This version does not know its encoding.
    #[error("the record has unknown encoding {0}")]
    UnknownEncoding(u8),
    /// It ends too early, or a part is missing.
    #[error("the record is incomplete")]
    Incomplete,
    /// Its bytes have changed.
    #[error("the record's checksum is wrong")]
    Checksum,
    /// Its content is not what was expected.
    #[error("the record's content can't be understood")]
    Decode(#[source] rmp_serde::decode::Error),
    /// The value can't be written.
    #[error("the value can't be encoded")]
    Encode(#[source] rmp_serde::encode::Error),
    /// The value can't be written as JSON.
    #[error("the value can't be encoded as JSON")]
    Json(#[source] serde_json::Error),
    /// Larger than a record can be.
    #[error("{0} bytes are more than a record can hold")]
    TooLarge(usize),
}

/// The store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process (or another `Store` of this one) has it open.
    #[error("the store at {} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// It was written by a newer Gantry.
    #[error(
        "the store has format {found}, this version reads formats up to {known}: start the newer version of Gantry"
    )]
    NewerFormat {
        /// The format on disk.
        found: u32,
        /// The newest this version reads.
        known: u32,
    },
    /// The directory holds data that is not a Gantry store.
    #[error("{} holds data that is not a Gantry store", .0.display())]
    NotAStore(PathBuf),
    /// The directory or its files can't be read or written.
    #[error("can't access {}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The engine refused its files.
    #[error("the storage engine can't open its files")]
    Engine(#[source] Failure),
}

/// A call on an open store failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk or the engine failed; nothing more is acknowledged until the store is opened again.
    #[error("the store is unavailable")]
    Unavailable(#[source] Failure),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// One record can't be read; the others are not affected.
    #[error("a stored record can't be read")]
    Damaged(#[source] Arc<RecordError>),
    /// The value itself can't be stored; trying again does not help.
    #[error("the value can't be stored")]
    Unstorable(#[source] Arc<RecordError>),
    /// A message with the same key has failed and is under way again: it can't be told yet whether another one takes its place.
    #[error("message {0} with the same key has failed before and is under way again")]
    Undecided(MessageId),
    /// A key-value name exceeds the limits.
    #[error("a key-value namespace takes up to 255 bytes and a key up to 1024: got {namespace} and {key}")]
    NameTooLong {
        /// Bytes of the namespace.
        namespace: usize,
        /// Bytes of the key.
        key: usize,
    },
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        Self::Unavailable(failure)
    }
}

/// A dead letter could not be replayed, acknowledged or closed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is none with this id.
    #[error("there is no dead letter {0}")]
    NotFound(DeadLetterId),
    /// Its state does not allow it.
    #[error("dead letter {id} is {}", state.name())]
    WrongState {
        /// Which dead letter.
        id: DeadLetterId,
        /// Its state.
        state: DeadLetterState,
    },
    /// Its message is already in the queue, for another of its dead letters: try again when that run has ended.
    #[error("the message of dead letter {0} is in the queue")]
    MessageQueued(DeadLetterId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Failure> for ReplayError {
    fn from(failure: Failure) -> Self {
        Self::Store(failure.into())
    }
}

/// A group of dead letters could not be changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GroupError {
    /// There is none with this fingerprint.
    #[error("there is no dead letter group {0}")]
    NotFound(String),
    /// An acknowledgement would have ended already.
    #[error("an acknowledgement ends in the future, and {0} is past")]
    Past(Timestamp),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Failure> for GroupError {
    fn from(failure: Failure) -> Self {
        Self::Store(failure.into())
    }
}

/// A job could not be started, worked on or cancelled.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JobError {
    /// There is none with this id.
    #[error("there is no job {0}")]
    NotFound(JobId),
    /// It has already ended.
    #[error("job {0} has already ended")]
    Ended(JobId),
    /// It is held already.
    #[error("job {0} is held already")]
    Held(JobId),
    /// It isn't held.
    #[error("job {0} is running: there is nothing to resume")]
    NotHeld(JobId),
    /// The filter asks for dead letters that are closed or being replayed.
    #[error("a job works on open and acknowledged dead letters, not on {} ones", .0.name())]
    WrongState(DeadLetterState),
    /// A discard without a reason.
    #[error("a discard needs a `reason`")]
    NoReason,
    /// More dead letters than one job may have.
    #[error("more than {0} dead letters pass the filter: narrow the filter and start several jobs")]
    TooMany(usize),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A value by which duplicates are recognised could not be released.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DedupeError {
    /// No message has it now.
    #[error("no message of flow `{flow}` holds the value `{value}`: the next one with it is not a duplicate")]
    NotFound {
        /// The flow.
        flow: FlowName,
        /// The value.
        value: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Failure> for JobError {
    fn from(failure: Failure) -> Self {
        Self::Store(failure.into())
    }
}

impl From<Failure> for DedupeError {
    fn from(failure: Failure) -> Self {
        Self::Store(failure.into())
    }
}

/// Closing could not write everything to disk. Every acknowledged message is on disk all the same.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the store could not be closed cleanly")]
pub struct CloseError(#[source] pub StoreError);
