//! Metrics of messages: how they come in, and how they end.

use gantry_core::{DeadLetter, MessageState};
use prometheus::IntCounterVec;

use super::codes::CodeLabels;
use super::registrar::{MetricsError, Registrar};

/// Every state in which a message ends.
const ENDS: [MessageState; 3] = [MessageState::Delivered, MessageState::Skipped, MessageState::DeadLettered];

/// Why requests are refused that are no flow's.
const REFUSED_WITHOUT_FLOW: [&str; 3] = ["unknown_path", "flow_broken", "admin_unauthorized"];

/// From intake to settlement.
pub(super) struct Messages {
    received: IntCounterVec,
    duplicates: IntCounterVec,
    refused: IntCounterVec,
    refused_without_flow: IntCounterVec,
    finished: IntCounterVec,
    dead_lettered: IntCounterVec,
    violations: IntCounterVec,
    codes: CodeLabels,
}

impl Messages {
    pub(super) fn new(registrar: &Registrar, codes: CodeLabels) -> Result<Self, MetricsError> {
        let counter = |name, help, labels| registrar.counter(name, help, labels);
        let refused_without_flow =
            counter("gantry_requests_refused_total", "Requests refused that are no flow's.", &["reason"])?;
        for reason in REFUSED_WITHOUT_FLOW {
            refused_without_flow.with_label_values(&[reason]);
        }
        Ok(Self {
            received: counter("gantry_messages_received_total", "Messages accepted.", &["flow"])?,
            duplicates: counter("gantry_messages_duplicate_total", "Messages dropped as duplicates.", &["flow"])?,
            refused: counter("gantry_messages_refused_total", "Requests and files refused.", &["flow", "reason"])?,
            refused_without_flow,
            finished: counter("gantry_messages_finished_total", "Messages that ended, by state.", &["flow", "state"])?,
            dead_lettered: counter("gantry_dead_letters_total", "Dead letters written.", &["flow", "stage", "code"])?,
            violations: counter(
                "gantry_violations_total",
                "Broken rules in dead letters: of plugins, of JSON Schemas and of flows.",
                &["flow", "rule"],
            )?,
            codes,
        })
    }

    /// Creates the counters of refusals, as above.
    pub(super) fn expect_refusals(&self, flow: &str, reasons: &[&str]) {
        for reason in reasons {
            self.refused.with_label_values(&[flow, reason]);
        }
    }

    /// Creates the counters at the start, so that rates over them begin at zero.
    pub(super) fn expect(&self, flow: &str) {
        for counter in [&self.received, &self.duplicates] {
            counter.with_label_values(&[flow]);
        }
        for state in ENDS {
            self.finished.with_label_values(&[flow, state.name()]);
        }
    }

    pub(super) fn observe_received(&self, flow: &str, accepted: u64, duplicates: u64) {
        self.received.with_label_values(&[flow]).inc_by(accepted);
        self.duplicates.with_label_values(&[flow]).inc_by(duplicates);
    }

    pub(super) fn observe_refused(&self, flow: &str, reason: &str) {
        self.refused.with_label_values(&[flow, reason]).inc();
    }

    pub(super) fn observe_refused_without_flow(&self, reason: &str) {
        self.refused_without_flow.with_label_values(&[reason]).inc();
    }

    pub(super) fn observe_finished(&self, flow: &str, state: MessageState) {
        self.finished.with_label_values(&[flow, state.name()]).inc();
    }

    pub(super) fn observe_dead_letter(&self, flow: &str, dead_letter: &DeadLetter) {
        let code = self.codes.label(&dead_letter.reason.code);
        self.dead_lettered.with_label_values(&[flow, dead_letter.stage.name(), code]).inc();
        for violation in &dead_letter.reason.violations {
            let rule = self.codes.label(&violation.code);
            self.violations.with_label_values(&[flow, rule]).inc();
        }
    }

    pub(super) fn refused(&self, flow: &str, reason: &str) -> u64 {
        self.refused.with_label_values(&[flow, reason]).get()
    }

    pub(super) fn received(&self, flow: &str) -> u64 {
        self.received.with_label_values(&[flow]).get()
    }

    pub(super) fn duplicates(&self, flow: &str) -> u64 {
        self.duplicates.with_label_values(&[flow]).get()
    }

    pub(super) fn finished(&self, flow: &str, state: MessageState) -> u64 {
        self.finished.with_label_values(&[flow, state.name()]).get()
    }
}
