//! Metrics that are read from the store just before a scrape: queues and open dead letters; also expired dead letters.

use std::time::Duration;

use gantry_core::Timestamp;
use gantry_store::Depth;
use prometheus::{GaugeVec, IntCounterVec, IntGaugeVec};

use super::registrar::{MetricsError, Registrar};

/// A flow's open dead letters.
#[derive(Clone, Copy, Debug)]
pub struct OpenDeadLetters {
    /// All of them.
    pub all: u64,
    /// Those of groups that are not ignored.
    pub alarming: u64,
    /// Bytes on disk of those that are open or acknowledged.
    pub bytes: u64,
    /// Those that are removed soon unless somebody closes them.
    pub expiring: u64,
}

/// Gauges of queues and dead letters.
pub struct Queues {
    messages: IntGaugeVec,
    bytes: IntGaugeVec,
    oldest: GaugeVec,
    blocked_keys: IntGaugeVec,
    blocked: IntGaugeVec,
    open_dead_letters: IntGaugeVec,
    alarming_dead_letters: IntGaugeVec,
    dead_letter_bytes: IntGaugeVec,
    expiring_dead_letters: IntGaugeVec,
    expired_dead_letters: IntCounterVec,
}

impl Queues {
    pub(super) fn new(registrar: &Registrar) -> Result<Self, MetricsError> {
        let gauge = |name, help, labels| registrar.gauge(name, help, labels);
        Ok(Self {
            messages: gauge("gantry_queue_messages", "Messages in the queue, by state.", &["flow", "state"])?,
            bytes: gauge("gantry_queue_bytes", "Bytes that the messages in the queue take on disk.", &["flow"])?,
            oldest: registrar.seconds(
                "gantry_queue_oldest_age_seconds",
                "Age of the oldest message that is not settled.",
                &["flow"],
            )?,
            blocked_keys: gauge("gantry_keys_blocked", "Keys that wait for a dead letter to be closed.", &["flow"])?,
            blocked: gauge("gantry_messages_blocked", "Messages that wait for a dead letter to be closed.", &["flow"])?,
            open_dead_letters: gauge("gantry_dead_letters_open", "Dead letters that are open.", &["flow"])?,
            alarming_dead_letters: gauge(
                "gantry_dead_letters_alarming",
                "Open dead letters of groups that are not ignored.",
                &["flow"],
            )?,
            dead_letter_bytes: gauge(
                "gantry_dead_letter_bytes",
                "Bytes that dead letters take on disk that are not closed.",
                &["flow"],
            )?,
            expiring_dead_letters: gauge(
                "gantry_dead_letters_expiring",
                "Dead letters that nobody has closed and that are announced to be removed.",
                &["flow"],
            )?,
            expired_dead_letters: registrar.counter(
                "gantry_dead_letters_expired_total",
                "Dead letters removed at their expiry before anybody closed them.",
                &[],
            )?,
        })
    }

    /// Sets the gauges of a flow.
    pub fn observe(&self, flow: &str, depth: &Depth, dead_letters: OpenDeadLetters, now: Timestamp) {
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        for (state, n) in [("queued", depth.queued), ("leased", depth.leased), ("scheduled", depth.scheduled)] {
            self.messages.with_label_values(&[flow, state]).set(count(n));
        }
        self.blocked_keys.with_label_values(&[flow]).set(count(depth.blocked_keys));
        self.blocked.with_label_values(&[flow]).set(count(depth.blocked));
        let age = depth.oldest.map_or(Duration::ZERO, |oldest| now.since(oldest));
        self.oldest.with_label_values(&[flow]).set(age.as_secs_f64());
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.open_dead_letters.with_label_values(&[flow]).set(count(dead_letters.all));
        self.alarming_dead_letters.with_label_values(&[flow]).set(count(dead_letters.alarming));
        self.dead_letter_bytes.with_label_values(&[flow]).set(count(dead_letters.bytes));
        self.expiring_dead_letters.with_label_values(&[flow]).set(count(dead_letters.expiring));
    }

    /// Sets what the queue of a flow takes on disk.
    pub fn observe_bytes(&self, flow: &str, bytes: u64) {
        self.bytes.with_label_values(&[flow]).set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// Dead letters expired before anybody closed them.
    pub fn observe_expired(&self, dead_letters: usize) {
        self.expired_dead_letters.with_label_values(&[] as &[&str]).inc_by(dead_letters as u64);
    }
}
