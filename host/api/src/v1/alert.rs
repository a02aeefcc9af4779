//! Alerts: `/v1/alerts`.

use std::collections::BTreeSet;

use gantry_core::{FlowName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{TargetState, form};

/// One alert of the host file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertReport {
    /// Its name.
    pub name: String,
    /// The endpoint's URL; a reference if the URL is secret.
    pub url: String,
    /// The format of its notifications.
    pub format: String,
    /// The kinds of conditions it reports.
    pub on: BTreeSet<AlertKind>,
    /// Only for these flows; empty: all flows.
    #[schema(value_type = BTreeSet<form::FlowName>)]
    pub flows: BTreeSet<FlowName>,
    /// Only for flows of these owners; empty: all flows.
    #[serde(default)]
    pub owners: BTreeSet<String>,
    /// The internal flow that queues its notifications.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// Notifications that have not reached the endpoint yet.
    pub waiting: u64,
    /// Notifications that failed and are open dead letters.
    pub open_dead_letters: u64,
    /// Whether notifications are sent to the endpoint.
    pub endpoint: Option<TargetState>,
    /// The alerts that fire now, most urgent first.
    pub firing: Vec<FiringReport>,
}

/// An alert that was triggered and not resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FiringReport {
    /// The same in all notifications of this alert.
    pub dedup_key: String,
    /// How urgent it is.
    pub severity: AlertSeverity,
    /// The alert.
    #[serde(flatten)]
    pub firing: Firing,
}

/// An alert that was triggered and not resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Firing {
    /// Identifies the alert.
    pub key: AlertKey,
    /// One sentence for people.
    pub summary: String,
    /// Details for programs.
    #[schema(value_type = Object)]
    pub details: Map<String, Value>,
    /// Who is responsible for the flow.
    #[serde(default)]
    pub owner: Option<String>,
    /// The command to go on with.
    #[serde(default)]
    pub next: String,
    /// When it was triggered.
    #[schema(value_type = form::Timestamp)]
    pub since: Timestamp,
    /// When the last notification was sent.
    #[schema(value_type = form::Timestamp)]
    pub notified_at: Timestamp,
    /// How many times the notification was repeated.
    pub repeats: u32,
}

/// Identifies an alert: the same for the same condition, across restarts and updates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertKey {
    /// The kind of condition.
    pub kind: AlertKind,
    /// The flow; none if the condition concerns the host.
    #[schema(value_type = Option<form::FlowName>)]
    pub flow: Option<FlowName>,
    /// The target, the step, or the fingerprint of dead letters; none if kind and flow are enough.
    pub about: Option<String>,
}

coded_enum! {
    /// The kinds of conditions that alerts report.
    #[derive(Hash, PartialOrd, Ord, ToSchema)]
    pub enum AlertKind {
        /// Dead letters of one fingerprint are open. Resolved when none is, or when somebody sets the state of their
        /// group.
        DeadLetters => "dead_letters",
        /// A target's breaker is open. Resolved when it closes.
        BreakerOpen => "breaker_open",
        /// A target refuses every delivery, or somebody paused it. Resolved when it is resumed.
        TargetPaused => "target_paused",
        /// A target is disabled, by its answer 410 or by an operator. Resolved when it is enabled.
        TargetDisabled => "target_disabled",
        /// A flow's oldest message is older than `queue_age`. Resolved when no message is older than half of it.
        QueueDelayed => "queue_delayed",
        /// Less disk space is free than the reserve, so sources are refused. Resolved when more is free.
        DiskLow => "disk_low",
        /// The host rolled back a plugin version. Resolved when another version is deployed to the step, or after a
        /// day.
        DeploymentRolledBack => "deployment_rolled_back",
        /// A flow can't run, while others do. Resolved when a reload starts it, or when it is removed.
        FlowBroken => "flow_broken",
        /// The last reload was refused, so the files are not what runs. Resolved when a reload succeeds.
        ReloadRefused => "reload_refused",
        /// A source refused a file. Resolved when the file's report is gone from the directory for refused files, or after
        /// a day.
        FileRefused => "file_refused",
        /// A flow misses a success criterion. Resolved when it meets it.
        CriteriaMissed => "criteria_missed",
        /// A flow refuses requests, for want of room or because of their credentials. Resolved when it has refused none for
        /// `count_within`.
        IntakeRefusing => "intake_refusing",
        /// A flow got no message for longer than `silent_after`. Resolved when it gets one.
        FlowSilent => "flow_silent",
        /// A step's plugin fails instead of answering. Resolved when it has not failed for `count_within`.
        PluginFaulting => "plugin_faulting",
        /// The host works. Never fires: its notifications are sent again and again.
        Heartbeat => "heartbeat",
    }
}

coded_enum! {
    /// How urgent an alert is, in the terms of `PagerDuty` and Alertmanager.
    #[derive(PartialOrd, Ord, ToSchema)]
    pub enum AlertSeverity {
        /// Nothing is wrong.
        Info => "info",
        /// To be looked at in working hours.
        Warning => "warning",
        /// Data does not reach its target.
        Error => "error",
        /// The whole host can't work.
        Critical => "critical",
    }
}

/// What an endpoint answered to a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestAnswer {
    /// The kind of notification.
    pub action: NotificationKind,
    /// Whether the endpoint accepted it.
    pub accepted: bool,
    /// The status code; none without an answer.
    pub status: Option<u16>,
    /// The error, if there was one.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub answer: String,
}

coded_enum! {
    /// The kind of a notification.
    #[derive(ToSchema)]

    pub enum NotificationKind {
        /// The alert begins or continues.
        Trigger => "trigger",
        /// The alert is over.
        Resolve => "resolve",
    }
}
