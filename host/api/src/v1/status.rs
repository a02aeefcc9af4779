//! The status page: `/v1/status`.

use gantry_core::{FlowName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AlertSeverity, form};

/// Everything that needs somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusReport {
    /// When it was looked at.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// The host's name; none if no host runs.
    pub instance: Option<String>,
    /// The worst of the findings; none if there are none.
    pub severity: Option<AlertSeverity>,
    /// Most harmful first; those that need nobody yet (`info`) come last.
    pub findings: Vec<Finding>,
    /// What was looked at.
    pub looked_at: LookedAt,
}

/// One thing that needs somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// How urgent; `info` needs nobody yet.
    pub severity: AlertSeverity,
    /// In which flow; none: in the host.
    #[schema(value_type = Option<form::FlowName>)]
    pub flow: Option<FlowName>,
    /// The target, the step, the fingerprint, the job or the alert.
    pub about: Option<String>,
    /// One sentence for people.
    pub summary: String,
    /// Since when, if it is known.
    #[schema(value_type = Option<form::Timestamp>)]
    pub since: Option<Timestamp>,
    /// Who is responsible for the flow, if it says.
    pub owner: Option<String>,
    /// The command to go on with.
    pub next: String,
    /// The page that says what to do, if there is one.
    pub runbook: Option<String>,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LookedAt {
    /// Flows in force, and broken ones.
    pub flows: u64,
    /// Their targets.
    pub targets: u64,
    /// Messages that have not ended.
    pub queued: u64,
    /// Open dead letters, also those of groups that somebody has dealt with.
    pub open_dead_letters: u64,
    /// Jobs that have not ended.
    pub jobs: u64,
    /// Deployments that have not ended.
    pub deployments: u64,
    /// Endpoints of alerts.
    pub alerts: u64,
}

coded_enum! {
    /// What needs somebody, the most harmful first.
    #[derive(ToSchema)]
    pub enum FindingKind {
        /// No host runs on the data directory.
        NoHost => "no_host",
        /// The store has failed, or its files were replaced.
        StoreFailed => "store_failed",
        /// Less disk space is free than the reserve.
        DiskLow => "disk_low",
        /// The last reload was refused.
        ReloadRefused => "reload_refused",
        /// A flow can't run.
        FlowBroken => "flow_broken",
        /// A target is disabled.
        TargetDisabled => "target_disabled",
        /// A target is paused, or refuses every delivery.
        TargetPaused => "target_paused",
        /// A target's breaker is not closed.
        BreakerOpen => "breaker_open",
        /// A target answers 429.
        TargetThrottled => "target_throttled",
        /// A flow refuses what is sent to it.
        IntakeRefusing => "intake_refusing",
        /// An operator closed a flow's intake.
        IntakeClosed => "intake_closed",
        /// A flow's messages wait for too long.
        QueueDelayed => "queue_delayed",
        /// Messages wait for a flow that is not in force, or for a host.
        QueueWaiting => "queue_waiting",
        /// A flow gets no messages.
        FlowSilent => "flow_silent",
        /// A file was refused.
        FileRefused => "file_refused",
        /// Dead letters are open.
        DeadLetters => "dead_letters",
        /// A plugin fails instead of answering.
        PluginFaulting => "plugin_faulting",
        /// A flow misses its success criteria.
        CriteriaMissed => "criteria_missed",
        /// The host rolled a plugin version back.
        DeploymentRolledBack => "deployment_rolled_back",
        /// A deployment is under way, or waits for its operator.
        DeploymentOnTrial => "deployment_on_trial",
        /// A job is held.
        JobHeld => "job_held",
        /// Messages of a running job failed again.
        JobFailing => "job_failing",
        /// An endpoint does not get its notifications.
        AlertNotDelivered => "alert_not_delivered",
        /// The host's file states settings that come into force by a restart.
        RestartNeeded => "restart_needed",
        /// Other users may read a secret.
        SecretExposed => "secret_exposed",
        /// Others may read or change what is in a directory of the host or of a source.
        DirectoryExposed => "directory_exposed",
    }
}
