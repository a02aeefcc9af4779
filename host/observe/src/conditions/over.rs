//! What is the case once a condition is over: the text of a resolve is true when it is sent, whatever ended the condition.

use std::time::Duration;

use gantry_config::{show_duration, show_roughly};
use gantry_control::reload::ReloadResult;
use gantry_core::alert::{AlertKey, AlertKind};
use gantry_core::{FlowName, StopKind, escape};
use gantry_engine::active_flows::ActiveFlow;
use gantry_engine::gate::GateStatus;
use gantry_store::GroupState;

use super::dead_letters::EXPIRING;
use super::host::free;
use super::intake::known_past;
use super::refused_files::CHANGED;
use super::targets::place;
use super::{ConditionReader, MAX_TEXT};
use crate::monitor;
use crate::report::{Criterion, criteria};
use crate::view::HostView;

impl ConditionReader {
    /// One sentence on what is the case now that this condition is over, and how long it lasted.
    pub(crate) fn over(&self, host: &HostView, key: &AlertKey, lasted: Duration) -> String {
        let now = match &key.flow {
            Some(flow) => self.over_in_flow(host, key, flow),
            None => over_in_host(host, key.kind),
        };
        format!("{now}. It lasted {}.", show_roughly(lasted))
    }

    fn over_in_flow(&self, host: &HostView, key: &AlertKey, flow: &FlowName) -> String {
        let about = key.about.as_deref().unwrap_or_default();
        if key.kind == AlertKind::DeadLetters && about == EXPIRING {
            return format!("No dead letter of flow `{flow}` is about to be removed that nobody has closed");
        }
        if key.kind == AlertKind::DeadLetters {
            return self.over_in_group(flow, about);
        }
        let entries = host.flows.entries();
        let Some(entry) = entries.iter().find(|entry| entry.flow.name == *flow) else {
            let is_broken = host.flows.broken().iter().any(|broken| broken.name == *flow);
            let state = if is_broken { "is broken and does not run" } else { "was removed" };
            return format!("Flow `{flow}` {state}");
        };
        match key.kind {
            AlertKind::BreakerOpen | AlertKind::TargetPaused | AlertKind::TargetDisabled => {
                over_at_target(host, entry, key.kind, about)
            }
            AlertKind::QueueDelayed => over_in_queue(host, entry),
            AlertKind::DeploymentRolledBack => over_at_step(host, entry, about),
            AlertKind::FileRefused if about == CHANGED => {
                format!(
                    "No file of flow `{flow}` changed after being read within the last day, as far as the host knows"
                )
            }
            AlertKind::FileRefused => {
                format!("No file that flow `{flow}` refused within the last day is left where refused files are put")
            }
            AlertKind::IntakeRefusing => {
                let past = known_past(host, self.receipts.since());
                format!("Flow `{flow}` refused no request for {past} for the reason `{about}`")
            }
            AlertKind::PluginFaulting => {
                let past = known_past(host, self.receipts.since());
                format!("The plugin of step `{about}` of flow `{flow}` did not fail for {past}")
            }
            AlertKind::FlowSilent if entry.flow.silent_after.is_none() => {
                format!("Flow `{flow}` states no `silent_after` any more")
            }
            AlertKind::FlowSilent => self.over_in_silence(host, flow),
            AlertKind::CriteriaMissed => over_in_criteria(entry, about),
            _ => format!("Flow `{flow}` runs"),
        }
    }

    fn over_in_silence(&self, host: &HostView, flow: &FlowName) -> String {
        let last = self.receipts.of(flow).map(|receipt| host.clock.now().since(receipt.last));
        let ago = show_roughly(last.unwrap_or_default());
        format!("Flow `{flow}` gets messages: the last one {ago} ago")
    }

    fn over_in_group(&self, flow: &FlowName, fingerprint: &str) -> String {
        let group = self.groups.iter().find(|group| group.fingerprint == fingerprint);
        let by = group.and_then(|group| group.changed.as_ref()).map(|change| escape(&change.by, MAX_TEXT));
        match group.filter(|group| group.counts.open > 0 && group.state != GroupState::Open) {
            Some(group) => format!(
                "Group {fingerprint} in flow `{flow}` was marked as {} by {}; {} of its dead letters are still open",
                group.state.name(),
                by.unwrap_or_else(|| "the host".into()),
                group.counts.open
            ),
            None => format!("No dead letter of group {fingerprint} in flow `{flow}` is open any more"),
        }
    }
}

fn over_at_target(host: &HostView, entry: &ActiveFlow, kind: AlertKind, target: &str) -> String {
    let flow = &entry.flow.name;
    let Some((_, gate)) = entry.targets.iter().find(|(name, _)| name.as_str() == target) else {
        return format!("Flow `{flow}` has no target `{target}` any more");
    };
    let place = place(flow, target);
    let ended = match kind {
        AlertKind::BreakerOpen => format!("The breaker of {place} is closed"),
        AlertKind::TargetPaused => format!("The {place} is not paused any more"),
        _ => format!("The {place} is enabled"),
    };
    format!("{ended}: {}", sending(&gate.status(host.clock.now())))
}

/// Whether a target gets messages.
fn sending(status: &GateStatus) -> &'static str {
    match (&status.stop, &status.refusal, &status.opening) {
        (Some(stop), ..) => match stop.kind {
            StopKind::Paused => "it is paused, and messages wait",
            StopKind::Disabled => "it is disabled, and messages wait",
        },
        (None, Some(_), _) => "it refuses every delivery, and messages wait",
        (None, None, Some(_)) => "its breaker is open, and messages wait",
        (None, None, None) => "messages are sent",
    }
}

fn over_in_queue(host: &HostView, entry: &ActiveFlow) -> String {
    let flow = &entry.flow.name;
    let depth = host.store.depth(flow);
    let limit = show_duration(host.queue_age(&entry.flow));
    match (depth.oldest, monitor::waiting(&depth)) {
        (None, _) => format!("Flow `{flow}` has caught up: no message waits"),
        (Some(oldest), waiting) => {
            let age = show_roughly(host.clock.now().since(oldest));
            let messages = if waiting == 1 { "1 message waits".to_owned() } else { format!("{waiting} messages wait") };
            format!("Flow `{flow}` has caught up: {messages}, for {age} at most; the limit is {limit}")
        }
    }
}

fn over_at_step(host: &HostView, entry: &ActiveFlow, step: &str) -> String {
    let flow = &entry.flow.name;
    let in_force = entry.plugins.iter().find(|plugin| plugin.step == step);
    let Some(in_force) = in_force else { return format!("Flow `{flow}` has no step `{step}` with a plugin any more") };
    let version = format!("{}@{} is in force at step `{step}` of flow `{flow}`", in_force.name, in_force.version);
    let rolled_back = host.deployer.rolled_back();
    let is_old = rolled_back.iter().any(|rolled_back| rolled_back.flow == *flow && rolled_back.step == step);
    if is_old { format!("A day has passed: {version}") } else { format!("Another version was deployed: {version}") }
}

fn over_in_criteria(entry: &ActiveFlow, criterion: &str) -> String {
    let flow = &entry.flow.name;
    let counts = entry.metrics.counts();
    let now = criteria(&entry.flow.purpose, &counts).into_iter().find(|now| now.name == criterion);
    match now {
        None => format!("Flow `{flow}` states no bound for {criterion} any more"),
        Some(Criterion { measured: Some(measured), bound, met: Some(true), .. }) => {
            format!("Flow `{flow}` keeps its goal: {criterion} is {measured}, the bound is {bound}")
        }
        Some(_) => format!(
            "The host was started again: {} messages of flow `{flow}` are too few to judge {criterion}",
            counts.received
        ),
    }
}

fn over_in_host(host: &HostView, kind: AlertKind) -> String {
    match kind {
        AlertKind::DiskLow => {
            let bytes = host.store.free_disk_bytes().unwrap_or_default();
            format!("The disk has room again, {} are free: sources are taken in", free(bytes))
        }
        AlertKind::ReloadRefused => match host.reloader.last() {
            Some(last) if last.result != ReloadResult::Refused => {
                format!("The files are in force: a reload succeeded at {}", last.at)
            }
            _ => "The host was started again with the files as they are".to_owned(),
        },
        _ => "It is over".to_owned(),
    }
}
