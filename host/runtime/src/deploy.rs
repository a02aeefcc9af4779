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

mod compare;
mod deployer;
mod error;
mod flows;
mod force;
mod journal;
mod record;
mod run;
mod samples;
mod shelf;
mod taken_back;
mod trial;

pub use deployer::DeployRequest;
pub use error::DeployError;
pub use record::{Deployment, Difference, Entry, GoldenReport, Kind, Phase, ShadowReport};

pub(crate) use deployer::Deployer;
pub(crate) use flows::recall;
pub(crate) use force::{Deployed, InForceMap, Place, Print};
pub(crate) use samples::Samples;
pub(crate) use shelf::Shelf;
pub(crate) use trial::{Trial, TrialPlan};

/// Who acts where no operator does: the terms.
const GANTRY: &str = "gantry";
