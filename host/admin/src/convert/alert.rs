//! Alerts, their firing conditions, and the answers of endpoints.

use gantry_api::v1;
use gantry_core::alert;
use gantry_observe::alerts;

use super::{Convert, alike};

alike! {
    alerts::AlertReport => v1::AlertReport {
        name, url, format, on, flows, owners, flow, waiting, open_dead_letters, endpoint, firing,
    }
    alerts::FiringReport => v1::FiringReport { dedup_key, severity, firing }
    alerts::TestAnswer => v1::TestAnswer { action, accepted, status, error, answer }
    alert::AlertKey => v1::AlertKey { kind, flow, about }
    alert::AlertKind => v1::AlertKind [
        DeadLetters, BreakerOpen, TargetPaused, TargetDisabled, QueueDelayed, DiskLow, DeploymentRolledBack,
        FlowBroken, ReloadRefused, FileRefused, CriteriaMissed, IntakeRefusing, FlowSilent, PluginFaulting, Heartbeat,
    ]
    alert::Severity => v1::AlertSeverity [Info, Warning, Error, Critical]
    alert::NotificationKind => v1::NotificationKind [Trigger, Resolve]
}

impl Convert<v1::Firing> for alert::Firing {
    fn convert(self) -> v1::Firing {
        let Self { key, summary, details, owner, next, occurrence: _, since, notified_at, repeats, gone: _ } = self;
        v1::Firing { key: key.convert(), summary, details, owner, next, since, notified_at, repeats }
    }
}
