//! The journey of a message, on one page: `lease → transform → deliver → settle`.
//!
//! One worker a flow. It leases as many messages as the flow may have in flight, runs them through the plugins as one
//! batch, and from there each message goes its own way: a slow delivery delays neither its batch nor another flow.
//! Whatever happens to this task, a lease that isn't settled returns to the queue; a message over which the host itself
//! panics comes back only so often (`host_faults`).
//!
//! A reload puts another version of the flow in force between two leases: a batch begins and ends under one version.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::future::select_all;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use gantry_store::{Leased, StoreError};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::flow::RunningFlow;
use crate::host_faults::HostFaults;
use crate::in_flight::{InFlightLimit, InFlightPermit};
use crate::state::Transformed;

/// Works off one flow's queue until `stop`, then waits for what is in flight.
pub async fn work(mut versions: watch::Receiver<Arc<RunningFlow>>, stop: CancellationToken) {
    let mut in_flight = {
        let flow = versions.borrow();
        InFlightLimit::new(flow.in_flight, flow.in_flight_bytes)
    };
    let batches = TaskTracker::new();
    let faults = Arc::new(HostFaults::default());
    loop {
        let flow = Arc::clone(&versions.borrow_and_update());
        let leased = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Ok(()) = versions.changed() => continue,
            leased = lease(&flow, &mut in_flight) => leased,
        };
        let Some((batch, permits)) = leased else { break };
        // What came in force while the lease was on its way to us takes the batch.
        let flow = Arc::clone(&versions.borrow());
        batches.spawn(process(flow, batch, permits, Arc::clone(&faults), stop.clone()));
    }
    batches.close();
    batches.wait().await;
}

/// The four states of a message, in order.
async fn process(
    flow: Arc<RunningFlow>,
    batch: Vec<Leased>,
    permits: Vec<InFlightPermit>,
    faults: Arc<HostFaults>,
    stop: CancellationToken,
) {
    let transformed = flow.transformer.run(batch).await;
    let mut messages: FuturesUnordered<_> = transformed
        .into_iter()
        .zip(permits)
        .map(|(transformed, permit)| {
            let span = flow.span(&transformed.lease.envelope);
            let journey = async {
                finish(&flow, transformed, &faults, &stop).await;
                drop(permit);
            };
            journey.instrument(span)
        })
        .collect();
    while messages.next().await.is_some() {}
}

/// The way of one message to its end. A panic of the host on it is this message's own, and harms none of its batch.
async fn finish(flow: &RunningFlow, transformed: Transformed, faults: &HostFaults, stop: &CancellationToken) {
    let message = transformed.lease.envelope.message.id;
    if let Some(pause) = faults.pause(message)
        && stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none()
    {
        return;
    }
    let transformed = faults.judge(transformed);
    let journey = async {
        let attempted = flow.deliverer.attempt(transformed).await;
        flow.settler.settle(attempted).await;
    };
    match AssertUnwindSafe(journey).catch_unwind().await {
        Ok(()) => faults.forget(message),
        Err(_) => {
            let panics = faults.count(message);
            tracing::error!(
                panics,
                "the host panicked while it delivered or settled a message; the message returns to the queue"
            );
        }
    }
}

/// Waits until messages may be in flight, then for messages; none once the store fails. May be cancelled at any time.
async fn lease(flow: &RunningFlow, in_flight: &mut InFlightLimit) -> Option<(Vec<Leased>, Vec<InFlightPermit>)> {
    in_flight.fit(flow.in_flight, flow.in_flight_bytes).await;
    stand_still(flow).await;
    let (places, free) = in_flight.take(flow.batch_messages).await;
    match gather(flow, places.len(), free.min(flow.batch_bytes)).await {
        Ok(batch) => {
            let lengths: Vec<_> = batch.iter().map(|lease| lease.ticket.bytes()).collect();
            let permits = in_flight.fill(places, &lengths).await;
            Some((batch, permits))
        }
        Err(error) => {
            tracing::error!(%error, flow = %flow.name, "failed to lease messages; the host stops");
            flow.broken.cancel();
            None
        }
    }
}

/// A batch of so much: what is there, and what comes in while the flow lets a batch wait.
async fn gather(flow: &RunningFlow, messages: usize, bytes: usize) -> Result<Vec<Leased>, StoreError> {
    let mut batch = flow.store.lease(&flow.name, messages, bytes).await?;
    let end = Instant::now() + flow.batch_wait;
    while !flow.batch_wait.is_zero() {
        let (left, used) = (messages - batch.len(), batch.iter().map(|lease| lease.ticket.bytes()).sum());
        if left == 0 || bytes <= used {
            break;
        }
        match tokio::time::timeout_at(end, flow.store.lease(&flow.name, left, bytes - used)).await {
            Ok(more) => batch.extend(more?),
            Err(_) => break,
        }
    }
    Ok(batch)
}

/// Waits while no target of the flow lets anything pass and as many messages as may be in flight have learnt so: more of
/// them would be read, mapped and written back for nothing, a deep queue again and again.
async fn stand_still(flow: &RunningFlow) {
    loop {
        let mut openings: Vec<_> = flow.deliverer.targets().values().map(|target| target.gate.listen()).collect();
        let now = flow.clock.now();
        let shut =
            flow.deliverer.targets().values().map(|target| target.gate.shut_until(now)).collect::<Option<Vec<_>>>();
        let Some(until) = shut.and_then(|shut| shut.into_iter().min()) else { return };
        if flow.store.scheduled(&flow.name) < flow.in_flight {
            return;
        }
        let opened = select_all(openings.iter_mut().map(|opening| Box::pin(opening.changed())));
        // Either way the gates are looked at again.
        let _ = tokio::time::timeout(until.since(now), opened).await;
    }
}

#[cfg(test)]
mod tests;
