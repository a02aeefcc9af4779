//! What the host counts, in Prometheus' terms. Names, labels and units are listed in `docs/reference/metrics.md`.
//!
//! Label values come from configuration or from closed lists. The two exceptions, violation codes and step
//! faults, are bounded: past [`MAX_RULES`] distinct rules a flow's further ones are counted as `other`.

mod alerts;
mod queue;
mod rules;

use std::collections::HashSet;
use std::sync::Arc;

use gantry_core::{
    Attempt, BreakerState, DeadLetter, DeliveryState, Envelope, ErrorClass, FlowName, Happening, HoldCause,
    MessageState, TargetName, Timestamp,
};
use gantry_sandbox::Run;
use hdrhistogram::Histogram;
use parking_lot::Mutex;
use prometheus::{
    Encoder as _, GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder,
};

use crate::in_force::InForce;
use crate::target_report::{TargetReport, TargetState};

pub use queue::OpenLetters;

/// Most distinct violation rules counted by name in one host.
pub const MAX_RULES: usize = 500;

/// What a reload may come to, as the label spells it.
pub const RELOAD_RESULTS: [&str; 3] = ["applied", "unchanged", "refused"];

/// Seconds; from a fast local delivery to an hour of retries.
const LATENCY_BUCKETS: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 3600.0];

/// Seconds; a plugin call takes microseconds to its deadline.
const PLUGIN_BUCKETS: &[f64] = &[0.000_01, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];

/// All metrics of a host.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    received: IntCounterVec,
    duplicates: IntCounterVec,
    refused: IntCounterVec,
    delivered: IntCounterVec,
    finished: IntCounterVec,
    dead_lettered: IntCounterVec,
    retried: IntCounterVec,
    attempts: IntCounterVec,
    violations: IntCounterVec,
    latency: HistogramVec,
    target_latency: HistogramVec,
    plugin_seconds: HistogramVec,
    plugin_messages: IntCounterVec,
    plugin_faults: IntCounterVec,
    plugin_memory: IntGaugeVec,
    rules_seconds: HistogramVec,
    rules_messages: IntCounterVec,
    breaches: IntCounterVec,
    queue_depth: IntGaugeVec,
    queue_bytes: IntGaugeVec,
    queue_oldest: GaugeVec,
    open_letters: IntGaugeVec,
    alarming_letters: IntGaugeVec,
    expired_letters: IntCounterVec,
    reloads: IntCounterVec,
    flow_info: IntGaugeVec,
    plugin_info: IntGaugeVec,
    blocked_keys: IntGaugeVec,
    blocked: IntGaugeVec,
    events: IntCounterVec,
    notices: IntCounterVec,
    firing: IntGaugeVec,
    held: IntCounterVec,
    target_state: IntGaugeVec,
    breaker_state: IntGaugeVec,
    rules: Mutex<HashSet<String>>,
}

/// Every cause a retry can have: what a target did, or `plugin` for a run that is repeated.
pub const RETRY_CAUSES: [&str; 5] = ["network", "timeout", "throttled", "unavailable", "plugin"];

/// A failure to set up metrics: two of one name, which is a mistake in this file.
#[derive(Debug, thiserror::Error)]
#[error("failed to register metrics")]
pub struct MetricsError(#[from] prometheus::Error);

impl Metrics {
    /// Registers every metric.
    pub fn new() -> Result<Self, MetricsError> {
        let registry = Registry::new();
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let metric = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(metric.clone()))?;
            Ok::<_, prometheus::Error>(metric)
        };
        let gauge = |name: &str, help: &str, labels: &[&str]| {
            let metric = IntGaugeVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(metric.clone()))?;
            Ok::<_, prometheus::Error>(metric)
        };
        let histogram = |name: &str, help: &str, labels: &[&str], buckets: &[f64]| {
            let metric = HistogramVec::new(HistogramOpts::new(name, help).buckets(buckets.to_vec()), labels)?;
            registry.register(Box::new(metric.clone()))?;
            Ok::<_, prometheus::Error>(metric)
        };
        let queue_oldest = GaugeVec::new(
            Opts::new("gantry_queue_oldest_age_seconds", "Age of the oldest message that is not settled."),
            &["flow"],
        )?;
        registry.register(Box::new(queue_oldest.clone()))?;
        let metrics = Self(Arc::new(Inner {
            received: counter("gantry_messages_received_total", "Messages taken into custody.", &["flow"])?,
            duplicates: counter("gantry_messages_duplicate_total", "Messages dropped as duplicates.", &["flow"])?,
            refused: counter("gantry_messages_refused_total", "Requests and files refused.", &["flow", "reason"])?,
            delivered: counter("gantry_deliveries_total", "Deliveries accepted by a target.", &["flow", "target"])?,
            finished: counter("gantry_messages_finished_total", "Messages that ended, by how.", &["flow", "state"])?,
            dead_lettered: counter("gantry_dead_letters_total", "Dead letters written.", &["flow", "stage", "code"])?,
            retried: counter("gantry_retries_total", "Attempts and runs that will be repeated.", &["flow", "cause"])?,
            attempts: counter("gantry_attempts_total", "Attempts at a target.", &["flow", "target", "result"])?,
            violations: counter(
                "gantry_violations_total",
                "Broken rules in dead letters: of plugins, of JSON Schemas and of flows.",
                &["flow", "rule"],
            )?,
            latency: histogram(
                "gantry_delivery_latency_seconds",
                "From receipt to acceptance by the target.",
                &["flow", "target"],
                LATENCY_BUCKETS,
            )?,
            target_latency: histogram(
                "gantry_attempt_duration_seconds",
                "From sending to the target's verdict.",
                &["flow", "target"],
                LATENCY_BUCKETS,
            )?,
            plugin_seconds: histogram(
                "gantry_plugin_call_duration_seconds",
                "One call of a plugin with a whole batch.",
                &["flow", "step"],
                PLUGIN_BUCKETS,
            )?,
            plugin_messages: counter(
                "gantry_plugin_messages_total",
                "Messages handed to a plugin.",
                &["flow", "step"],
            )?,
            plugin_faults: counter("gantry_plugin_faults_total", "Faults of a plugin.", &["flow", "step", "code"])?,
            plugin_memory: gauge(
                "gantry_plugin_memory_peak_bytes",
                "Largest linear memory of an instance since the start.",
                &["flow", "step"],
            )?,
            rules_seconds: histogram(
                "gantry_rules_duration_seconds",
                "One check of a whole batch against the rules of a step.",
                &["flow", "step"],
                PLUGIN_BUCKETS,
            )?,
            rules_messages: counter(
                "gantry_rules_messages_total",
                "Messages held to the rules of a step.",
                &["flow", "step"],
            )?,
            breaches: counter(
                "gantry_quality_violations_total",
                "Broken rules of each message's first run, by who found them and what they meant.",
                &["flow", "step", "code", "severity"],
            )?,
            queue_depth: gauge("gantry_queue_messages", "Messages in the queue, by state.", &["flow", "state"])?,
            queue_bytes: gauge("gantry_queue_bytes", "Bytes that the messages in the queue take on disk.", &["flow"])?,
            queue_oldest,
            open_letters: gauge("gantry_dead_letters_open", "Dead letters nobody has dealt with.", &["flow"])?,
            alarming_letters: gauge(
                "gantry_dead_letters_alarming",
                "Open dead letters of groups that are not ignored.",
                &["flow"],
            )?,
            expired_letters: counter(
                "gantry_dead_letters_expired_total",
                "Dead letters removed at their expiry before anybody closed them.",
                &[],
            )?,
            reloads: counter("gantry_reloads_total", "Reloads of the flow files, by what came of them.", &["result"])?,
            flow_info: gauge("gantry_flow_info", "1 for the version of a flow in force.", &["flow", "version"])?,
            plugin_info: gauge(
                "gantry_plugin_info",
                "1 for the plugin of a step in force.",
                &["flow", "step", "plugin", "version", "digest"],
            )?,
            blocked_keys: gauge("gantry_keys_blocked", "Keys that wait for a dead letter to be closed.", &["flow"])?,
            blocked: gauge("gantry_messages_blocked", "Messages that wait for a dead letter to be closed.", &["flow"])?,
            events: counter("gantry_events_total", "What happened to the host, by kind.", &["flow", "event"])?,
            notices: counter(
                "gantry_alert_notices_total",
                "What was said at the endpoint of an alert, by what it was.",
                &["alert", "action"],
            )?,
            firing: gauge("gantry_alerts_firing", "Alerts that were triggered and not resolved.", &["alert", "kind"])?,
            held: counter(
                "gantry_deliveries_held_total",
                "Deliveries that were due and held back, by cause.",
                &["flow", "target", "cause"],
            )?,
            target_state: gauge("gantry_target_state", "1 for a target's state.", &["flow", "target", "state"])?,
            breaker_state: gauge(
                "gantry_breaker_state",
                "1 for the state of a target's breaker.",
                &["flow", "target", "state"],
            )?,
            rules: Mutex::new(HashSet::new()),
            registry,
        }));
        for result in RELOAD_RESULTS {
            metrics.0.reloads.with_label_values(&[result]);
        }
        Ok(metrics)
    }

    /// The metrics of one flow.
    #[must_use]
    pub fn flow(&self, name: &str) -> FlowMetrics {
        // Counters exist from the start, so that a rate over them has a zero to rise from.
        for counter in [&self.0.received, &self.0.duplicates] {
            counter.with_label_values(&[name]);
        }
        for state in [MessageState::Delivered, MessageState::Skipped, MessageState::DeadLettered] {
            self.0.finished.with_label_values(&[name, state.name()]);
        }
        for event in Happening::OF_FLOWS {
            self.0.events.with_label_values(&[name, event]);
        }
        FlowMetrics { all: self.clone(), flow: name.into(), waited: Arc::new(Mutex::new(waited_histogram())) }
    }

    /// A reload came to a decision; `result` is one of [`RELOAD_RESULTS`].
    pub fn observe_reload(&self, result: &'static str) {
        self.0.reloads.with_label_values(&[result]).inc();
    }

    /// Sets the gauges of targets just before a scrape.
    pub fn observe_targets(&self, targets: &[TargetReport]) {
        let Inner { target_state, breaker_state, .. } = &*self.0;
        target_state.reset();
        breaker_state.reset();
        for TargetReport { flow, target, state, breaker, .. } in targets {
            let (flow, target) = (flow.as_str(), target.as_str());
            for each in TargetState::ALL {
                target_state.with_label_values(&[flow, target, each.name()]).set((each == *state).into());
            }
            for each in BreakerState::ALL {
                let set = breaker.map(|breaker| i64::from(each == breaker.state));
                set.into_iter().for_each(|set| breaker_state.with_label_values(&[flow, target, each.name()]).set(set));
            }
        }
    }

    /// Something happened that is told.
    pub fn observe_event(&self, flow: Option<&FlowName>, event: &str) {
        self.0.events.with_label_values(&[flow.map_or("", FlowName::as_str), event]).inc();
    }

    /// Says which versions are in force; those before are gone from the next scrape on.
    pub fn observe_versions<'a>(&self, versions: impl Iterator<Item = FlowVersion<'a>>) {
        let Inner { flow_info, plugin_info, .. } = &*self.0;
        flow_info.reset();
        plugin_info.reset();
        for FlowVersion { flow, version, plugins } in versions {
            flow_info.with_label_values(&[flow.as_str(), version]).set(1);
            for InForce { step, name, version, digest, .. } in plugins {
                let labels = [flow.as_str(), step, name, version, &digest.to_string()];
                plugin_info.with_label_values(&labels).set(1);
            }
        }
    }

    /// Everything in Prometheus' text format.
    pub fn render(&self) -> Result<String, MetricsError> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.0.registry.gather(), &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
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

/// The metrics of one flow.
#[derive(Clone)]
pub struct FlowMetrics {
    all: Metrics,
    flow: Arc<str>,
    /// Milliseconds from receipt to delivery since the start, exact enough for percentiles in reports.
    waited: Arc<Mutex<Histogram<u64>>>,
}

/// What a flow has done since the host started.
#[derive(Clone, Copy, Debug, Default, serde::Serialize, utoipa::ToSchema)]
#[schema(as = FlowCounts)]
pub struct Counts {
    /// Messages taken into custody.
    pub received: u64,
    /// Messages dropped as duplicates.
    pub duplicates: u64,
    /// Messages whose every delivery arrived.
    pub delivered: u64,
    /// Messages deliberately not passed on.
    pub skipped: u64,
    /// Messages that ended as dead letters.
    pub dead_lettered: u64,
    /// Attempts and runs that had to be repeated.
    pub retried: u64,
    /// Median from receipt to delivery, in milliseconds; none before the first delivery.
    pub p50_ms: Option<u64>,
    /// 95th percentile from receipt to delivery, in milliseconds.
    pub p95_ms: Option<u64>,
    /// 99th percentile from receipt to delivery, in milliseconds.
    pub p99_ms: Option<u64>,
}

impl FlowMetrics {
    /// What the flow has done since the host started.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let inner = &self.all.0;
        let finished = |state: MessageState| inner.finished.with_label_values(&[&*self.flow, state.name()]).get();
        let waited = self.waited.lock();
        let percentile = |quantile| (!waited.is_empty()).then(|| waited.value_at_quantile(quantile));
        Counts {
            received: inner.received.with_label_values(&[&self.flow]).get(),
            duplicates: inner.duplicates.with_label_values(&[&self.flow]).get(),
            delivered: finished(MessageState::Delivered),
            skipped: finished(MessageState::Skipped),
            dead_lettered: finished(MessageState::DeadLettered),
            retried: RETRY_CAUSES.iter().map(|c| inner.retried.with_label_values(&[&*self.flow, *c]).get()).sum(),
            p50_ms: percentile(0.5),
            p95_ms: percentile(0.95),
            p99_ms: percentile(0.99),
        }
    }

    /// Messages were taken in, or dropped as duplicates.
    pub fn observe_received(&self, accepted: u64, duplicates: u64) {
        self.all.0.received.with_label_values(&[&self.flow]).inc_by(accepted);
        self.all.0.duplicates.with_label_values(&[&self.flow]).inc_by(duplicates);
    }

    /// A source was refused.
    pub fn observe_refused(&self, reason: &str) {
        self.all.0.refused.with_label_values(&[&*self.flow, reason]).inc();
    }

    /// A delivery was tried.
    pub fn observe_attempt(&self, target: &TargetName, attempt: &Attempt) {
        let result = attempt.error.map_or("delivered", ErrorClass::name);
        self.all.0.attempts.with_label_values(&[&*self.flow, target.as_str(), result]).inc();
        let seconds = attempt.latency().as_secs_f64();
        self.all.0.target_latency.with_label_values(&[&*self.flow, target.as_str()]).observe(seconds);
    }

    /// A delivery was due and was held back.
    pub fn observe_held(&self, target: &TargetName, cause: HoldCause) {
        self.all.0.held.with_label_values(&[&*self.flow, target.as_str(), cause.name()]).inc();
    }

    /// An attempt, or a run through the plugins, will be repeated; `cause` is one of [`RETRY_CAUSES`].
    pub fn observe_retry(&self, cause: &'static str) {
        self.all.0.retried.with_label_values(&[&*self.flow, cause]).inc();
    }

    /// A plugin answered a batch.
    pub fn observe_plugin(&self, step: &str, run: &Run, messages: usize) {
        let labels = [&*self.flow, step];
        let inner = &self.all.0;
        inner.plugin_seconds.with_label_values(&labels).observe(run.elapsed.as_secs_f64());
        inner.plugin_messages.with_label_values(&labels).inc_by(messages as u64);
        for fault in run.outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
            inner.plugin_faults.with_label_values(&[&*self.flow, step, fault.code.name()]).inc();
        }
        let peak = i64::try_from(run.peak_memory_bytes).unwrap_or(i64::MAX);
        let gauge = inner.plugin_memory.with_label_values(&labels);
        if peak > gauge.get() {
            gauge.set(peak);
        }
    }

    /// A message, or one of its deliveries, became a dead letter.
    pub fn observe_dead_letter(&self, letter: &DeadLetter) {
        let code = self.bounded(&letter.reason.code);
        self.all.0.dead_lettered.with_label_values(&[&*self.flow, letter.stage.name(), &code]).inc();
        for violation in &letter.reason.violations {
            let rule = self.bounded(&violation.code);
            self.all.0.violations.with_label_values(&[&*self.flow, &rule]).inc();
        }
    }

    /// A message ended. Latency counts only for what arrived in this run.
    pub fn observe_finished(&self, envelope: &Envelope, state: MessageState, now: Timestamp) {
        let inner = &self.all.0;
        inner.finished.with_label_values(&[&*self.flow, state.name()]).inc();
        let waited = now.since(envelope.received_at);
        for delivery in envelope.deliveries.iter().filter(|d| d.state == DeliveryState::Delivered) {
            let labels = [&*self.flow, delivery.target.as_str()];
            inner.delivered.with_label_values(&labels).inc();
            inner.latency.with_label_values(&labels).observe(waited.as_secs_f64());
            self.waited.lock().saturating_record(u64::try_from(waited.as_millis()).unwrap_or(u64::MAX));
        }
    }

    /// A plugin's code as a label value, as long as there are not too many of them.
    fn bounded(&self, code: &str) -> String {
        let mut rules = self.all.0.rules.lock();
        if rules.contains(code) {
            return code.to_owned();
        }
        if rules.len() >= MAX_RULES {
            return "other".to_owned();
        }
        rules.insert(code.to_owned());
        code.to_owned()
    }
}

/// From a millisecond to a week, two significant digits: about 20 KiB a flow.
fn waited_histogram() -> Histogram<u64> {
    let week_ms = 7 * 24 * 3600 * 1000;
    Histogram::new_with_bounds(1, week_ms, 2)
        .unwrap_or_else(|_| unreachable!("1 < a week and 2 digits are valid bounds"))
}
