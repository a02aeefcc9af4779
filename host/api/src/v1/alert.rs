//! What somebody is called for: `/v1/alerts`.

use std::collections::BTreeSet;

use gantry_core::{FlowName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{TargetState, form};

/// One alert of the host's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertReport {
    /// Its name.
    pub name: String,
    /// Where it goes; a secret URL as its reference.
    pub url: String,
    /// The form of what is sent.
    pub format: String,
    /// What it is called for.
    pub on: BTreeSet<AlertKind>,
    /// Only for these flows; empty: for all.
    #[schema(value_type = BTreeSet<form::FlowName>)]
    pub flows: BTreeSet<FlowName>,
    /// The flow its messages are queued in.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// Messages that have not reached the endpoint yet.
    pub waiting: u64,
    /// Messages that the endpoint did not take.
    pub open_dead_letters: u64,
    /// Whether the endpoint gets anything.
    pub endpoint: Option<TargetState>,
    /// What fires, most urgent first.
    pub firing: Vec<FiringReport>,
}

/// An alert that was triggered and not resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FiringReport {
    /// The same for everything said of this alert.
    pub dedup_key: String,
    /// How urgent it is.
    pub severity: AlertSeverity,
    /// What fires.
    #[serde(flatten)]
    pub firing: Firing,
}

/// An alert that was triggered and not resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Firing {
    /// What it is about.
    pub key: AlertKey,
    /// One sentence for people.
    pub summary: String,
    /// What a program may want to know of it.
    #[schema(value_type = Object)]
    pub details: Map<String, Value>,
    /// Since when.
    #[schema(value_type = form::Timestamp)]
    pub since: Timestamp,
    /// When it was last said.
    #[schema(value_type = form::Timestamp)]
    pub told: Timestamp,
    /// How often it was said again.
    pub repeats: u32,
}

/// What an alert is about: the same for the same trouble, over restarts and updates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertKey {
    /// What kind of trouble.
    pub kind: AlertKind,
    /// In which flow; none: in the host.
    #[schema(value_type = Option<form::FlowName>)]
    pub flow: Option<FlowName>,
    /// The target, the step, or the fingerprint of dead letters; none where the kind and the flow say all.
    pub about: Option<String>,
}

coded_enum! {
    /// What there are alerts for.
    #[derive(Hash, PartialOrd, Ord, ToSchema)]
    pub enum AlertKind {
        /// Dead letters of one fingerprint are open: until none is, or somebody said where their group stands.
        DeadLetters => "dead_letters",
        /// A target's breaker is open: until it is closed.
        BreakerOpen => "breaker_open",
        /// A target refuses the host's credentials, or somebody paused it: until it is resumed.
        TargetPaused => "target_paused",
        /// A target is disabled, by 410 or by an operator: until it is enabled.
        TargetDisabled => "target_disabled",
        /// A flow's oldest message is older than `queue_age`: until no message is older than half of it.
        QueueDelayed => "queue_delayed",
        /// Less disk is free than the reserve, and sources are refused: until there is more.
        DiskLow => "disk_low",
        /// A plugin version was taken back by the host: until the next one is deployed to the step, or for a day.
        DeploymentRolledBack => "deployment_rolled_back",
    }
}

coded_enum! {
    /// How urgent an alert is, in the words of `PagerDuty` and Alertmanager.
    #[derive(PartialOrd, Ord, ToSchema)]
    pub enum AlertSeverity {
        /// Worth a look in working hours.
        Warning => "warning",
        /// Data is not where it should be.
        Error => "error",
        /// The host as a whole can't do its work.
        Critical => "critical",
    }
}

/// What an endpoint answered when it was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestAnswer {
    /// What was said.
    pub action: NotificationKind,
    /// Whether the endpoint took it.
    pub accepted: bool,
    /// The status code; none: there was no answer.
    pub status: Option<u16>,
    /// What went wrong; none: nothing did.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub answer: String,
}

coded_enum! {
    /// What is said of an alert.
    #[derive(ToSchema)]
    #[schema(as = Said)]
    pub enum NotificationKind {
        /// It begins, or goes on.
        Trigger => "trigger",
        /// It is over.
        Resolve => "resolve",
    }
}
