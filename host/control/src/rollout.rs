//! Replacing a plugin under load without fear: `gantry plugin deploy`.
//!
//! A version from the catalogue passes a gate before it serves every message of a step:
//!
//! ```text
//! check → golden cases → shadow → canary → watch → deployed
//!                           ↓         ↓       ↓
//!                       (waiting)  rolled back
//! ```
//!
//! Promises, each with a test of that name: in-flight batches finish on the version they began with; while a version is
//! on canary the old one answers for it where it fails; a version that fails too often is rolled back by itself; every
//! phase is on record before it has an effect, and a restart half-way goes on from there.
//!
//! ```text
//!  deployer ─→ run ─→ steps ──→ [registry: the flows in force]
//!   │           └───→ deployments ─→ journal ─→ [store]
//!   ├─→ rollback            └─→ retention
//!   └─→ dry_run
//! ```

mod audit;
mod catalogue;
mod compare;
mod deployable;
mod deployer;
mod deployments;
mod dry_run;
mod error;
mod journal;
mod order;
mod recall;
mod record;
mod request;
mod retention;
mod rollback;
mod rolled_back;
mod run;
mod samples;
mod steps;

pub use catalogue::CatalogueView;
pub use deployer::Deployer;
pub use error::{DeployError, RecallError};
pub use journal::Recalled;
pub use recall::recall;
pub use record::{Deployment, Difference, Entry, GoldenReport, Kind, Phase, ShadowReport};
pub use request::DeployRequest;
pub use rolled_back::RolledBack;

/// Who acts where no operator does: the terms.
const GANTRY: &str = "gantry";
