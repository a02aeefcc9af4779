//! The one place where something that happens to the host is told: as a line in the log, as a count, and to whoever
//! listens. Alerts are made from what is told here.

use std::sync::Arc;

use gantry_core::{Clock, FlowName, Happening, HostEvent};
use tokio::sync::broadcast;

use crate::metrics::Metrics;

/// Events kept for a listener that is slow; one that falls further behind learns that it missed some.
const KEPT: usize = 1024;

/// Tells what happens; clones tell the same listeners.
#[derive(Clone)]
pub(crate) struct Events {
    sender: broadcast::Sender<Arc<HostEvent>>,
    metrics: Metrics,
    clock: Arc<dyn Clock>,
}

impl Events {
    pub(crate) fn new(metrics: Metrics, clock: Arc<dyn Clock>) -> Self {
        Self { sender: broadcast::channel(KEPT).0, metrics, clock }
    }

    /// From now on, everything that happens.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<HostEvent>> {
        self.sender.subscribe()
    }

    pub(crate) fn tell(&self, flow: &FlowName, what: Happening) {
        log(flow, &what);
        self.metrics.observe_event(flow, what.name());
        // An error means that nobody listens.
        let _ = self.sender.send(Arc::new(HostEvent { at: self.clock.now(), flow: flow.clone(), what }));
    }
}

/// ERROR where somebody is needed, WARN where the host helps itself.
fn log(flow: &FlowName, what: &Happening) {
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
                tracing::warn!(%flow, step, deployment, plugin, by, reason, "a plugin version was taken back");
            } else {
                tracing::info!(%flow, step, deployment, plugin, phase, by, "a deployment ended");
            }
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
    }
}
