//! A plugin version on its way into a step: `/v1/deployments`.

use gantry_core::{DeadLetterId, FlowName, MessageId, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Change, Comparison, PluginRef, Terms, TermsChange, form};

/// One attempt to put another plugin version in force at one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Deployment {
    /// Counted from 1 in the order of their beginning.
    pub number: u64,
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// The step.
    pub step: String,
    /// What serves the step before it.
    pub from: PluginRef,
    /// Whether that is what the flow's file names.
    pub from_file: bool,
    /// What is to serve it.
    pub to: PluginRef,
    /// Whether `to` is what the flow's file names: a rollback to before the first deployment.
    pub to_file: bool,
    /// The deployment that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
    /// Who asked for it.
    pub by: String,
    /// When.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// What is asked of the new version.
    pub terms: Terms,
    /// Where it stands.
    pub phase: Phase,
    /// Since when.
    #[schema(value_type = form::Timestamp)]
    pub since: Timestamp,
    /// Golden cases of the plugin, once they were run.
    pub golden: Option<GoldenReport>,
    /// Recent messages through old and new, once they were run.
    pub shadow: Option<ShadowReport>,
    /// The share of keys that met the new version first.
    pub canary: Option<Comparison>,
    /// All messages, while it was watched.
    pub watch: Option<Comparison>,
    /// What happened, oldest first.
    pub events: Vec<DeploymentEvent>,
}

coded_enum! {
    /// Where a deployment stands, in the order of its way.
    #[derive(PartialOrd, Ord, ToSchema)]
    pub enum Phase {
        /// Trust, API version, grants and settings are checked.
        Checking => "checking",
        /// The plugin's golden cases are run.
        Golden => "golden",
        /// The flow's last messages go through old and new.
        Shadow => "shadow",
        /// The operator is to say whether it goes on.
        Waiting => "waiting",
        /// A share of the keys meets the new version.
        Canary => "canary",
        /// The new version serves every message and is watched.
        Watching => "watching",
        /// The new version is in force.
        Deployed => "deployed",
        /// It did not pass: nothing changed.
        Refused => "refused",
        /// The old version is back.
        RolledBack => "rolled_back",
    }
}

/// One line of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Entry)]
pub struct DeploymentEvent {
    /// When.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// The phase it led to.
    pub phase: Phase,
    /// Who: an operator, or `gantry` for what followed by the terms.
    pub by: String,
    /// What and why.
    pub text: String,
}

/// How the golden cases in the plugin went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GoldenReport {
    /// Cases that went as they say.
    pub passed: usize,
    /// Names of those that did not.
    pub failed: Vec<String>,
}

/// What two versions say of the same messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShadowReport {
    /// How many messages there were to try, dead letters included.
    pub messages: usize,
    /// How many of them were open dead letters.
    pub dead_letters: usize,
    /// The same, to the byte.
    pub same: usize,
    /// Handled by both, and differently.
    pub changed: usize,
    /// Handled by the old version only.
    pub newly_failing: usize,
    /// Handled by the new version only.
    pub newly_passing: usize,
    /// Some of the differences, those that fail first.
    pub samples: Vec<Difference>,
}

/// One message that two versions see differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// The message.
    #[schema(value_type = form::MessageId)]
    pub message: MessageId,
    /// What kind of difference.
    pub kind: DifferenceKind,
    /// Where they differ, by JSON Pointer into the outcome as golden cases write it (`/emit/0/payload/total`); at most
    /// twenty places, long values cut.
    pub changes: Vec<Change>,
}

coded_enum! {
    /// How two answers to one message relate.
    #[derive(PartialOrd, Ord, ToSchema)]
    #[schema(as = Kind)]
    pub enum DifferenceKind {
        /// Handled by the old version only.
        NewlyFailing => "newly_failing",
        /// Handled by both, and differently.
        Changed => "changed",
        /// Handled by the new version only.
        NewlyPassing => "newly_passing",
        /// The same, to the byte.
        Same => "same",
    }
}

/// Asks for a deployment.
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
    /// Who asks.
    #[serde(default)]
    pub by: String,
    /// Terms other than the host's.
    #[serde(default)]
    pub terms: TermsChange,
}

/// Lets a deployment go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApproveRequest {
    /// Who.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
    /// The phase that is approved of; the present one unless given. Once the deployment has left that phase, the request
    /// changes nothing: two operators who approve at once don't approve of two phases.
    pub phase: Option<Phase>,
}

/// Which deployments are meant. Every field narrows; none given means all.
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
    /// Those under way, or those that are over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// Runs dead letters through the version in force and another one.
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
    /// Whether nothing more happens by itself or by an operator.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Deployed | Self::Refused | Self::RolledBack)
    }
}
