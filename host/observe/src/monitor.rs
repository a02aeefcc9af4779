//! Checks what changes without an event: the age of each flow's oldest message, and whether the disk is low. Changes are
//! published as events. Ends acknowledgements of dead letter groups at the time that was stated for them.
//!
//! A check is cheap, however many messages are queued. A delayed flow has recovered only when its oldest message is
//! younger than half of the limit, so that a queue near its limit does not publish events again and again.

use std::collections::BTreeSet;
use std::time::Duration;

use gantry_core::alert::Level;
use gantry_core::{FlowName, HostEventKind};
use gantry_engine::active_flows::ActiveFlow;
use gantry_store::Depth;
use tokio_util::sync::CancellationToken;

use crate::view::HostView;

/// How often it checks; ages are counted in seconds.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Checks the host once a second, and publishes what changed.
pub struct Monitor {
    view: HostView,
    /// Flows that were reported as delayed.
    delayed: BTreeSet<FlowName>,
    /// Whether the disk was reported as low.
    disk_low: bool,
}

/// Whether a flow is delayed whose oldest message has this age; none when it isn't.
pub(crate) fn delay(age: Duration, limit: Duration) -> Option<Level> {
    if age >= limit {
        Some(Level::On)
    } else if age >= limit / 2 {
        Some(Level::Between)
    } else {
        None
    }
}

/// Messages of a flow that have not ended.
pub(crate) const fn waiting(depth: &Depth) -> u64 {
    (depth.queued + depth.leased + depth.scheduled) as u64
}

impl Monitor {
    /// A monitor that has reported nothing yet.
    #[must_use]
    pub const fn new(view: HostView) -> Self {
        Self { view, delayed: BTreeSet::new(), disk_low: false }
    }

    /// Checks until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(CHECK_INTERVAL);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.check();
        }
    }

    fn check(&mut self) {
        let entries = self.view.flows.entries();
        for entry in entries.iter() {
            self.check_queue(entry);
        }
        self.delayed.retain(|flow| entries.iter().any(|entry| entry.flow.name == *flow));
        self.check_disk();
    }

    fn check_queue(&mut self, entry: &ActiveFlow) {
        let flow = &entry.flow.name;
        let limit = self.view.queue_age(&entry.flow);
        let depth = self.view.store.depth(flow);
        let now = self.view.clock.now();
        let age = depth.oldest.map_or(Duration::ZERO, |oldest| now.since(oldest));
        let depth_now = waiting(&depth);
        match delay(age, limit) {
            Some(Level::On) if self.delayed.insert(flow.clone()) => {
                let what = HostEventKind::QueueDelayed {
                    oldest: depth.oldest.unwrap_or(now),
                    age_seconds: age.as_secs(),
                    limit_seconds: limit.as_secs(),
                    depth: depth_now,
                };
                self.view.events.publish(flow, what);
            }
            None if self.delayed.remove(flow) => {
                self.view.events.publish(flow, HostEventKind::QueueRecovered { depth: depth_now });
            }
            _ => {}
        }
    }

    fn check_disk(&mut self) {
        let low = self.view.disk.is_low();
        if low == self.disk_low {
            return;
        }
        self.disk_low = low;
        let free_bytes = self.view.store.free_disk_bytes().unwrap_or_default();
        self.view.events.publish_for_host(match low {
            true => HostEventKind::DiskLow { free_bytes },
            false => HostEventKind::DiskRecovered { free_bytes },
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_is_delayed_at_its_limit_and_recovers_below_half_of_it() {
        let limit = Duration::from_secs(10);
        let levels = [0, 4, 5, 9, 10, 11].map(|seconds| delay(Duration::from_secs(seconds), limit));
        let between = Some(Level::Between);
        let on = Some(Level::On);
        assert_eq!(levels, [None, None, between, between, on, on]);
    }
}
