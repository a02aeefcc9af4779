//! Sources and targets: how messages come in and go out, and nothing about what happens in between.
//!
//! Sources ([`webhook`], [`files`]) authenticate, limit and split, then hand arrivals to an [`Intake`] and answer
//! only after it has them on disk. Targets ([`target`]) make one attempt per call. No policy lives here: no retry, no
//! breaker, no queue. Credentials never reach a message, a log or an error.

mod excerpt;
pub mod files;
pub mod intake;
mod json;
pub mod keys;
pub mod target;
pub mod webhook;

pub use files::{FileSource, FileSourceError};
pub use intake::{Arrival, Arrivals, IdempotencyKey, Intake, IntakeError, Progress, Receipt};
pub use json::InvalidPointer;
pub use target::{Accepted, Failure, ProbeError, Request, Target};
pub use webhook::{RouteError, RouteTable, Routes, ServerLimits, WebhookServer};
