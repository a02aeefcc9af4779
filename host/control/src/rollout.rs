//! Replaces a plugin under load, safely: `gantry plugin deploy`.
//!
//! A version from the catalogue must pass these phases before it serves all messages of a step:
//!
//! ```text
//! check → golden cases → shadow → canary → watch → deployed
//!                           ↓         ↓       ↓
//!                       (waiting)  rolled back
//! ```
//!
//! Promises, each with a test of that name: a batch in flight ends on the version it began with; while a version is on
//! canary, the old version answers where it fails; a version that fails too often is rolled back automatically; every
//! phase is on disk before it has an effect, and a restart continues from there.
//!
//! ```text
//!  deployer ─→ run ─→ steps ──→ [registry: the flows in force]
//!   │           └───→ deployments ─→ journal ─→ [store]
//!   ├─→ rollback            └─→ retention
//!   └─→ dry_run, dry_replay
//! ```

mod audit;
mod catalogue;
mod compare;
mod deployable;
mod deployer;
mod deployments;
mod dry_replay;
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
pub use deployments::Deployments;
pub use dry_replay::{DryDelivery, DryEdit, DryOutcome, DryOutcomeKind, DryReplay, DryReplayReport, DrySample};
pub use error::{DeployError, RecallError};
pub use recall::Recall;
pub use record::{Deployment, Difference, Entry, GoldenReport, Kind, Phase, ShadowReport};
pub use request::DeployRequest;
pub use rolled_back::RolledBack;

/// The actor of automatic changes: no operator, but the terms of the deployment.
const GANTRY: &str = "gantry";
