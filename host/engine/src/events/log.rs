//! What happens, as lines in the log: ERROR where somebody is needed, WARN where the host helps itself.

use gantry_core::rollout::RolloutOutcome;
use gantry_core::{FlowName, Happening, HostEvent};

pub(super) fn log(event: &HostEvent) {
    match &event.flow {
        Some(flow) => of_flow(flow, &event.what),
        None => of_host(&event.what),
    }
}

fn of_flow(flow: &FlowName, what: &Happening) {
    match what {
        Happening::DeadLettered { letter, stage, target, code, reason, fingerprint, attempts } => tracing::error!(
            dead_letter = %letter,
            stage = stage.name(),
            target = target.as_ref().map(|target| target.as_str()),
            code,
            reason = %reason.escape_debug(),
            fingerprint,
            attempts,
            "message dead-lettered"
        ),
        Happening::DeploymentEnded { deployment, step, plugin, phase: RolloutOutcome::RolledBack, by, reason } => {
            tracing::warn!(%flow, step, deployment, plugin, by, reason, "a plugin version was rolled back");
        }
        Happening::DeploymentEnded { deployment, step, plugin, phase: RolloutOutcome::Deployed, by, .. } => {
            tracing::info!(%flow, step, deployment, plugin, by, "a plugin version was deployed");
        }
        Happening::DeploymentEnded { deployment, step, plugin, phase: RolloutOutcome::Refused, by, reason } => {
            tracing::info!(%flow, step, deployment, plugin, by, reason, "a plugin version was refused");
        }
        Happening::BreakerOpened { target, until } => {
            tracing::warn!(%flow, %target, %until, "the target is in trouble: its breaker opened, and its messages wait");
        }
        Happening::BreakerClosed { target, by } => tracing::info!(%flow, %target, by, "the target's breaker closed"),
        Happening::TargetPaused { target, by: None, reason } => tracing::error!(
            %flow,
            %target,
            reason,
            "the target refuses the host's credentials; it is paused and no message spends an attempt"
        ),
        Happening::TargetPaused { target, by, reason } => {
            tracing::warn!(%flow, %target, by, reason, "the target was paused");
        }
        Happening::TargetResumed { target, by: None } => {
            tracing::info!(%flow, %target, "the target accepts the host's credentials again");
        }
        Happening::TargetResumed { target, by } => tracing::info!(%flow, %target, by, "the target gets messages again"),
        Happening::TargetDisabled { target, by, reason } => {
            tracing::error!(%flow, %target, by, reason, "the target is disabled: nothing is sent until it is enabled");
        }
        Happening::QueueDelayed { age_seconds, limit_seconds, depth, .. } => {
            tracing::warn!(%flow, age_seconds, limit_seconds, depth, "the flow is delayed: its oldest message is too old");
        }
        Happening::QueueRecovered { depth } => tracing::info!(%flow, depth, "the flow is no longer delayed"),
        Happening::DiskLow { .. }
        | Happening::DiskRecovered { .. }
        | Happening::HostStarted { .. }
        | Happening::EventsMissed { .. } => of_host(what),
    }
}

/// That the disk runs low is said, with everything about it, by who looks at the disk.
fn of_host(what: &Happening) {
    match what {
        Happening::EventsMissed { count } => {
            tracing::error!(
                count,
                "events came faster than they could be written down; flows that take them miss some"
            );
        }
        Happening::HostStarted { version } => tracing::debug!(version, "the host begins its work"),
        what => tracing::debug!(event = what.name(), "something happened to the host"),
    }
}
