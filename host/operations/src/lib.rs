//! Everything an operator may change: one type for each operation, and one way to execute it.
//!
//! ```text
//!  admin API ──────┐                      ┌─→ permission ─→ refused, and recorded
//!  command line ───┼─→ Operations::execute┤
//!  signals, watch ─┘      (actor, what)   └─→ intent ─→ effect ─→ outcome
//!                                            └── one write where the effect is one ──┘
//! ```
//!
//! **Promises.**
//! 1. Nothing is changed without permission: [`Operations::execute`] checks it first, and the services that make
//!    changes are private.
//! 2. Every attempt is recorded. If the effect is one write to the store, the audit entry is part of that write.
//!    Otherwise an intent is on disk before the effect; an intent without an outcome is closed at the next start.
//! 3. An operation that has begun is finished even if its caller is cancelled.
//!
//! Reading is not an operation: see [`Records`].
//!
//! **Reading order.** `operation` (what one is) → `operations` (how it is executed) → any of the subjects.

mod actor;
mod alerts;
mod dead_letters;
mod dedupe;
mod deployments;
mod error;
mod filters;
mod find;
mod flows;
mod groups;
mod jobs;
mod names;
mod operation;
mod operations;
mod patch;
mod permission;
mod plugins;
mod queue;
mod records;
mod services;
mod targets;
mod waits;

pub use actor::{Actor, Role, Via};
pub use alerts::TestAlert;
pub use dead_letters::{Acknowledge, Discard, Edit, Import, ImportReport, Replay};
pub use dedupe::ReleaseDedupeValue;
pub use deployments::{ApproveDeployment, BeginDeployment, ResetStep, RollBackDeployment};
pub use error::{ErrorKind, OperationError};
pub use find::FindError;
pub use flows::{CloseIntake, OpenIntake, Reload};
pub use groups::{ChangeGroup, EndAcknowledgement};
pub use jobs::{CancelJob, HoldJob, ResumeJob, StartDiscard, StartPatch, StartRedrive};
pub use names::{Names, NamesError, NoFlow, UnknownName};
pub use operation::{Call, Effect, Operation};
pub use operations::{MOST_NAME, MOST_WORDS, Operations};
pub use permission::Permission;
pub use plugins::Publish;
pub use queue::{DiscardQueued, MOST_AT_ONCE, MoveQueued, QueueChange, StayReason, Stayed, WithdrawQueued};
pub use records::Records;
pub use services::HostServices;
pub use targets::{CloseBreaker, DisableTarget, EnableTarget, EndPause, PauseTarget, ResumeTarget};
pub use waits::{Wait, WaitReason, Waiting};
