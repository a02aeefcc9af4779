//! Checks the clock once a second, for everything that waits for a time. Waiting tasks sleep until their time; but people
//! and NTP set clocks, and machines resume from suspension. So once a second the store, the gates and the pauses with an
//! end compare their waits with the clock: after the clock was set ahead, what is due is handed out; after it was set back,
//! nothing waits longer than was meant.
//!
//! There is one timer for the whole host, however many flows wait: this keeps an idle host cheap.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::Clock;
use gantry_store::Store;
use tokio_util::sync::CancellationToken;

use crate::active_flows::ActiveFlows;
use crate::target_stops::TargetStops;

/// How often the clock is checked.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Checks the clock for the store, the gates and the pauses of targets.
pub struct ClockWatch {
    store: Store,
    flows: ActiveFlows,
    stops: TargetStops,
    clock: Arc<dyn Clock>,
}

impl ClockWatch {
    /// A watch for this store, for the gates of these flows, and for these stops.
    #[must_use]
    pub const fn new(store: Store, flows: ActiveFlows, stops: TargetStops, clock: Arc<dyn Clock>) -> Self {
        Self { store, flows, stops, clock }
    }

    /// Checks until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(CHECK_INTERVAL);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.check();
        }
    }

    fn check(&self) {
        self.store.check_clock();
        let now = self.clock.now();
        self.stops.check_clock(now);
        for gate in self.flows.entries().iter().flat_map(|flow| flow.targets.values()) {
            // Asking a gate for its state makes it notice the time.
            let _ = gate.shut_until(now);
        }
    }
}
