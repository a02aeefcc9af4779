//! Metrics of the host as a whole: host events, reloads, and the versions in force.

use gantry_core::{FlowName, HostEventKind};
use prometheus::{IntCounterVec, IntGaugeVec};

use super::registrar::{MetricsError, Registrar};
use crate::in_force::InForce;

/// The results of a reload, as label values.
pub const RELOAD_RESULTS: [&str; 3] = ["applied", "unchanged", "refused"];

/// Events, reloads and versions.
pub struct HostMetrics {
    events: IntCounterVec,
    reloads: IntCounterVec,
    flow_info: IntGaugeVec,
    plugin_info: IntGaugeVec,
    flow_broken: IntGaugeVec,
    flow_last_good: IntGaugeVec,
    restart_needed: IntGaugeVec,
    criteria_met: IntGaugeVec,
}

/// The version of a flow that is in force, for its gauges.
pub struct FlowVersion<'a> {
    /// The flow.
    pub flow: &'a FlowName,
    /// Digest of its definition.
    pub version: &'a str,
    /// The plugins of its steps.
    pub plugins: &'a [InForce],
}

impl HostMetrics {
    pub(super) fn new(registrar: &Registrar) -> Result<Self, MetricsError> {
        let reloads =
            registrar.counter("gantry_reloads_total", "Reloads of the flow files, by result.", &["result"])?;
        for result in RELOAD_RESULTS {
            reloads.with_label_values(&[result]);
        }
        Ok(Self {
            events: registrar.counter("gantry_events_total", "Host events, by kind.", &["flow", "event"])?,
            reloads,
            flow_info: registrar.gauge(
                "gantry_flow_info",
                "1 for the version of a flow in force.",
                &["flow", "version"],
            )?,
            plugin_info: registrar.gauge(
                "gantry_plugin_info",
                "1 for the plugin of a step in force.",
                &["flow", "step", "plugin", "version", "digest"],
            )?,
            flow_broken: registrar.gauge(
                "gantry_flow_broken",
                "1 for a flow that can't run as its file says, 0 for one that does.",
                &["flow"],
            )?,
            restart_needed: registrar.gauge(
                "gantry_restart_needed",
                "1 for a setting that the host's file states differently from what is in force, until a restart.",
                &["setting"],
            )?,
            flow_last_good: registrar.gauge(
                "gantry_flow_last_good",
                "1 for a broken flow that runs with the configuration that was last in force.",
                &["flow"],
            )?,
            criteria_met: registrar.gauge(
                "gantry_criteria_met",
                "1 for a success criterion that a flow meets, 0 for one that it misses.",
                &["flow", "criterion"],
            )?,
        })
    }

    /// Creates the counters at the start, so that rates over them begin at zero.
    pub(super) fn expect_events_of(&self, flow: &str) {
        for event in HostEventKind::OF_FLOWS {
            self.events.with_label_values(&[flow, event]);
        }
    }

    /// An event about a flow, or about the host, was published.
    pub fn observe_event(&self, flow: Option<&FlowName>, event: &str) {
        self.events.with_label_values(&[flow.map_or("", FlowName::as_str), event]).inc();
    }

    /// A reload has ended; `result` is one of [`RELOAD_RESULTS`].
    pub fn observe_reload(&self, result: &'static str) {
        self.reloads.with_label_values(&[result]).inc();
    }

    /// Sets which settings of the host's file take a restart to come into force.
    pub fn observe_restart_needed<'a>(&self, settings: impl Iterator<Item = &'a str>) {
        self.restart_needed.reset();
        for setting in settings {
            self.restart_needed.with_label_values(&[setting]).set(1);
        }
    }

    /// Sets which success criteria are met; those that nothing was measured for are left out.
    pub fn observe_criteria<'a>(&self, criteria: impl Iterator<Item = (&'a FlowName, &'static str, bool)>) {
        self.criteria_met.reset();
        for (flow, criterion, is_met) in criteria {
            self.criteria_met.with_label_values(&[flow.as_str(), criterion]).set(i64::from(is_met));
        }
    }

    /// Sets which flows are broken.
    pub fn observe_broken<'a>(&self, flows: impl Iterator<Item = (&'a FlowName, bool)>) {
        self.flow_broken.reset();
        for (flow, is_broken) in flows {
            self.flow_broken.with_label_values(&[flow.as_str()]).set(i64::from(is_broken));
        }
    }

    /// Sets which flows run with the configuration that was last in force.
    pub fn observe_last_good<'a>(&self, flows: impl Iterator<Item = &'a FlowName>) {
        self.flow_last_good.reset();
        for flow in flows {
            self.flow_last_good.with_label_values(&[flow.as_str()]).set(1);
        }
    }

    /// Sets the versions in force; earlier versions are gone from the next scrape on.
    pub fn observe_versions<'a>(&self, versions: impl Iterator<Item = FlowVersion<'a>>) {
        self.flow_info.reset();
        self.plugin_info.reset();
        for FlowVersion { flow, version, plugins } in versions {
            self.flow_info.with_label_values(&[flow.as_str(), version]).set(1);
            for InForce { step, name, version, digest, .. } in plugins {
                let labels = [flow.as_str(), step, name, version, &digest.to_string()];
                self.plugin_info.with_label_values(&labels).set(1);
            }
        }
    }
}
