//! The journey of a message, on one page: `lease → transform → deliver → settle`.
//!
//! One worker a flow. It leases as many messages as the flow may have in flight, runs them through the plugins as one
//! batch, and from there each message goes its own way: a slow delivery delays neither its batch nor another flow.
//! Whatever happens to this task, a lease that isn't settled returns to the queue.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use gantry_store::Leased;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::flow::RunningFlow;

/// Most payload bytes leased at once; with the flow's `in_flight` it bounds what a flow holds in memory.
const LEASE_BYTES: usize = 4 << 20;

/// Works off one flow's queue until `stop`, then waits for what is in flight.
pub(crate) async fn work(flow: Arc<RunningFlow>, stop: CancellationToken) {
    let room = Arc::new(Semaphore::new(flow.in_flight));
    let batches = TaskTracker::new();
    while let Some((batch, permits)) = lease(&flow, &room, &stop).await {
        batches.spawn(process(Arc::clone(&flow), batch, permits));
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

/// Waits for room to hold messages, then for messages; none once `stop` is called or the store fails.
async fn lease(
    flow: &RunningFlow,
    room: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(Vec<Leased>, Vec<OwnedSemaphorePermit>)> {
    let leasing = async {
        let mut permits = vec![Arc::clone(room).acquire_owned().await.ok()?];
        while permits.len() < flow.batch_messages {
            let Ok(permit) = Arc::clone(room).try_acquire_owned() else { break };
            permits.push(permit);
        }
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
    };
    stop.run_until_cancelled(leasing).await.flatten()
}
