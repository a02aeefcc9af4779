//! Each beginning and end of a deployment: one line for the audit log, and an event when it is over.

use gantry_core::HostEventKind;
use gantry_engine::events::Events;

use super::GANTRY;
use super::record::Deployment;

/// Writes the line for the phase that the deployment has just entered; publishes an event when that is its last.
pub(super) fn emit(events: &Events, record: &Deployment) {
    let Deployment { number, flow, step, from, to, phase, .. } = record;
    let last = record.events.last();
    let by = last.map_or(GANTRY, |entry| entry.by.as_str());
    let text = last.map_or("", |entry| entry.text.as_str());
    tracing::info!(
        target: "gantry::audit",
        deployment = number, %flow, step, %from, %to, digest = %to.digest, phase = phase.name(), by, "deployment: {text}"
    );
    if let Some(outcome) = phase.outcome() {
        let ended = HostEventKind::DeploymentEnded {
            deployment: *number,
            step: step.clone(),
            plugin: to.to_string(),
            phase: outcome,
            by: by.to_owned(),
            reason: text.to_owned(),
        };
        events.publish(flow, ended);
    }
}
