//! Flows that miss their success criteria, and steps whose plugin fails instead of answering.

use std::collections::BTreeMap;

use gantry_config::{Work, show_duration};
use gantry_core::alert::{AlertKind, Level};
use gantry_core::{FlowName, Timestamp};
use gantry_engine::active_flows::ActiveFlow;
use serde_json::json;

use super::intake::level;
use super::window::Window;
use super::{Conditions, Found};
use crate::report::{Criterion, criteria};
use crate::view::Thresholds;

/// Fewer messages than this say nothing about a rate or a percentile.
const FEWEST_MESSAGES: u64 = 20;

/// The faults of every step within the window.
#[derive(Default)]
pub(super) struct Faults(BTreeMap<(FlowName, String), Window>);

impl Faults {
    /// Forgets flows that are gone.
    pub(super) fn retain(&mut self, entries: &[&ActiveFlow]) {
        self.0.retain(|(flow, _), _| entries.iter().any(|entry| entry.flow.name == *flow));
    }
}

impl Conditions {
    /// As `gantry flow list` judges them: since the host started.
    pub(super) fn observe_criteria(&mut self, entry: &ActiveFlow) {
        let flow = &entry.flow.name;
        let counts = entry.metrics.counts();
        if counts.received < FEWEST_MESSAGES {
            return;
        }
        for Criterion { name, bound, measured, met } in criteria(&entry.flow.purpose, &counts) {
            let (Some(false), Some(measured)) = (met, measured) else { continue };
            let next = match name {
                "error_rate" => format!("gantry dlq groups --flow {flow}"),
                _ => "gantry target list".to_owned(),
            };
            let received = counts.received;
            self.add(Found {
                kind: AlertKind::CriteriaMissed,
                flow: Some(flow),
                about: Some(name),
                level: Level::On,
                summary: format!(
                    "Flow `{flow}` misses its goal: {name} is {measured} of {received} messages since the host started, \
                     the bound is {bound}"
                ),
                details: json!({ "criterion": name, "measured": measured, "bound": bound, "messages": received }),
                next,
                since: None,
            });
        }
    }

    pub(super) fn observe_faults(
        &mut self,
        faults: &mut Faults,
        entry: &ActiveFlow,
        thresholds: Thresholds,
        now: Timestamp,
    ) {
        let flow = &entry.flow.name;
        let within = thresholds.count_within;
        let with_plugins = entry.flow.steps.iter().filter(|step| matches!(step.work, Work::Plugin(_)));
        for step in with_plugins.map(|step| step.name.as_str()) {
            let window = faults.0.entry((flow.clone(), step.to_owned())).or_default();
            let count = window.rise(entry.metrics.faults(step), now, within);
            let Some(level) = level(count, thresholds.plugin_faults) else { continue };
            let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
            let period = show_duration(within);
            self.add(Found {
                kind: AlertKind::PluginFaulting,
                flow: Some(flow),
                about: Some(step),
                level,
                summary: format!(
                    "The plugin of step `{step}` of flow `{flow}` failed {times} within the last {period}"
                ),
                details: json!({ "step": step, "faults": count, "within_seconds": within.as_secs() }),
                next: format!("gantry dlq groups --flow {flow} --stage transform"),
                since: window.began(),
            });
        }
    }
}
