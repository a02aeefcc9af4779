//! The way of a message, on one page: `lease → transform → deliver → settle`.
//!
//! Each flow has one worker. It leases as many messages as the flow may have in flight and runs them through the
//! plugins as one batch. After that each message goes on by itself: a slow delivery delays neither its batch nor
//! another flow. Whatever happens to this task, a lease that isn't settled returns to the queue; `host_faults` limits
//! how often a message returns on which the host itself panics.
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

/// Processes one flow's queue until `stop`, then waits for what is in flight.
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
        // A version that came into force during the lease gets the batch.
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
            let finished = async {
                finish(&flow, transformed, &faults, &stop).await;
                drop(permit);
            };
            finished.instrument(span)
        })
        .collect();
    while messages.next().await.is_some() {}
}

/// Delivers and settles one message. If the host panics here, no other message of the batch is affected.
async fn finish(flow: &RunningFlow, transformed: Transformed, faults: &HostFaults, stop: &CancellationToken) {
    let message = transformed.lease.envelope.message.id;
    if let Some(pause) = faults.pause(message)
        && stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none()
    {
        return;
    }
    let transformed = faults.give_up_repeated(transformed);
    let settled = async {
        let attempted = flow.deliverer.attempt(transformed).await;
        flow.settler.settle(attempted).await;
    };
    match AssertUnwindSafe(settled).catch_unwind().await {
        Ok(()) => faults.forget(message),
        Err(_) => {
            let panics = faults.count(message);
            tracing::error!(
                panics,
                "the host panicked while delivering or settling a message; the message returns to the queue"
            );
        }
    }
}

/// Waits until messages may be in flight, then leases a batch; none when the store fails. May be cancelled at any time.
async fn lease(flow: &RunningFlow, in_flight: &mut InFlightLimit) -> Option<(Vec<Leased>, Vec<InFlightPermit>)> {
    in_flight.resize(flow.in_flight, flow.in_flight_bytes).await;
    suspend_while_shut(flow).await;
    let (messages, free) = in_flight.take(flow.batch_messages).await;
    match gather(flow, messages.len(), free.min(flow.batch_bytes)).await {
        Ok(batch) => {
            let lengths: Vec<_> = batch.iter().map(|lease| lease.ticket.bytes()).collect();
            let permits = in_flight.fill(messages, &lengths).await;
            Some((batch, permits))
        }
        Err(error) => {
            tracing::error!(%error, flow = %flow.name, "failed to lease messages; the host stops");
            flow.broken.cancel();
            None
        }
    }
}

/// Leases a batch of at most so many messages and bytes: what is in the queue, and what comes in during `batch_wait`.
async fn gather(flow: &RunningFlow, messages: usize, bytes: usize) -> Result<Vec<Leased>, StoreError> {
    let mut batch = lease_with_room(flow, messages, bytes).await?;
    let end = Instant::now() + flow.batch_wait;
    while !flow.batch_wait.is_zero() {
        let left = messages - batch.len();
        let used: usize = batch.iter().map(|lease| lease.ticket.bytes()).sum();
        if left == 0 || bytes <= used {
            break;
        }
        match tokio::time::timeout_at(end, lease_with_room(flow, left, bytes - used)).await {
            Ok(more) => batch.extend(more?),
            Err(_) => break,
        }
    }
    Ok(batch)
}

/// At the bound of dead letters, leases replays only: else what waits in the queue would fail before them, and take the room
/// that they leave.
async fn lease_with_room(flow: &RunningFlow, messages: usize, bytes: usize) -> Result<Vec<Leased>, StoreError> {
    if flow.dead_letters.is_full(&flow.name, flow.dead_letter_bytes) {
        tokio::select! {
            () = flow.dead_letters.wait(&flow.name, flow.dead_letter_bytes) => {}
            replays = flow.store.lease_replays(&flow.name, messages, bytes) => return replays,
        }
    }
    flow.store.lease(&flow.name, messages, bytes).await
}

/// Waits while the gates of all targets are shut and the flow already has as many scheduled messages as may be in flight.
/// Without this, a deep queue would be leased, mapped and written back again and again for nothing.
async fn suspend_while_shut(flow: &RunningFlow) {
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
        // Whether one opened or the time has come: check the gates again.
        let _ = tokio::time::timeout(until.since(now), opened).await;
    }
}

#[cfg(test)]
mod tests;
