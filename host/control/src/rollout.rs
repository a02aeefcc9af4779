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
//! on trial the old one answers for it where it fails; a version that fails too often is taken back by itself; every
//! step is on record before it has an effect, and a restart half-way goes on from there.

mod catalogue;
mod compare;
mod deployer;
mod error;
mod flows;
mod journal;
mod record;
mod rolled_back;
mod run;

pub use catalogue::CatalogueView;
pub use deployer::{DeployRequest, Deployer};
pub use error::{DeployError, RecallError};
pub use flows::recall;
pub use journal::Recalled;
pub use record::{Deployment, Difference, Entry, GoldenReport, Kind, Phase, ShadowReport};
pub use rolled_back::RolledBack;

/// Who acts where no operator does: the terms.
const GANTRY: &str = "gantry";
