//! A deployment as it is recorded: what was to replace what, by whom, on which terms, where it stands, and everything
//! that was found out on the way. It is the progress report, the audit record and what a restart continues from.

use gantry_core::json_diff::Change;
use gantry_core::rollout::{Comparison, RolloutOutcome, Terms};
use gantry_core::{FlowName, MessageId, PluginRef, Timestamp};
use serde::{Deserialize, Serialize};

/// One attempt to put another plugin version in force at one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Deployment {
    /// Counted from 1 in the order of their beginning.
    pub number: u64,
    /// The flow.
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
    pub at: Timestamp,
    /// What is asked of the new version.
    pub terms: Terms,
    /// Where it stands.
    pub phase: Phase,
    /// Since when.
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
    pub events: Vec<Entry>,
}

/// Where a deployment stands, in the order of its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Trust, API version, grants and settings are checked.
    Checking,
    /// The plugin's golden cases are run.
    Golden,
    /// The flow's last messages go through old and new.
    Shadow,
    /// The operator is to say whether it goes on.
    Waiting,
    /// A share of the keys meets the new version.
    Canary,
    /// The new version serves every message and is watched.
    Watching,
    /// The new version is in force.
    Deployed,
    /// It did not pass: nothing changed.
    Refused,
    /// The old version is back.
    RolledBack,
}

/// One line of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// The phase it led to.
    pub phase: Phase,
    /// Who: an operator, or `gantry` for what followed by the terms.
    pub by: String,
    /// What and why.
    pub text: String,
}

/// How the golden cases in the plugin went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GoldenReport {
    /// Cases that went as they say.
    pub passed: usize,
    /// Names of those that did not.
    pub failed: Vec<String>,
}

/// What two versions say of the same messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Difference {
    /// The message.
    pub message: MessageId,
    /// What kind of difference.
    pub kind: Kind,
    /// Where they differ, by JSON Pointer into the outcome as golden cases write it (`/emit/0/payload/total`); at most
    /// twenty places, long values cut.
    pub changes: Vec<Change>,
}

/// How two answers to one message relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Handled by the old version only.
    NewlyFailing,
    /// Handled by both, and differently.
    Changed,
    /// Handled by the new version only.
    NewlyPassing,
    /// The same, to the byte.
    Same,
}

impl Phase {
    /// Whether nothing more happens by itself or by an operator.
    #[must_use]
    pub const fn is_over(self) -> bool {
        self.outcome().is_some()
    }

    /// How the deployment ended; none: it is under way.
    #[must_use]
    pub const fn outcome(self) -> Option<RolloutOutcome> {
        match self {
            Self::Deployed => Some(RolloutOutcome::Deployed),
            Self::Refused => Some(RolloutOutcome::Refused),
            Self::RolledBack => Some(RolloutOutcome::RolledBack),
            Self::Checking | Self::Golden | Self::Shadow | Self::Waiting | Self::Canary | Self::Watching => None,
        }
    }

    /// The phase as answers and metrics spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Golden => "golden",
            Self::Shadow => "shadow",
            Self::Waiting => "waiting",
            Self::Canary => "canary",
            Self::Watching => "watching",
            Self::Deployed => "deployed",
            Self::Refused => "refused",
            Self::RolledBack => "rolled_back",
        }
    }
}

impl Deployment {
    /// Enters a phase, and says why.
    pub(crate) fn enter(&mut self, phase: Phase, at: Timestamp, by: &str, text: impl Into<String>) {
        (self.phase, self.since) = (phase, at);
        self.events.push(Entry { at, phase, by: by.to_owned(), text: text.into() });
    }
}
