//! Metrics of deliveries: attempts and how long they take, retries, and deliveries that are held back.

use std::time::Duration;

use gantry_core::{Attempt, ErrorClass, HoldCause, TargetName};
use prometheus::{HistogramVec, IntCounterVec};

use super::registrar::{MetricsError, Registrar};

/// Every cause of a retry: what the target did, or `plugin` when a plugin asked for another run.
pub const RETRY_CAUSES: [&str; 5] = ["network", "timeout", "throttled", "unavailable", "plugin"];

/// Seconds; from a fast local delivery to an hour of retries.
const LATENCY_BUCKETS: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 3600.0];

/// Counters and histograms of deliveries.
pub(super) struct Deliveries {
    delivered: IntCounterVec,
    attempts: IntCounterVec,
    retried: IntCounterVec,
    held: IntCounterVec,
    latency: HistogramVec,
    attempt_seconds: HistogramVec,
}

impl Deliveries {
    pub(super) fn new(registrar: &Registrar) -> Result<Self, MetricsError> {
        let counter = |name, help, labels| registrar.counter(name, help, labels);
        Ok(Self {
            delivered: counter("gantry_deliveries_total", "Deliveries accepted by a target.", &["flow", "target"])?,
            attempts: counter("gantry_attempts_total", "Attempts at a target.", &["flow", "target", "result"])?,
            retried: counter(
                "gantry_retries_total",
                "Attempts and plugin runs that will be retried.",
                &["flow", "cause"],
            )?,
            held: counter(
                "gantry_deliveries_held_total",
                "Deliveries that were due and held back, by cause.",
                &["flow", "target", "cause"],
            )?,
            latency: registrar.histogram(
                "gantry_delivery_latency_seconds",
                "From receipt to acceptance by the target.",
                &["flow", "target"],
                LATENCY_BUCKETS,
            )?,
            attempt_seconds: registrar.histogram(
                "gantry_attempt_duration_seconds",
                "From sending to the target's answer.",
                &["flow", "target"],
                LATENCY_BUCKETS,
            )?,
        })
    }

    /// Creates the counters of a target, so that rates over them begin at zero.
    pub(super) fn expect(&self, flow: &str, target: &TargetName) {
        let target = target.as_str();
        self.delivered.with_label_values(&[flow, target]);
        let results = ErrorClass::ALL.iter().map(|class| class.name()).chain(["delivered"]);
        for result in results {
            self.attempts.with_label_values(&[flow, target, result]);
        }
        for cause in HoldCause::ALL {
            self.held.with_label_values(&[flow, target, cause.name()]);
        }
    }

    pub(super) fn observe_attempt(&self, flow: &str, target: &TargetName, attempt: &Attempt) {
        let result = attempt.error.map_or("delivered", ErrorClass::name);
        self.attempts.with_label_values(&[flow, target.as_str(), result]).inc();
        let seconds = attempt.latency().as_secs_f64();
        self.attempt_seconds.with_label_values(&[flow, target.as_str()]).observe(seconds);
    }

    pub(super) fn observe_held(&self, flow: &str, target: &TargetName, cause: HoldCause) {
        self.held.with_label_values(&[flow, target.as_str(), cause.name()]).inc();
    }

    pub(super) fn observe_retry(&self, flow: &str, cause: &'static str) {
        self.retried.with_label_values(&[flow, cause]).inc();
    }

    pub(super) fn observe_delivered(&self, flow: &str, target: &TargetName, since_receipt: Duration) {
        let labels = [flow, target.as_str()];
        self.delivered.with_label_values(&labels).inc();
        self.latency.with_label_values(&labels).observe(since_receipt.as_secs_f64());
    }

    pub(super) fn retried(&self, flow: &str) -> u64 {
        RETRY_CAUSES.iter().map(|cause| self.retried.with_label_values(&[flow, *cause]).get()).sum()
    }
}
