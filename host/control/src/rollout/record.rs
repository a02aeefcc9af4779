//! A deployment as it is recorded: what was to replace what, by whom, on which terms, where it stands, and everything
//! that was found out on the way. It is the progress report, the audit record and what a restart continues from.

use gantry_core::json_diff::Change;
use gantry_core::rollout::{Comparison, RolloutOutcome, Terms};
use gantry_core::{FlowName, MessageId, PluginRef, Timestamp};
use gantry_engine::overrides::StepId;
use serde::{Deserialize, Serialize};

/// One attempt to put another plugin version in force at one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// The deployment that this one rolls back.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

/// One line of the audit timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoldenReport {
    /// Cases that went as they say.
    pub passed: usize,
    /// Names of those that did not.
    pub failed: Vec<String>,
}

/// What two versions say of the same messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

/// A version at a step.
pub(super) struct Version {
    pub(super) plugin: PluginRef,
    /// Whether it is the one that the flow's file names.
    pub(super) is_of_file: bool,
}

impl Version {
    /// A version from the catalogue.
    pub(super) const fn of_catalogue(plugin: PluginRef) -> Self {
        Self { plugin, is_of_file: false }
    }
}

impl Deployment {
    /// A deployment that begins now.
    pub(super) fn new(
        number: u64,
        step: &StepId,
        from: Version,
        to: Version,
        by: &str,
        now: Timestamp,
        terms: Terms,
    ) -> Self {
        let (flow, step) = step.clone();
        Self {
            number,
            flow,
            step,
            from: from.plugin,
            from_file: from.is_of_file,
            to: to.plugin,
            to_file: to.is_of_file,
            undoes: None,
            by: by.to_owned(),
            at: now,
            terms,
            phase: Phase::Checking,
            since: now,
            golden: None,
            shadow: None,
            canary: None,
            watch: None,
            events: Vec::new(),
        }
    }

    /// The step it is about.
    pub(super) fn step_id(&self) -> StepId {
        (self.flow.clone(), self.step.clone())
    }

    /// Enters a phase, and says why.
    pub(crate) fn enter(&mut self, phase: Phase, at: Timestamp, by: &str, text: impl Into<String>) {
        self.phase = phase;
        self.since = at;
        self.events.push(Entry { at, phase, by: by.to_owned(), text: text.into() });
    }
}

#[cfg(test)]
pub(super) mod samples {
    //! Deployments for the tests of this module's neighbours.

    use gantry_core::Digest;
    use gantry_core::rollout::{Judgement, Window};

    use super::*;

    /// A version whose bytes are its name.
    pub(crate) fn plugin(version: &str) -> PluginRef {
        PluginRef { name: "order-to-erp".into(), version: version.into(), digest: Digest::of(version.as_bytes()) }
    }

    /// A deployment of 2.0.0 in place of 1.0.0 at the step `map` of the flow `orders`.
    pub(crate) fn deployment(number: u64, phase: Phase) -> Deployment {
        let step = ("orders".parse().unwrap(), "map".to_owned());
        let from = Version::of_catalogue(plugin("1.0.0"));
        let to = Version::of_catalogue(plugin("2.0.0"));
        let window = Window { messages: 1, time_ms: 1 };
        let terms = Terms {
            shadow: 0,
            changed: Judgement::Accept,
            newly_failing: Judgement::Refuse,
            canary_share: 0.1,
            canary: window,
            watch: window,
            max_failure_rate: 0.01,
        };
        let now = Timestamp(number);
        let mut deployment = Deployment::new(number, &step, from, to, "ops", now, terms);
        deployment.enter(phase, now, "ops", phase.name());
        deployment
    }
}
