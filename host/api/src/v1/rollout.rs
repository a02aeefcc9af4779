//! The terms of a deployment, and the counts that are compared with them.

use gantry_core::coded_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The terms that a version must meet before and after it serves every message.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Terms {
    /// How many recent messages are run through the old and the new version; 0: none.
    pub shadow: u32,
    /// What to do if outcomes differ.
    pub changed: Judgement,
    /// What to do if the new version fails on messages that the old one handles. With `Accept`, such failures also
    /// stand during canary and watch; otherwise the old version is used for these messages.
    pub newly_failing: Judgement,
    /// The share of keys that gets the new version first, from 0 (no canary) to 1.
    pub canary_share: f64,
    /// How long the canary lasts.
    pub canary: Window,
    /// How long the watch lasts once the version serves every message.
    pub watch: Window,
    /// The largest share of messages that may fail although the old version handles them. Above it, the deployment is
    /// rolled back.
    pub max_failure_rate: f64,
}

/// Terms that differ from the host's; without a value, the host's term applies.
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

/// The length of a canary or watch. It ends when either limit is reached, but not before the first message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Window {
    /// The number of messages; 0: the phase is left out.
    pub messages: u64,
    /// The time in milliseconds.
    pub time_ms: u64,
}

coded_enum! {
    /// What to do about differences between two versions.
    #[derive(ToSchema)]
    pub enum Judgement {
        /// Continue.
        Accept => "accept",
        /// Wait for an operator's decision.
        Ask => "ask",
        /// Refuse the version.
        Refuse => "refuse",
    }
}

/// The counts of both versions on live messages since a canary or watch began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// The new version.
    pub new: Tally,
    /// The old version, on messages that were not given to the new one.
    pub old: Tally,
    /// Messages that the new version failed on and the old one handled.
    pub newly_failing: u64,
}

/// The counts of one version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tally {
    /// Messages given to it.
    pub messages: u64,
    /// Messages that failed: `invalid`, `reject` or a plugin fault.
    pub failed: u64,
    /// Time for all messages, in microseconds.
    pub busy_us: u64,
}

impl Tally {
    /// Microseconds per message on average; none before the first message.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "microseconds far below 2^53")]
    pub fn mean_us(&self) -> Option<f64> {
        (self.messages > 0).then(|| self.busy_us as f64 / self.messages as f64)
    }
}
