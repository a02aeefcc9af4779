//! Whether more dead letters may arise. A sender whose messages all fail would otherwise fill the disk, and stop every flow:
//! at its bound a flow takes nothing more in, and of its queue only replays go on, until some have succeeded or were discarded.
//! None is ever dropped for want of room.

use std::time::Duration;

use gantry_config::SettingsInForce;
use gantry_core::FlowName;
use gantry_store::Store;

/// How often a flow at its bound looks whether there is room again.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The bounds of dead letters that are not closed; clones ask the same store.
#[derive(Clone)]
pub struct DeadLetterRoom {
    store: Store,
    settings: SettingsInForce,
}

impl DeadLetterRoom {
    /// The bound of the host in these settings.
    #[must_use]
    pub const fn new(store: Store, settings: SettingsInForce) -> Self {
        Self { store, settings }
    }

    /// Whether a flow with this bound, or the host, has as many bytes of dead letters as it may have.
    #[must_use]
    pub fn is_full(&self, flow: &FlowName, bound: u64) -> bool {
        let of_flow = self.store.dead_letter_bytes(flow);
        of_flow >= bound || of_flow > 0 && self.store.all_dead_letter_bytes() >= self.settings.now().dead_letter_bytes
    }

    /// Waits until there is room. Alerts and the status say of a flow that it is at its bound.
    pub(crate) async fn wait(&self, flow: &FlowName, bound: u64) {
        let mut ticks = tokio::time::interval(CHECK_INTERVAL);
        while self.is_full(flow, bound) {
            ticks.tick().await;
        }
    }
}
