//! Messages in the queue, and what was done with them.

use std::collections::BTreeSet;

use gantry_api::v1;
use gantry_core as core;
use gantry_operations as operations;
use gantry_store as store;

use super::{Convert, alike};

alike! {
    store::QueuedDelivery => v1::QueuedDelivery { position, target, state, attempts, not_before, status, error }
    core::DeliveryState => v1::DeliveryState [Pending, Delivered, Dead]
    operations::Wait => v1::Wait { reason, text, until, target, message, dead_letters, next }
    operations::WaitReason => v1::WaitReason [
        InProgress, DeadLettersFull, InLine, BehindMessage, BehindDeadLetter, Retry, RunAgain, TargetPaused, TargetDisabled,
        TargetRefuses, TargetThrottles, BreakerOpen, RetryBudget, TargetBusy, FlowBroken, FlowMissing, HostStopped,
    ]
    operations::Stayed => v1::Stayed { message, reason }
    operations::StayReason => v1::StayReason [InProgress, Replay, PartlyDelivered, Duplicate]
}

impl Convert<v1::QueueChange> for operations::QueueChange {
    fn convert(self) -> v1::QueueChange {
        // Whoever asks knows why.
        let Self { changed, stay, stayed, next, reason: _ } = self;
        v1::QueueChange { changed, stay, stayed: stayed.convert(), next }
    }
}

impl Convert<v1::QueuedMessage> for operations::Waiting {
    fn convert(self) -> v1::QueuedMessage {
        let Self { message, wait } = self;
        // Where it waits is part of what it waits for.
        let store::QueuedMessage {
            number,
            id,
            flow,
            source,
            key,
            dedupe_key,
            received_at,
            queued_at,
            bytes,
            replay,
            run,
            deliveries,
            place: _,
        } = message;
        v1::QueuedMessage {
            number,
            id,
            flow,
            source,
            key,
            dedupe_key,
            received_at,
            queued_at,
            bytes,
            replay,
            run,
            deliveries: deliveries.convert(),
            wait: wait.convert(),
        }
    }
}

impl Convert<store::QueueFilter> for v1::QueueFilter {
    fn convert(self) -> store::QueueFilter {
        let Self { flow, source, key, dedupe_key, target, job, since, until } = self;
        store::QueueFilter {
            messages: Vec::new(),
            flow,
            source,
            key,
            dedupe_key,
            target,
            only_target_of: BTreeSet::new(),
            job,
            since,
            until,
        }
    }
}
