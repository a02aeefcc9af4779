//! Looks at what changes without anybody doing anything: how old each flow's oldest message is, and whether the disk runs
//! low. What changed is told.
//!
//! A look costs a few numbers per flow, however much is queued. What is delayed recovers only once no message is older
//! than half of what the flow bears, so that a queue at its limit is not told time and again.

use std::collections::BTreeSet;
use std::time::Duration;

use gantry_core::alert::Level;
use gantry_core::{FlowName, Happening};
use gantry_store::Depth;
use tokio_util::sync::CancellationToken;

use crate::handle::HostHandle;
use crate::roster::Entry;

/// How often it looks; ages are counted in seconds.
const EVERY: Duration = Duration::from_secs(1);

/// What was told.
#[derive(Default)]
struct Told {
    delayed: BTreeSet<FlowName>,
    disk_low: bool,
}

/// Looks until `stop`.
pub(crate) async fn run(host: HostHandle, stop: CancellationToken) {
    let mut told = Told::default();
    let mut ticks = tokio::time::interval(EVERY);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        told.look(&host);
    }
}

/// Whether a flow is delayed whose oldest message is so old; none: it isn't.
pub(crate) fn delay(age: Duration, limit: Duration) -> Option<Level> {
    match () {
        () if age >= limit => Some(Level::On),
        () if age >= limit / 2 => Some(Level::Between),
        () => None,
    }
}

/// Messages of a flow that have not ended.
pub(crate) const fn waiting(depth: &Depth) -> u64 {
    (depth.queued + depth.leased + depth.scheduled) as u64
}

impl Told {
    fn look(&mut self, host: &HostHandle) {
        let entries = host.roster.entries();
        entries.iter().for_each(|entry| self.look_at_queue(host, entry));
        self.delayed.retain(|flow| entries.iter().any(|entry| entry.flow.name == *flow));
        self.look_at_disk(host);
    }

    fn look_at_queue(&mut self, host: &HostHandle, entry: &Entry) {
        let (flow, limit) = (&entry.flow.name, host.queue_age(&entry.flow));
        let depth = host.store.depth(flow);
        let now = host.clock.now();
        let age = depth.oldest.map_or(Duration::ZERO, |oldest| now.since(oldest));
        let depth_now = waiting(&depth);
        match delay(age, limit) {
            Some(Level::On) if self.delayed.insert(flow.clone()) => {
                let what = Happening::QueueDelayed {
                    oldest: depth.oldest.unwrap_or(now),
                    age_seconds: age.as_secs(),
                    limit_seconds: limit.as_secs(),
                    depth: depth_now,
                };
                host.events.tell(flow, what);
            }
            None if self.delayed.remove(flow) => {
                host.events.tell(flow, Happening::QueueRecovered { depth: depth_now });
            }
            _ => {}
        }
    }

    fn look_at_disk(&mut self, host: &HostHandle) {
        let low = host.disk.is_low();
        if low == self.disk_low {
            return;
        }
        self.disk_low = low;
        let free_bytes = host.store.free_disk_bytes().unwrap_or_default();
        host.events.tell_of_host(match low {
            true => Happening::DiskLow { free_bytes },
            false => Happening::DiskRecovered { free_bytes },
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
        let (between, on) = (Some(Level::Between), Some(Level::On));
        assert_eq!(levels, [None, None, between, between, on, on]);
    }
}
