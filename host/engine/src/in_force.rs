//! Which plugin serves a step, as operators see it.

use gantry_core::{Digest, PluginRef};

/// The plugin of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// The step.
    pub step: String,
    /// The plugin's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its bytes.
    pub digest: Digest,
    /// A version on canary beside it.
    pub on_trial: Option<PluginRef>,
}
