//! Host events as log lines: ERROR when an operator must act, WARN when the host recovers by itself.

use gantry_core::rollout::RolloutOutcome;
use gantry_core::{FlowName, HostEvent, HostEventKind};

use super::lines::DeadLetterLines;

pub(super) fn log(event: &HostEvent, lines: &DeadLetterLines) {
    match &event.flow {
        Some(flow) if matches!(event.what, HostEventKind::DeadLettered { .. }) => {
            if let Some(omitted) = lines.admit(flow, event.at) {
                dead_letter(&event.what, omitted);
            }
        }
        Some(flow) => of_flow(flow, &event.what),
        None => of_host(&event.what),
    }
}

/// `omitted`: the lines of its flow that were left out since the last one.
fn dead_letter(what: &HostEventKind, omitted: u64) {
    let HostEventKind::DeadLettered { dead_letter, stage, target, code, reason, fingerprint, attempts } = what else {
        return;
    };
    tracing::error!(
        dead_letter = %dead_letter,
        stage = stage.name(),
        target = target.as_ref().map(|target| target.as_str()),
        code,
        reason = %reason.escape_debug(),
        fingerprint,
        attempts,
        omitted = (omitted > 0).then_some(omitted),
        "message dead-lettered"
    );
}

fn of_flow(flow: &FlowName, what: &HostEventKind) {
    match what {
        HostEventKind::DeploymentEnded { deployment, step, plugin, phase: RolloutOutcome::RolledBack, by, reason } => {
            tracing::warn!(%flow, step, deployment, plugin, by, reason, "plugin version rolled back");
        }
        HostEventKind::DeploymentEnded { deployment, step, plugin, phase: RolloutOutcome::Deployed, by, .. } => {
            tracing::info!(%flow, step, deployment, plugin, by, "plugin version deployed");
        }
        HostEventKind::DeploymentEnded { deployment, step, plugin, phase: RolloutOutcome::Refused, by, reason } => {
            tracing::info!(%flow, step, deployment, plugin, by, reason, "plugin version refused");
        }
        HostEventKind::BreakerOpened { target, until } => {
            tracing::warn!(%flow, %target, %until, "circuit breaker opened: messages for the target wait");
        }
        HostEventKind::BreakerClosed { target, by } => tracing::info!(%flow, %target, by, "circuit breaker closed"),
        HostEventKind::TargetPaused { target, by: None, reason } => tracing::error!(
            %flow,
            %target,
            reason,
            "target paused: it refuses every delivery, and none spends an attempt"
        ),
        HostEventKind::TargetPaused { target, by, reason } => {
            tracing::warn!(%flow, %target, by, reason, "target paused");
        }
        HostEventKind::TargetResumed { target, by: None, .. } => {
            tracing::info!(%flow, %target, "target resumed: it accepts deliveries again");
        }
        HostEventKind::TargetResumed { target, by, reason } => {
            tracing::info!(%flow, %target, by, reason, "target resumed");
        }
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
        | HostEventKind::DeadLettered { .. }
        | HostEventKind::EventsMissed { .. } => of_host(what),
    }
}

/// A low disk is not logged here: the disk guard logs it, with all details.
fn of_host(what: &HostEventKind) {
    match what {
        HostEventKind::EventsMissed { count } => {
            tracing::error!(count, "host events lost: they could not be written to the queue fast enough");
        }
        HostEventKind::HostStarted { version } => tracing::debug!(version, "host started"),
        what => tracing::debug!(event = what.name(), "host event"),
    }
}
