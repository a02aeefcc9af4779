//! Looks at the clock once a second, for everything that waits for a time. Who waits sleeps until that time and not a moment
//! less; but clocks are set by people and by NTP, and machines are resumed. So once a second the store and the gates are
//! shown the time: what is due by a clock that was set ahead is handed out, and what waits by one that was set back
//! learns so within a second, and waits no longer than was meant.
//!
//! One timer for the whole host, however many flows wait: it is what makes a host at rest cheap.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::Clock;
use gantry_store::Store;
use tokio_util::sync::CancellationToken;

use crate::active_flows::ActiveFlows;

/// How often it looks.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Shows the time to whatever waits for one.
pub struct ClockWatch {
    store: Store,
    flows: ActiveFlows,
    clock: Arc<dyn Clock>,
}

impl ClockWatch {
    /// For what waits in this store, and at the gates of these flows.
    #[must_use]
    pub const fn new(store: Store, flows: ActiveFlows, clock: Arc<dyn Clock>) -> Self {
        Self { store, flows, clock }
    }

    /// Looks until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(CHECK_INTERVAL);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.check();
        }
    }

    fn check(&self) {
        self.store.check_clock();
        let now = self.clock.now();
        for gate in self.flows.entries().iter().flat_map(|flow| flow.targets.values()) {
            // A gate that is asked has seen the time.
            let _ = gate.shut_until(now);
        }
    }
}
