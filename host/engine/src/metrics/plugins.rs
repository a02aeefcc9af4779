//! Metrics of plugins: how long calls take, how many messages they get, faults, and memory.

use gantry_sandbox::{FaultCode, Run};
use prometheus::{HistogramVec, IntCounterVec, IntGaugeVec};

use super::registrar::{MetricsError, Registrar};

/// Seconds; a call, or a check against rules, takes from microseconds up to its deadline.
pub(super) const CALL_BUCKETS: &[f64] =
    &[0.000_01, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];

/// The calls of plugins.
pub(super) struct Plugins {
    seconds: HistogramVec,
    messages: IntCounterVec,
    faults: IntCounterVec,
    peak_memory: IntGaugeVec,
}

impl Plugins {
    pub(super) fn new(registrar: &Registrar) -> Result<Self, MetricsError> {
        Ok(Self {
            seconds: registrar.histogram(
                "gantry_plugin_call_duration_seconds",
                "One call of a plugin with a whole batch.",
                &["flow", "step"],
                CALL_BUCKETS,
            )?,
            messages: registrar.counter(
                "gantry_plugin_messages_total",
                "Messages handed to a plugin.",
                &["flow", "step"],
            )?,
            faults: registrar.counter(
                "gantry_plugin_faults_total",
                "Faults of a plugin.",
                &["flow", "step", "code"],
            )?,
            peak_memory: registrar.gauge(
                "gantry_plugin_memory_peak_bytes",
                "Largest linear memory of an instance since the start.",
                &["flow", "step"],
            )?,
        })
    }

    /// Creates the counters of a step with a plugin, so that rates over them begin at zero.
    pub(super) fn expect(&self, flow: &str, step: &str) {
        self.messages.with_label_values(&[flow, step]);
        for code in FaultCode::ALL {
            self.faults.with_label_values(&[flow, step, code.name()]);
        }
    }

    /// The faults of a step's plugin since the start.
    pub(super) fn faults(&self, flow: &str, step: &str) -> u64 {
        FaultCode::ALL.iter().map(|code| self.faults.with_label_values(&[flow, step, code.name()]).get()).sum()
    }

    pub(super) fn observe(&self, flow: &str, step: &str, run: &Run, messages: usize) {
        let labels = [flow, step];
        self.seconds.with_label_values(&labels).observe(run.elapsed.as_secs_f64());
        self.messages.with_label_values(&labels).inc_by(messages as u64);
        for fault in run.outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
            self.faults.with_label_values(&[flow, step, fault.code.name()]).inc();
        }
        let peak = i64::try_from(run.peak_memory_bytes).unwrap_or(i64::MAX);
        let gauge = self.peak_memory.with_label_values(&labels);
        if peak > gauge.get() {
            gauge.set(peak);
        }
    }
}
