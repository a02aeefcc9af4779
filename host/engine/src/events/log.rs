//! What happens, as lines in the log: ERROR where somebody is needed, WARN where the host helps itself.

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
        Happening::DeploymentEnded { deployment, step, plugin, phase, by, reason } => {
            if phase == "rolled_back" {
                tracing::warn!(%flow, step, deployment, plugin, by, reason, "deployment rolled back");
            } else {
                tracing::info!(%flow, step, deployment, plugin, phase, by, "deployment ended");
            }
        }
        Happening::BreakerOpened { target, until } => {
            tracing::warn!(%flow, %target, %until, "circuit breaker opened: messages for the target wait");
        }
        Happening::BreakerClosed { target, by } => tracing::info!(%flow, %target, by, "circuit breaker closed"),
        Happening::TargetPaused { target, by: None, reason } => tracing::error!(
            %flow,
            %target,
            reason,
            "target paused: it refuses the host's credentials, and no message spends an attempt"
        ),
        Happening::TargetPaused { target, by, reason } => {
            tracing::warn!(%flow, %target, by, reason, "target paused");
        }
        Happening::TargetResumed { target, by: None } => {
            tracing::info!(%flow, %target, "target resumed: it accepts the host's credentials again");
        }
        Happening::TargetResumed { target, by } => tracing::info!(%flow, %target, by, "target resumed"),
        Happening::TargetDisabled { target, by, reason } => {
            tracing::error!(%flow, %target, by, reason, "target disabled: nothing is sent until it is enabled");
        }
        Happening::QueueDelayed { age_seconds, limit_seconds, depth, .. } => {
            tracing::warn!(%flow, age_seconds, limit_seconds, depth, "flow delayed: its oldest message is older than its limit");
        }
        Happening::QueueRecovered { depth } => tracing::info!(%flow, depth, "flow no longer delayed"),
        Happening::DiskLow { .. }
        | Happening::DiskRecovered { .. }
        | Happening::HostStarted { .. }
        | Happening::EventsMissed { .. } => of_host(what),
    }
}

/// That the disk runs low is logged, with everything about it, by the disk guard.
fn of_host(what: &Happening) {
    match what {
        Happening::EventsMissed { count } => {
            tracing::error!(count, "host events lost: they came faster than they could be written to the queue");
        }
        Happening::HostStarted { version } => tracing::debug!(version, "host started"),
        what => tracing::debug!(event = what.name(), "host event"),
    }
}
