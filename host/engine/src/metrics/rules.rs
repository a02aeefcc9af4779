//! Metrics of rules: how long checks take, and which rules are broken.

use std::time::Duration;

use gantry_core::Breach;
use prometheus::{HistogramVec, IntCounterVec};

use super::codes::CodeLabels;
use super::plugins::CALL_BUCKETS;
use super::registrar::{MetricsError, Registrar};

/// Checks of rules, and broken rules over time.
pub(super) struct Rules {
    seconds: HistogramVec,
    messages: IntCounterVec,
    breaches: IntCounterVec,
    codes: CodeLabels,
}

impl Rules {
    pub(super) fn new(registrar: &Registrar, codes: CodeLabels) -> Result<Self, MetricsError> {
        Ok(Self {
            seconds: registrar.histogram(
                "gantry_rules_duration_seconds",
                "One check of a whole batch against the rules of a step.",
                &["flow", "step"],
                CALL_BUCKETS,
            )?,
            messages: registrar.counter(
                "gantry_rules_messages_total",
                "Messages checked against the rules of a step.",
                &["flow", "step"],
            )?,
            breaches: registrar.counter(
                "gantry_quality_violations_total",
                "Broken rules in the first run of each message, by the step that found them and by severity.",
                &["flow", "step", "code", "severity"],
            )?,
            codes,
        })
    }

    /// Creates the counter of a step with rules, so that rates over it begin at zero.
    pub(super) fn expect(&self, flow: &str, step: &str) {
        self.messages.with_label_values(&[flow, step]);
    }

    pub(super) fn observe(&self, flow: &str, step: &str, elapsed: Duration, messages: usize) {
        let labels = [flow, step];
        self.seconds.with_label_values(&labels).observe(elapsed.as_secs_f64());
        self.messages.with_label_values(&labels).inc_by(messages as u64);
    }

    /// The field is not a label, because the number of fields is unbounded.
    pub(super) fn observe_breaches(&self, flow: &str, breaches: &[Breach]) {
        for Breach { step, code, severity, count, .. } in breaches {
            let code = self.codes.label(code);
            self.breaches.with_label_values(&[flow, step, code, severity.name()]).inc_by(*count);
        }
    }
}
