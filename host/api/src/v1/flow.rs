//! Flows: their purpose, state and counts: `GET /v1/flows`.

use std::time::Duration;

use gantry_core::{Digest, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{PluginRef, form};

/// The report on one flow since the host started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FlowReport {
    /// The flow.
    pub name: String,
    /// Digest of its definition; empty for a flow that was removed.
    pub version: String,
    /// Whether it runs.
    pub state: FlowState,
    /// What keeps it from running, with file and line where they are known; absent unless it is broken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
    /// The command that shows what is wrong in full; absent unless it is broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// When the configuration came into force that a broken flow runs with, in milliseconds since 1970; absent if it doesn't
    /// run, or isn't broken. `version` is that of this configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Timestamp>)]
    pub last_good: Option<Timestamp>,
    /// When this version became active, or the flow broke; none for a flow that was removed.
    #[schema(value_type = Option<form::Timestamp>)]
    pub since: Option<Timestamp>,
    /// The active plugins, in the order of the steps.
    pub plugins: Vec<PluginInForce>,
    /// The names of all steps, in order: those with a plugin and those with rules.
    pub steps: Vec<String>,
    /// The steps that check rules.
    pub rules: Vec<RulesInForce>,
    /// Its purpose.
    pub purpose: Purpose,
    /// Set while its intake is closed by an operator: its senders get 503, and its files wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<IntakeClosure>,
    /// What it has done.
    pub counts: FlowCounts,
    /// What is in its queue.
    pub queue: FlowQueue,
    /// Open dead letters, including those from before the host started.
    pub open_dead_letters: u64,
    /// The success criteria of the flow.
    pub criteria: Vec<Criterion>,
}

coded_enum! {
    /// Whether a flow runs.
    #[derive(ToSchema)]
    pub enum FlowState {
        /// It receives and processes messages.
        Running => "running",
        /// It can't run, because of its file or of something that the file names. With `last_good`, it runs as it did before;
        /// else its messages and dead letters wait, and its webhook answers 503.
        Broken => "broken",
        /// Its file was removed, but it has messages or open dead letters left. They wait until a flow with this name
        /// returns.
        Removed => "removed",
    }
}

/// Who closed the intake of a flow, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntakeClosure {
    /// Since when.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Closes or opens the intake of a flow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseIntakeRequest {
    /// Who makes the request.
    #[serde(default)]
    pub by: String,
    /// Why; required to close it.
    #[serde(default)]
    pub reason: String,
}

/// The plugin of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PluginInForce {
    /// The step.
    pub step: String,
    /// The plugin's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its bytes.
    #[schema(value_type = form::Digest)]
    pub digest: Digest,
    /// The version that is being deployed to the step; see `gantry deploy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_trial: Option<PluginRef>,
}

/// A step that checks rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RulesInForce {
    /// The step.
    pub step: String,
    /// How many rules it has.
    pub rules: usize,
}

/// The business goal, and when it is reached.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Purpose {
    /// What the business gets, in one sentence.
    pub goal: String,
    /// Who is responsible.
    pub owner: String,
    /// The systems it connects.
    pub systems: Vec<String>,
    /// How the work was done before.
    pub as_is: String,
    /// How the work is done with this flow.
    pub to_be: String,
    /// Measurable criteria for success.
    pub success: SuccessCriteria,
}

/// Bounds the flow is measured against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SuccessCriteria {
    /// Highest share of received messages that may end as dead letters, 0 to 1.
    pub error_rate: Option<f64>,
    /// Longest acceptable 95th percentile from receipt to delivery.
    #[schema(value_type = Option<Object>)]
    pub p95_latency: Option<Duration>,
}

/// What a flow has done since the host started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FlowCounts {
    /// Messages accepted.
    pub received: u64,
    /// Messages dropped as duplicates.
    pub duplicates: u64,
    /// Messages with all deliveries completed.
    pub delivered: u64,
    /// Messages deliberately not passed on.
    pub skipped: u64,
    /// Messages that ended as dead letters.
    pub dead_lettered: u64,
    /// Attempts and plugin runs that were repeated.
    pub retried: u64,
    /// Median from receipt to delivery, in milliseconds; none before the first delivery.
    pub p50_ms: Option<u64>,
    /// 95th percentile from receipt to delivery, in milliseconds.
    pub p95_ms: Option<u64>,
    /// 99th percentile from receipt to delivery, in milliseconds.
    pub p99_ms: Option<u64>,
}

/// What is in a flow's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FlowQueue {
    /// Messages that are ready.
    pub queued: usize,
    /// Messages in progress.
    pub leased: usize,
    /// Messages that wait for their next attempt.
    pub scheduled: usize,
    /// Keys whose messages wait for a dead letter to be resolved or discarded.
    pub blocked_keys: usize,
    /// Messages, among those queued, that wait for such a dead letter.
    pub blocked: usize,
    /// Bytes of all these messages on disk.
    pub bytes: u64,
}

/// One success criterion with what was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Criterion {
    /// `error_rate` or `p95_latency`.
    pub name: String,
    /// The bound, with its unit.
    pub bound: String,
    /// The measured value; none before the first measurement.
    pub measured: Option<String>,
    /// Whether it is met; none before the first measurement.
    pub met: Option<bool>,
}
