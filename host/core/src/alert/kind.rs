//! What there are alerts for, and how urgent each is.

use serde::{Deserialize, Serialize};

use crate::coded_enum;

coded_enum! {
    /// What there are alerts for.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum AlertKind {
        /// Dead letters of one fingerprint are open: until none is, or somebody said where their group stands.
        DeadLetters => "dead_letters",
        /// A target's breaker is open: until it is closed.
        BreakerOpen => "breaker_open",
        /// A target refuses every delivery, or somebody paused it: until it is resumed.
        TargetPaused => "target_paused",
        /// A target is disabled, by 410 or by an operator: until it is enabled.
        TargetDisabled => "target_disabled",
        /// A flow's oldest message is older than `queue_age`: until no message is older than half of it.
        QueueDelayed => "queue_delayed",
        /// Less disk is free than the reserve, and sources are refused: until there is more.
        DiskLow => "disk_low",
        /// A plugin version was rolled back by the host: until the next one is deployed to the step, or for a day.
        DeploymentRolledBack => "deployment_rolled_back",
        /// A flow can't run, while others do: until it is put right and reloaded, or removed.
        FlowBroken => "flow_broken",
        /// The last reload was refused, so that the files are not what runs: until one succeeds.
        ReloadRefused => "reload_refused",
        /// A source refused a file: until the file's report is gone from the directory for refused files, or for a day.
        FileRefused => "file_refused",
        /// A flow misses one of its success criteria: until it meets it.
        CriteriaMissed => "criteria_missed",
        /// A flow refuses what is sent to it, because a bound is reached or the credentials are wrong: until it refused
        /// nothing for that reason for a while.
        IntakeRefusing => "intake_refusing",
        /// A flow got no message for longer than `silent_after`: until it gets one.
        FlowSilent => "flow_silent",
        /// A step's plugin fails instead of answering: until it didn't for a while.
        PluginFaulting => "plugin_faulting",
        /// Nothing is wrong: sent again and again while the host works, so that its absence is noticed elsewhere.
        Heartbeat => "heartbeat",
    }
}

impl AlertKind {
    /// How urgent it is.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::Heartbeat => Severity::Info,
            Self::DeploymentRolledBack | Self::ReloadRefused | Self::CriteriaMissed | Self::FlowSilent => {
                Severity::Warning
            }
            Self::DeadLetters
            | Self::BreakerOpen
            | Self::TargetPaused
            | Self::TargetDisabled
            | Self::QueueDelayed
            | Self::FlowBroken
            | Self::FileRefused
            | Self::IntakeRefusing
            | Self::PluginFaulting => Severity::Error,
            Self::DiskLow => Severity::Critical,
        }
    }

    /// The page of `docs/runbooks` that says what to do.
    #[must_use]
    pub const fn runbook(self) -> &'static str {
        match self {
            Self::DeadLetters => "dead-letters-at-night",
            Self::BreakerOpen | Self::QueueDelayed => "target-down",
            Self::TargetPaused => "target-paused",
            Self::TargetDisabled => "target-disabled",
            Self::DiskLow => "disk-low",
            Self::DeploymentRolledBack | Self::PluginFaulting => "plugin-faults",
            Self::FileRefused => "file-refused",
            Self::CriteriaMissed => "criteria-missed",
            Self::IntakeRefusing => "intake-refusing",
            Self::FlowSilent => "flow-silent",
            Self::Heartbeat => "heartbeat-missing",
            Self::FlowBroken | Self::ReloadRefused => "flow-broken",
        }
    }

    /// Whether it is repeated while it goes on. An alert that nobody can end by fixing something is sent once.
    #[must_use]
    pub const fn repeats(self) -> bool {
        !matches!(self, Self::DeploymentRolledBack)
    }
}

/// How urgent an alert is, in the words of `PagerDuty` and Alertmanager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing is wrong.
    Info,
    /// Can wait for working hours.
    Warning,
    /// Data is not where it should be.
    Error,
    /// The host as a whole can't do its work.
    Critical,
}

impl Severity {
    /// The severity as alerts spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_runbook_in_the_documentation() {
        for kind in AlertKind::ALL {
            let page = format!("{}/../../docs/runbooks/{}.md", env!("CARGO_MANIFEST_DIR"), kind.runbook());
            assert!(std::path::Path::new(&page).is_file(), "{} names {page}", kind.name());
        }
    }
}
