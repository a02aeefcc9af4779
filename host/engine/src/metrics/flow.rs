//! The metrics of one flow, counted by each stage a message goes through, and the sums for reports.

use std::sync::Arc;
use std::time::Duration;

use gantry_config::{Flow, Work};
use gantry_core::{
    Attempt, Breach, DeadLetter, DeliveryState, Envelope, HoldCause, MessageState, TargetName, Timestamp,
};
use gantry_sandbox::Run;
use hdrhistogram::Histogram;
use parking_lot::Mutex;

use super::deliveries::Deliveries;
use super::messages::Messages;
use super::plugins::Plugins;
use super::rules::Rules;

/// The metrics that have a flow as a label.
pub(super) struct OfFlows {
    pub(super) messages: Messages,
    pub(super) deliveries: Deliveries,
    pub(super) plugins: Plugins,
    pub(super) rules: Rules,
}

/// The metrics of one flow; clones share them.
#[derive(Clone)]
pub struct FlowMetrics {
    all: Arc<OfFlows>,
    flow: Arc<str>,
    /// Milliseconds from receipt to delivery since the start, exact enough for percentiles in reports.
    waited: Arc<Mutex<Histogram<u64>>>,
}

/// The counts of a flow since the host started.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Messages accepted.
    pub received: u64,
    /// Messages dropped as duplicates.
    pub duplicates: u64,
    /// Messages of which every delivery arrived.
    pub delivered: u64,
    /// Messages deliberately not passed on.
    pub skipped: u64,
    /// Messages that ended as dead letters.
    pub dead_lettered: u64,
    /// Attempts and plugin runs that had to be retried.
    pub retried: u64,
    /// Median from receipt to delivery, in milliseconds; none before the first delivery.
    pub p50_ms: Option<u64>,
    /// 95th percentile from receipt to delivery, in milliseconds.
    pub p95_ms: Option<u64>,
    /// 99th percentile from receipt to delivery, in milliseconds.
    pub p99_ms: Option<u64>,
}

impl FlowMetrics {
    pub(super) fn new(flow: &str, all: Arc<OfFlows>) -> Self {
        all.messages.expect(flow);
        Self { all, flow: flow.into(), waited: Arc::new(Mutex::new(waited_histogram())) }
    }

    /// Creates the counters of everything that this flow consists of, so that rates over them begin at zero: a counter that
    /// appears with its first event hides that event.
    pub fn expect(&self, flow: &Flow) {
        let OfFlows { messages, deliveries, plugins, rules } = &*self.all;
        messages.expect_refusals(&self.flow, flow.source.refusals());
        flow.targets.keys().for_each(|target| deliveries.expect(&self.flow, target));
        for step in &flow.steps {
            match step.work {
                Work::Plugin(_) => plugins.expect(&self.flow, &step.name),
                Work::Rules(_) => rules.expect(&self.flow, &step.name),
            }
        }
    }

    /// Messages that came in since the start, duplicates included.
    #[must_use]
    pub fn arrived(&self) -> u64 {
        self.all.messages.received(&self.flow) + self.all.messages.duplicates(&self.flow)
    }

    /// How often a message was refused for this reason since the start.
    #[must_use]
    pub fn refused(&self, reason: &str) -> u64 {
        self.all.messages.refused(&self.flow, reason)
    }

    /// The faults of a step's plugin since the start.
    #[must_use]
    pub fn faults(&self, step: &str) -> u64 {
        self.all.plugins.faults(&self.flow, step)
    }

    /// The counts since the host started.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let OfFlows { messages, deliveries, .. } = &*self.all;
        let waited = self.waited.lock();
        let percentile = |quantile| (!waited.is_empty()).then(|| waited.value_at_quantile(quantile));
        Counts {
            received: messages.received(&self.flow),
            duplicates: messages.duplicates(&self.flow),
            delivered: messages.finished(&self.flow, MessageState::Delivered),
            skipped: messages.finished(&self.flow, MessageState::Skipped),
            dead_lettered: messages.finished(&self.flow, MessageState::DeadLettered),
            retried: deliveries.retried(&self.flow),
            p50_ms: percentile(0.5),
            p95_ms: percentile(0.95),
            p99_ms: percentile(0.99),
        }
    }

    /// Messages were accepted, or dropped as duplicates.
    pub fn observe_received(&self, accepted: u64, duplicates: u64) {
        self.all.messages.observe_received(&self.flow, accepted, duplicates);
    }

    /// A source was refused.
    pub fn observe_refused(&self, reason: &str) {
        self.all.messages.observe_refused(&self.flow, reason);
    }

    /// A plugin answered a batch.
    pub fn observe_plugin(&self, step: &str, run: &Run, messages: usize) {
        self.all.plugins.observe(&self.flow, step, run, messages);
    }

    /// A batch was checked against rules.
    pub fn observe_rules(&self, step: &str, elapsed: Duration, messages: usize) {
        self.all.rules.observe(&self.flow, step, elapsed, messages);
    }

    /// The rules that an ended message broke.
    pub fn observe_breaches(&self, breaches: &[Breach]) {
        self.all.rules.observe_breaches(&self.flow, breaches);
    }

    /// A delivery was attempted.
    pub fn observe_attempt(&self, target: &TargetName, attempt: &Attempt) {
        self.all.deliveries.observe_attempt(&self.flow, target, attempt);
    }

    /// A delivery was due and was held back.
    pub fn observe_held(&self, target: &TargetName, cause: HoldCause) {
        self.all.deliveries.observe_held(&self.flow, target, cause);
    }

    /// An attempt, or a run through the plugins, will be retried; `cause` is one of
    /// [`RETRY_CAUSES`](super::RETRY_CAUSES).
    pub fn observe_retry(&self, cause: &'static str) {
        self.all.deliveries.observe_retry(&self.flow, cause);
    }

    /// A message, or one of its deliveries, became a dead letter.
    pub fn observe_dead_letter(&self, dead_letter: &DeadLetter) {
        self.all.messages.observe_dead_letter(&self.flow, dead_letter);
    }

    /// A message ended. Latency is recorded only for deliveries that arrived.
    pub fn observe_finished(&self, envelope: &Envelope, state: MessageState, now: Timestamp) {
        self.all.messages.observe_finished(&self.flow, state);
        let waited = now.since(envelope.received_at);
        let millis = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        for delivery in envelope.deliveries.iter().filter(|delivery| delivery.state == DeliveryState::Delivered) {
            self.all.deliveries.observe_delivered(&self.flow, &delivery.target, waited);
            self.waited.lock().saturating_record(millis);
        }
    }
}

/// From a millisecond to a week, two significant digits: about 20 KiB a flow.
fn waited_histogram() -> Histogram<u64> {
    let week_ms = 7 * 24 * 3600 * 1000;
    Histogram::new_with_bounds(1, week_ms, 2)
        .unwrap_or_else(|_| unreachable!("1 < a week and 2 digits are valid bounds"))
}

#[cfg(test)]
mod tests {
    use super::super::Metrics;

    #[test]
    fn what_a_flow_has_done_is_summed_up_for_reports() {
        let metrics = Metrics::new().unwrap();
        let orders = metrics.flow("orders");
        let customers = metrics.flow("customers");
        orders.observe_received(3, 1);
        orders.observe_retry("timeout");
        orders.observe_retry("plugin");
        customers.observe_received(7, 0);
        let counts = orders.counts();
        assert_eq!((counts.received, counts.duplicates, counts.retried), (3, 1, 2));
        assert_eq!(counts.p50_ms, None, "nothing was delivered yet");
        assert_eq!(customers.counts().received, 7);
    }
}
