//! Messages that wait until a later time for another attempt at a target are due at once when an operator says that the
//! target is back: the time that it stated, or that follows from earlier failures, says nothing any more.

use gantry_core::{Delivery, DeliveryState, FlowName, TargetName, Timestamp};
use gantry_store::{Leased, QueueFilter, Settlement, Store, StoreError};

/// Messages taken at once.
const PORTION: usize = 100;

/// Makes the messages of a flow due that wait for another attempt at this target; returns how many.
pub(crate) async fn retry_now(
    store: &Store,
    flow: &FlowName,
    target: &TargetName,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let filter = QueueFilter { flow: Some(flow.clone()), target: Some(target.clone()), ..QueueFilter::default() };
    let mut due = 0;
    let mut after = None;
    loop {
        let page = store.claim_queued(filter.clone(), after, PORTION).await?;
        for Leased { mut envelope, ticket } in page.claimed {
            let waiting = envelope.deliveries.iter_mut().filter(|delivery| waits(delivery, target, now));
            let hastened = waiting.map(|delivery| delivery.not_before = now).count();
            if hastened > 0 {
                store.settle(ticket, Settlement::Later { envelope: Box::new(envelope), due: now }).await?;
                due += 1;
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(due);
        }
    }
}

/// Whether a delivery waits until a later time.
fn waits(delivery: &Delivery, target: &TargetName, now: Timestamp) -> bool {
    delivery.target == *target && delivery.state == DeliveryState::Pending && delivery.not_before > now
}
