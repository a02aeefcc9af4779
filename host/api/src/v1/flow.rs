//! What a flow is for and how it does: `GET /v1/flows`.

use std::time::Duration;

use gantry_core::{Digest, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{PluginRef, form};

/// The account of one flow since the host started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FlowReport {
    /// The flow.
    pub name: String,
    /// Digest of its definition; empty for one that was removed.
    pub version: String,
    /// Whether it runs.
    pub state: FlowState,
    /// Since when this version is in force; none for one that was removed.
    #[schema(value_type = Option<form::Timestamp>)]
    pub since: Option<Timestamp>,
    /// The plugins in force, in the order of the steps.
    pub plugins: Vec<PluginInForce>,
    /// The names of all steps, in order: those with a plugin and those with rules.
    pub steps: Vec<String>,
    /// The steps that hold messages to rules.
    pub rules: Vec<RulesInForce>,
    /// Why it exists.
    pub purpose: Purpose,
    /// What it did.
    pub counts: FlowCounts,
    /// What it still has to do.
    pub queue: FlowQueue,
    /// Open dead letters, those of earlier runs of the host included.
    pub open_dead_letters: u64,
    /// Each success criterion the flow states.
    pub criteria: Vec<Criterion>,
}

coded_enum! {
    /// Whether a flow runs.
    #[derive(ToSchema)]
    pub enum FlowState {
        /// It takes messages in and works on them.
        Running => "running",
        /// Its file is gone, but it has messages or open dead letters left. They wait until a flow of this name is back.
        Removed => "removed",
    }
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
    /// A version that proves itself beside it; see `deploy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_trial: Option<PluginRef>,
}

/// A step that holds messages to rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RulesInForce {
    /// The step.
    pub step: String,
    /// How many rules it has.
    pub rules: usize,
}

/// Business goal and what would count as reaching it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Purpose {
    /// What the business gets, in a sentence.
    pub goal: String,
    /// Who answers for it.
    pub owner: String,
    /// The systems it joins.
    pub systems: Vec<String>,
    /// How it was done before.
    pub as_is: String,
    /// How it is meant to be.
    pub to_be: String,
    /// What success means, measurably.
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
    /// Messages taken into custody.
    pub received: u64,
    /// Messages dropped as duplicates.
    pub duplicates: u64,
    /// Messages whose every delivery arrived.
    pub delivered: u64,
    /// Messages deliberately not passed on.
    pub skipped: u64,
    /// Messages that ended as dead letters.
    pub dead_lettered: u64,
    /// Attempts and runs that had to be repeated.
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
    /// Ready to run.
    pub queued: usize,
    /// Running.
    pub leased: usize,
    /// Waiting for their next attempt.
    pub scheduled: usize,
    /// Keys whose messages wait for a dead letter to be replayed, resolved or discarded.
    pub blocked_keys: usize,
    /// Messages, among those ready to run, that wait for that.
    pub blocked: usize,
    /// Bytes that all of these take on disk.
    pub bytes: u64,
}

/// One success criterion with what was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Criterion {
    /// `error_rate` or `p95_latency`.
    pub name: String,
    /// The bound the flow states, with its unit.
    pub bound: String,
    /// What was measured; none before there is something to measure.
    pub measured: Option<String>,
    /// None while nothing was measured.
    pub met: Option<bool>,
}
