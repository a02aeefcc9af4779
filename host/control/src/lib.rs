//! Everything that changes flows while the host runs: plans and reloads, rollouts of plugin versions, publishing, jobs
//! over dead letters, and commands for targets. The crate below, `gantry-engine`, processes messages.
//!
//! ```text
//!  files ─→ reload ─→ plan ─────────────┐
//!                                       ├─→ registry: the flows in force ─→ [engine: workers]
//!  publish ─→ catalogue ─→ rollout ─────┘
//! ```

pub mod changes;
pub mod diagnose;
mod fingerprint;
pub mod host_file;
pub mod jobs;
pub mod last_good;
pub mod patch;
pub mod plan;
pub mod publish;
pub mod registry;
pub mod reload;
mod retry_now;
pub mod rollout;
mod sources;
mod takeover;
pub mod targets;
pub mod watch;

pub use sources::SourceError;
