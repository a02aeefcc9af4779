//! What is read from the store just before a scrape: queues and open dead letters.

use std::time::Duration;

use gantry_core::Timestamp;
use gantry_store::Depth;

use super::Metrics;

/// A flow's open dead letters.
#[derive(Clone, Copy, Debug)]
pub struct OpenLetters {
    /// All of them.
    pub all: u64,
    /// Those of groups that are not ignored.
    pub alarming: u64,
}

impl Metrics {
    /// Sets the gauges that are read from the store just before a scrape.
    pub fn observe_queue(&self, flow: &str, depth: &Depth, letters: OpenLetters, now: Timestamp) {
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        for (state, n) in [("queued", depth.queued), ("leased", depth.leased), ("scheduled", depth.scheduled)] {
            self.0.queue_depth.with_label_values(&[flow, state]).set(count(n));
        }
        self.0.blocked_keys.with_label_values(&[flow]).set(count(depth.blocked_keys));
        self.0.blocked.with_label_values(&[flow]).set(count(depth.blocked));
        let age = depth.oldest.map_or(Duration::ZERO, |oldest| now.since(oldest));
        self.0.queue_oldest.with_label_values(&[flow]).set(age.as_secs_f64());
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.0.open_letters.with_label_values(&[flow]).set(count(letters.all));
        self.0.alarming_letters.with_label_values(&[flow]).set(count(letters.alarming));
    }

    /// Sets what the queue takes on disk.
    pub fn observe_queue_bytes(&self, flow: &str, bytes: u64) {
        self.0.queue_bytes.with_label_values(&[flow]).set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// Dead letters have expired before anybody dealt with them.
    pub fn observe_expired(&self, letters: usize) {
        self.0.expired_letters.with_label_values(&[] as &[&str]).inc_by(letters as u64);
    }
}
