//! What is asked of a version that is deployed, and what is counted while it proves itself.

use gantry_core::coded_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is asked of a version before it serves every message, and while it does so for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Terms {
    /// How many of the flow's last messages are run through old and new side by side; 0: none.
    pub shadow: u32,
    /// What to do when the new version answers some of them differently.
    pub changed: Judgement,
    /// What to do when it fails on messages that the old one handles. `Accept` also means that later such failures are
    /// its last word; otherwise the old version answers in its place as long as the new one is on trial.
    pub newly_failing: Judgement,
    /// Which share of the keys goes to the new version first, from 0 (none: straight to all) to 1.
    pub canary_share: f64,
    /// How long that share is watched.
    pub canary: Window,
    /// How long the version is watched once it serves every message.
    pub watch: Window,
    /// The share of messages it may fail on that the old one handles; beyond it the old one is put back.
    pub max_failure_rate: f64,
}

/// Terms that differ from those of the host; what is none stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TermsChange {
    /// See [`Terms::shadow`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow: Option<u32>,
    /// See [`Terms::changed`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<Judgement>,
    /// See [`Terms::newly_failing`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newly_failing: Option<Judgement>,
    /// See [`Terms::canary_share`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canary_share: Option<f64>,
    /// Messages of [`Terms::canary`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canary_messages: Option<u64>,
    /// Milliseconds of [`Terms::canary`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canary_time_ms: Option<u64>,
    /// Messages of [`Terms::watch`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watch_messages: Option<u64>,
    /// Milliseconds of [`Terms::watch`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watch_time_ms: Option<u64>,
    /// See [`Terms::max_failure_rate`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_failure_rate: Option<f64>,
}

/// A stretch of work: it ends with the first of the two, but never before one message was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Window {
    /// So many messages; 0: there is no such stretch.
    pub messages: u64,
    /// So many milliseconds.
    pub time_ms: u64,
}

coded_enum! {
    /// What a difference between two versions means.
    #[derive(ToSchema)]
    pub enum Judgement {
        /// Go on.
        Accept => "accept",
        /// Wait for the operator.
        Ask => "ask",
        /// The version is refused.
        Refuse => "refuse",
    }
}

/// What old and new did on live messages since a stretch began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// The new version.
    pub new: Tally,
    /// The old one, on messages that were not given to the new.
    pub old: Tally,
    /// Messages the new version failed on and the old one handled when it was given them instead.
    pub newly_failing: u64,
}

/// What one version did since it is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tally {
    /// Messages it was given.
    pub messages: u64,
    /// Messages it refused or failed on: `invalid`, `reject`, or a plugin fault.
    pub failed: u64,
    /// Time it took for all of them, in microseconds.
    pub busy_us: u64,
}

impl Tally {
    /// Microseconds a message, on average; none before the first.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "microseconds far below 2^53")]
    pub fn mean_us(&self) -> Option<f64> {
        (self.messages > 0).then(|| self.busy_us as f64 / self.messages as f64)
    }
}
