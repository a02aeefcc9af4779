//! The durable store of Gantry: queue, dead letters, history, duplicate detection and a small key-value space. The only
//! crate that names the storage engine (sled), and only its module `disk` does.
//!
//! **Promises.**
//! 1. [`Store::enqueue`] answers only when the messages are on stable storage (`fdatasync`, shared by all callers that
//!    wait at that moment).
//! 2. Every state change of a message is one atomic write: after a crash the message is in the state before or after,
//!    never in between. A message ends only by [`Store::settle`], which writes its history and its dead letters in the
//!    same write that takes it out of the queue.
//! 3. Delivery is at least once: leases are kept in memory, so messages leased at a crash are queued again after it.
//! 4. Messages that share a key in an ordered flow are leased one at a time, in the order they were queued; a message
//!    that waits for a retry still holds its key.
//! 5. A damaged record does not stop the store: it is put in quarantine, logged as an ERROR and counted.
//! 6. After an I/O error nothing more is acknowledged: every call returns [`StoreError::Unavailable`] and
//!    [`Store::is_healthy`] turns false.
//!
//! **Interface.** Enqueue, lease, settle, schedule, move to dead letters, key-value: a JetStream work queue offers the
//! same, so a clustered engine could replace this one. Blocking work runs on the store's own threads or on tokio's
//! blocking pool, never on an async thread.
//!
//! **Reading order.** [`Store`] (`store`), `queue` → `lease` → `settle` for the life of a message, `dead_letters` and
//! `history` for its end, `quality` for counts of broken rules, `replay`, `groups`, `jobs` and `import` for what
//! operators do with dead letters, `queued` for what they do with the queue,
//! `rename` for flows that take over what another one has, `audit` for who did it, `kv` and `table` for the state of other parts of the host.
//! Below them: `committer` (group commit) → `draft` (one atomic write) → `record` and `keys` (what is on disk) → `disk`
//! (the engine), `recovery` and `lock` (before the engine opens) and `upgrade` (before the data is read).

mod audit;
mod blocks;
pub mod catalogue;
mod clock_watermark;
mod committer;
mod dead_letters;
mod dedupe;
mod disk;
mod draft;
mod enqueued;
mod error;
mod flow;
mod flows;
mod former_names;
mod groups;
mod health;
mod history;
mod idempotency;
mod import;
mod index_entry;
mod jobs;
mod keys;
mod kv;
mod lease;
mod lock;
mod open;
mod ownership;
mod pending;
mod quality;
mod queue;
mod queued;
mod record;
mod recovery;
mod rename;
mod replay;
mod schedule;
mod settle;
mod store;
mod summary;
mod supersede;
mod sweep;
mod syncer;
mod table;
mod upgrade;

pub use audit::{
    AuditEntry, AuditFilter, AuditId, AuditOutcome, AuditPage, AuditRecord, InvalidAuditId, PendingAudit, TEXT_BYTES,
};
pub use catalogue::{Catalogue, CatalogueError, Publication, Published};
pub use dead_letters::{DeadLetterCounts, DeadLetterPage, Filter, Order, PAGE_BYTES, Page};
pub use dedupe::DedupeValue;
pub use disk::LOG_DIRECTIVE;
pub use enqueued::Enqueued;
pub use error::{
    CloseError, DedupeError, Failure, FailureKind, GroupError, JobError, OpenError, RecordError, ReplayError,
    StoreError,
};
pub use flow::{Depth, Ordering};
pub use groups::{DeadLetterGroup, GroupChange, GroupFilter, GroupState};
pub use idempotency::IdempotencyKey;
pub use import::Imported;
pub use jobs::{
    INAPPLICABLE, Inapplicable, Job, JobHold, JobKind, JobMeans, JobState, JobStep, MAX_FAILED_PERCENT,
    MOST_DEAD_LETTERS, MOST_REPLAYS, NewJob, NewPatch, Patcher, Runs,
};
pub use kv::KvWrite;
pub use lease::{Leased, Ticket};
pub use quality::{Interval, MOST_KINDS, OTHER, QualityFilter, QualityPoint, QualityReport, QualityRow};
pub use queue::{NewMessage, Signed};
pub use queued::{
    ClaimedPage, Moved, NotMoved, QueueFilter, QueuePage, QueuePlace, QueuedDelivery, QueuedMessage, QueuedPage,
    Withdrawal,
};
pub use rename::Renamed;
pub use schedule::Backlog;
pub use settle::{Along, Settlement};
pub use store::{Store, StoreConfig};
pub use summary::DeadLetterSummary;
pub use sweep::Swept;
pub use sweep::expiring::Expiring;
pub use table::{RowError, Rows, Table, TableKey, UnreadableRow};
