//! The status page.

use gantry_api::v1;
use gantry_observe::status;

use super::{Convert, alike};

alike! {
    status::StatusReport => v1::StatusReport { at, instance, severity, findings, looked_at }
    status::Finding => v1::Finding { kind, severity, flow, about, summary, since, owner, next, runbook }
    status::LookedAt => v1::LookedAt { flows, targets, queued, open_dead_letters, jobs, deployments, alerts }
    status::FindingKind => v1::FindingKind [
        NoHost, StoreFailed, DiskLow, ReloadRefused, FlowBroken, TargetDisabled, TargetPaused, BreakerOpen,
        TargetThrottled, IntakeRefusing, IntakeClosed, QueueDelayed, QueueWaiting, FlowSilent, FileRefused, DeadLetters,
        PluginFaulting, CriteriaMissed, DeploymentRolledBack, DeploymentOnTrial, JobHeld, JobFailing,
        AlertNotDelivered, RestartNeeded, SecretExposed, DirectoryExposed,
    ]
}
