//! Flows at work: intake → queue → pipeline → deliver → settle, and the composition root that joins the crates below.
//!
//! Read the module `worker` first: it is the whole journey of a message on one page. Its promises, each with a test of that name:
//!
//! 1. `202 Accepted` only after the message is on disk.
//! 2. Every accepted message ends delivered, deliberately skipped, or dead-lettered; none vanishes.
//! 3. At least once, with a stable idempotency key per delivery; duplicates from sources are dropped in a stated window.
//! 4. Messages that share a key in one flow are delivered in order, unless the flow says `ordering = "none"`.
//! 5. A plugin can harm only its own messages.
//! 6. Secrets never enter a guest, a log, a dead letter or an API answer.
//! 7. A new plugin version takes over whole or not at all.

pub mod alerts;
pub mod control;
mod crew;
mod deliver;
pub mod deploy;
pub mod diagnose;
mod disk;
mod events;
mod fingerprint;
mod flow;
mod gate;
mod handle;
mod host;
mod intake;
mod jobs;
mod letter;
pub mod metrics;
mod monitor;
mod pipeline;
mod plan;
mod publish;
pub mod reload;
pub mod report;
mod room;
mod roster;
mod settle;
mod sources;
mod start_error;
mod state;
mod step;
mod switchboard;
pub mod tables;
mod targets;
mod validate;
mod watch;
mod worker;

pub use deploy::{DeployError, DeployRequest};
pub use flow::FlowError;
pub use handle::{HostHandle, NotReady};
pub use host::{Host, Undrained, check, open_sandbox, open_store};
pub use jobs::finish_job;
pub use metrics::Metrics;
pub use publish::{PublishError, Publisher, open_catalogue};
pub use reload::{FlowFiles, ReloadError, ReloadReport, ReloadResult, Trigger};
pub use sources::SourceError;
pub use start_error::StartError;
