//! Deployments of plugin versions: `/v1/deployments`.

use gantry_core::{DeadLetterId, FlowName, MessageId, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Change, Comparison, PluginRef, Terms, TermsChange, form, object};

/// The rollout of one plugin version at one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Deployment {
    /// Its number, from 1, in the order in which deployments began.
    pub number: u64,
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// The step.
    pub step: String,
    /// The version before it.
    pub from: PluginRef,
    /// Whether `from` is the version in the flow's file.
    pub from_file: bool,
    /// The new version.
    pub to: PluginRef,
    /// Whether `to` is the version in the flow's file: a rollback to the state before the first deployment.
    pub to_file: bool,
    /// The deployment that this one undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
    /// Who began it.
    pub by: String,
    /// When it began.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// The terms of the rollout.
    pub terms: Terms,
    /// The current phase.
    pub phase: Phase,
    /// When the current phase began.
    #[schema(value_type = form::Timestamp)]
    pub since: Timestamp,
    /// The result of the golden cases, once they were run.
    pub golden: Option<GoldenReport>,
    /// The comparison on recent messages, once it was made.
    pub shadow: Option<ShadowReport>,
    /// The comparison during the canary.
    pub canary: Option<Comparison>,
    /// The comparison during the watch.
    pub watch: Option<Comparison>,
    /// What happened, oldest first.
    pub events: Vec<DeploymentEvent>,
}

coded_enum! {
    /// The phase of a deployment, in order.
    #[derive(PartialOrd, Ord, ToSchema)]
    pub enum Phase {
        /// Trust, API version, grants and settings are checked.
        Checking => "checking",
        /// The plugin's golden cases are run.
        Golden => "golden",
        /// Recent messages are run through the old and the new version.
        Shadow => "shadow",
        /// An operator must decide whether it continues.
        Waiting => "waiting",
        /// The new version serves a share of the keys.
        Canary => "canary",
        /// The new version serves every message and is watched.
        Watching => "watching",
        /// The new version serves the step.
        Deployed => "deployed",
        /// It failed a check; nothing changed.
        Refused => "refused",
        /// The old version is back.
        RolledBack => "rolled_back",
    }
}

/// One event of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]

pub struct DeploymentEvent {
    /// When.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// The phase it led to.
    pub phase: Phase,
    /// Who: an operator, or `gantry` if it followed from the terms.
    pub by: String,
    /// What happened, and why.
    pub text: String,
}

/// The result of the plugin's golden cases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GoldenReport {
    /// Cases that passed.
    pub passed: usize,
    /// Names of the cases that failed.
    pub failed: Vec<String>,
}

/// A comparison of two versions on the same messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShadowReport {
    /// How many messages were run, including dead letters.
    pub messages: usize,
    /// How many of them were open dead letters.
    pub dead_letters: usize,
    /// The same outcome, byte for byte.
    pub same: usize,
    /// Handled by both versions, with different outcomes.
    pub changed: usize,
    /// Handled by the old version only.
    pub newly_failing: usize,
    /// Handled by the new version only.
    pub newly_passing: usize,
    /// Some of the differences, new failures first.
    pub samples: Vec<Difference>,
}

/// One message with different outcomes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// The message.
    #[schema(value_type = form::MessageId)]
    pub message: MessageId,
    /// The kind of difference.
    pub kind: DifferenceKind,
    /// The differing places, as JSON Pointers into the outcome in the format of golden cases (`/emit/0/payload/total`).
    /// At most twenty; long values are cut.
    pub changes: Vec<Change>,
}

coded_enum! {
    /// How the outcomes of two versions differ.
    #[derive(PartialOrd, Ord, ToSchema)]

    pub enum DifferenceKind {
        /// Handled by the old version only.
        NewlyFailing => "newly_failing",
        /// Handled by both versions, with different outcomes.
        Changed => "changed",
        /// Handled by the new version only.
        NewlyPassing => "newly_passing",
        /// The same outcome, byte for byte.
        Same => "same",
    }
}

/// Begins a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeployRequest {
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// The step.
    pub step: String,
    /// `NAME@VERSION` in the catalogue.
    pub plugin: String,
    /// Who makes the request.
    #[serde(default)]
    pub by: String,
    /// Terms that differ from the host's.
    #[serde(default, deserialize_with = "object::deserialize")]
    pub terms: TermsChange,
}

/// Lets a deployment continue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApproveRequest {
    /// Who approves.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
    /// The approved phase: `waiting` by default; `canary` or `watching` ends that phase early. In any other phase the
    /// approval is refused, so that two operators who approve at the same time don't approve two phases.
    pub phase: Phase,
}

impl Default for ApproveRequest {
    fn default() -> Self {
        Self { by: String::new(), reason: String::new(), phase: Phase::Waiting }
    }
}

/// Which deployments to list. All given fields must match; without any, all are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeploymentQuery {
    /// Of this flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// Of this step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// `true`: only those in progress; `false`: only those that are over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// Runs dead letters through the current version of a step and another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DryRunRequest {
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// The step.
    pub step: String,
    /// `NAME@VERSION` in the catalogue.
    pub with: String,
    /// The dead letters, all of this flow.
    #[schema(value_type = Vec<form::DeadLetterId>)]
    pub dead_letters: Vec<DeadLetterId>,
}

impl Phase {
    /// Whether the phase is final.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Deployed | Self::Refused | Self::RolledBack)
    }
}
