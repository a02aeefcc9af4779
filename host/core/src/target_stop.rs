//! An operator's stop of a target: who, when and why. It survives restarts.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Why and since when a target gets nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetStop {
    /// Which kind of stop.
    pub kind: StopKind,
    /// Since when.
    pub at: Timestamp,
    /// Who stopped it; none: the target itself, by answering 410.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
}

/// How a target is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopKind {
    /// For a while, until it is resumed.
    Paused,
    /// For good, until it is enabled.
    Disabled,
}
