//! What happens, as lines in the log: ERROR where somebody is needed, WARN where the host helps itself.

use gantry_core::rollout::RolloutOutcome;
use gantry_core::{FlowName, HostEvent, HostEventKind};

pub(super) fn log(event: &HostEvent) {
    match &event.flow {
        Some(flow) => of_flow(flow, &event.what),
        None => of_host(&event.what),
    }
}

fn of_flow(flow: &FlowName, what: &HostEventKind) {
    match what {
        HostEventKind::DeadLettered { letter, stage, target, code, reason, fingerprint, attempts } => tracing::error!(
            dead_letter = %letter,
            stage = stage.name(),
            target = target.as_ref().map(|target| target.as_str()),
            code,
            reason = %reason.escape_debug(),
            fingerprint,
            attempts,
            "message dead-lettered"
        ),
        HostEventKind::DeploymentEnded { deployment, step, plugin, phase: RolloutOutcome::RolledBack, by, reason } => {
            tracing::warn!(%flow, step, deployment, plugin, by, reason, "a plugin version was rolled back");
        }
        HostEventKind::DeploymentEnded { deployment, step, plugin, phase: RolloutOutcome::Deployed, by, .. } => {
            tracing::info!(%flow, step, deployment, plugin, by, "a plugin version was deployed");
        }
        HostEventKind::DeploymentEnded { deployment, step, plugin, phase: RolloutOutcome::Refused, by, reason } => {
            tracing::info!(%flow, step, deployment, plugin, by, reason, "a plugin version was refused");
        }
        HostEventKind::BreakerOpened { target, until } => {
            tracing::warn!(%flow, %target, %until, "circuit breaker opened: messages for the target wait");
        }
        HostEventKind::BreakerClosed { target, by } => tracing::info!(%flow, %target, by, "circuit breaker closed"),
        HostEventKind::TargetPaused { target, by: None, reason } => tracing::error!(
            %flow,
            %target,
            reason,
            "target paused: it refuses the host's credentials, and no message spends an attempt"
        ),
        HostEventKind::TargetPaused { target, by, reason } => {
            tracing::warn!(%flow, %target, by, reason, "target paused");
        }
        HostEventKind::TargetResumed { target, by: None } => {
            tracing::info!(%flow, %target, "target resumed: it accepts the host's credentials again");
        }
        HostEventKind::TargetResumed { target, by } => tracing::info!(%flow, %target, by, "target resumed"),
        HostEventKind::TargetDisabled { target, by, reason } => {
            tracing::error!(%flow, %target, by, reason, "target disabled: nothing is sent until it is enabled");
        }
        HostEventKind::QueueDelayed { age_seconds, limit_seconds, depth, .. } => {
            tracing::warn!(%flow, age_seconds, limit_seconds, depth, "flow delayed: its oldest message is older than its limit");
        }
        HostEventKind::QueueRecovered { depth } => tracing::info!(%flow, depth, "flow no longer delayed"),
        HostEventKind::DiskLow { .. }
        | HostEventKind::DiskRecovered { .. }
        | HostEventKind::HostStarted { .. }
        | HostEventKind::EventsMissed { .. } => of_host(what),
    }
}

/// That the disk runs low is logged, with everything about it, by the disk guard.
fn of_host(what: &HostEventKind) {
    match what {
        HostEventKind::EventsMissed { count } => {
            tracing::error!(count, "host events lost: they came faster than they could be written to the queue");
        }
        HostEventKind::HostStarted { version } => tracing::debug!(version, "host started"),
        what => tracing::debug!(event = what.name(), "host event"),
    }
}
