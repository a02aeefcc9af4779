//! Whether more dead letters may arise. A sender whose messages all fail would otherwise fill the disk, and stop every flow:
//! at its bound a flow takes nothing more in, and of its queue only replays go on, until some have succeeded or were discarded.
//! None is ever dropped for want of room.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use gantry_config::SettingsInForce;
use gantry_core::{Clock, FlowName, Timestamp};
use gantry_store::Store;
use parking_lot::Mutex;

/// How often a flow at its bound looks whether there is room again.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The bounds of dead letters that are not closed; clones ask the same store.
#[derive(Clone)]
pub struct DeadLetterRoom {
    store: Store,
    settings: SettingsInForce,
    clock: Arc<dyn Clock>,
    /// Since when flows are at a bound: their workers ask after every batch.
    since: Arc<Mutex<HashMap<FlowName, Timestamp>>>,
}

impl DeadLetterRoom {
    /// The bound of the host in these settings.
    #[must_use]
    pub fn new(store: Store, settings: SettingsInForce, clock: Arc<dyn Clock>) -> Self {
        Self { store, settings, clock, since: Arc::default() }
    }

    /// Whether a flow with this bound, or the host, has as many bytes of dead letters as it may have.
    #[must_use]
    pub fn is_full(&self, flow: &FlowName, bound: u64) -> bool {
        self.full_since(flow, bound).is_some()
    }

    /// Since when that is so; none: there is room. It may have been so before this process began.
    #[must_use]
    pub fn full_since(&self, flow: &FlowName, bound: u64) -> Option<Timestamp> {
        let of_flow = self.store.dead_letter_bytes(flow);
        let is_full = of_flow >= bound
            || of_flow > 0 && self.store.all_dead_letter_bytes() >= self.settings.now().dead_letter_bytes;
        let mut since = self.since.lock();
        if !is_full {
            since.remove(flow);
            return None;
        }
        Some(*since.entry(flow.clone()).or_insert_with(|| self.clock.now()))
    }

    /// Waits until there is room. Alerts and the status say of a flow that it is at its bound.
    pub(crate) async fn wait(&self, flow: &FlowName, bound: u64) {
        let mut ticks = tokio::time::interval(CHECK_INTERVAL);
        while self.is_full(flow, bound) {
            ticks.tick().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use gantry_config::HostConfig;
    use gantry_core::clock::ManualClock;
    use gantry_store::StoreConfig;

    use super::*;

    #[tokio::test]
    async fn a_flow_is_full_since_somebody_first_found_it_so_and_anew_once_it_had_room() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp(1_000)));
        let store = Store::open(dir.path(), StoreConfig::new(clock.clone())).unwrap();
        let room = DeadLetterRoom::new(store, SettingsInForce::new(HostConfig::default()), clock.clone());
        let flow = "orders".parse().unwrap();
        // A flow with a bound of nothing is always full.
        assert!(room.is_full(&flow, 0));
        clock.advance(Duration::from_secs(9));
        assert_eq!(room.clone().full_since(&flow, 0), Some(Timestamp(1_000)));
        assert_eq!(room.full_since(&flow, 1), None);
        assert_eq!(room.full_since(&flow, 0), Some(Timestamp(10_000)));
    }
}
