//! The journey of a message, on one page: `lease → transform → deliver → settle`.
//!
//! One worker a flow. It leases as many messages as the flow may have in flight, runs them through the plugins as one
//! batch, and from there each message goes its own way: a slow delivery delays neither its batch nor another flow.
//! Whatever happens to this task, a lease that isn't settled returns to the queue.
//!
//! A reload puts another version of the flow in force between two leases: a batch begins and ends under one version.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use gantry_store::Leased;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::flow::RunningFlow;
use crate::room::Room;

/// Most payload bytes leased at once; with the flow's `in_flight` it bounds what a flow holds in memory.
const LEASE_BYTES: usize = 4 << 20;

/// Works off one flow's queue until `stop`, then waits for what is in flight.
pub(crate) async fn work(mut versions: watch::Receiver<Arc<RunningFlow>>, stop: CancellationToken) {
    let mut room = Room::new(versions.borrow().in_flight);
    let batches = TaskTracker::new();
    loop {
        let flow = Arc::clone(&versions.borrow_and_update());
        let leased = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Ok(()) = versions.changed() => continue,
            leased = lease(&flow, &mut room) => leased,
        };
        let Some((batch, permits)) = leased else { break };
        // What came in force while the lease was on its way to us takes the batch.
        let flow = Arc::clone(&versions.borrow());
        batches.spawn(process(flow, batch, permits));
    }
    batches.close();
    batches.wait().await;
}

/// The four states of a message, in order.
async fn process(flow: Arc<RunningFlow>, batch: Vec<Leased>, permits: Vec<OwnedSemaphorePermit>) {
    let transformed = flow.transform(batch).await;
    let mut messages: FuturesUnordered<_> = transformed
        .into_iter()
        .zip(permits)
        .map(|(transformed, permit)| {
            let span = flow.span(&transformed.lease.envelope);
            let journey = async {
                let attempted = flow.deliver(transformed).await;
                let settled = flow.settle(attempted).await;
                flow.observe(settled);
                drop(permit);
            };
            journey.instrument(span)
        })
        .collect();
    while messages.next().await.is_some() {}
}

/// Waits for room to hold messages, then for messages; none once the store fails. May be cancelled at any time.
async fn lease(flow: &RunningFlow, room: &mut Room) -> Option<(Vec<Leased>, Vec<OwnedSemaphorePermit>)> {
    room.fit(flow.in_flight).await;
    let mut permits = room.take(flow.batch_messages).await;
    match flow.store.lease(&flow.name, permits.len(), LEASE_BYTES).await {
        Ok(batch) => {
            permits.truncate(batch.len());
            Some((batch, permits))
        }
        Err(error) => {
            tracing::error!(%error, flow = %flow.name, "failed to lease messages; the host stops");
            flow.broken.cancel();
            None
        }
    }
}
