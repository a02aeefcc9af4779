//! Ends acknowledgements of dead letter groups whose time is over: as an operation of the host itself, so that it is in the
//! audit log like any other.

use std::time::Duration;

use gantry_operations::{Actor, EndAcknowledgement, Operations};
use gantry_store::Store;
use tokio_util::sync::CancellationToken;

/// How often it is checked whether one is over. Who reads the groups sees it at once.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Ends acknowledgements until `stop`. One that can't be ended because the store fails is tried again.
pub(crate) async fn end(store: Store, operations: Operations, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(CHECK_INTERVAL);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        for fingerprint in store.ended_acknowledgements() {
            let end = EndAcknowledgement { fingerprint };
            if let Err(error) = operations.execute(&Actor::schedule(), end).await {
                tracing::warn!(%error, "an acknowledgement whose time is over was not ended");
            }
        }
    }
}
