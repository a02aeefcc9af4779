//! The deliveries of one message to one target, and what they mean for a target that comes after it.

use gantry_core::{Attempt, Delivery, DeliveryState, ErrorClass, TargetName, TimelineEntry, Timestamp};

use crate::state::HeldBack;

/// The deliveries of one message to one target, after an attempt at those that were due.
#[derive(Default)]
pub(super) struct Lane {
    pub(super) deliveries: Vec<Delivery>,
    pub(super) timeline: Vec<TimelineEntry>,
    /// When the next of them is due; none when nothing is pending, or all wait for another lane.
    pub(super) due: Option<Timestamp>,
    /// The gate that held a delivery back, if one did.
    pub(super) held: Option<HeldBack>,
}

/// Why the lane behind another one may not run.
pub(super) enum Block {
    /// The other one is not done.
    Waits,
    /// The other one has failed: nothing is sent, for this reason.
    GivenUp(String),
}

impl Lane {
    /// What this lane, of the target `name`, means for the one that comes after it; none when that may run.
    pub(super) fn block(&self, name: &TargetName) -> Option<Block> {
        let is_any = |state| self.deliveries.iter().any(|delivery| delivery.state == state);
        if is_any(DeliveryState::Pending) {
            return Some(Block::Waits);
        }
        let reason = format!("nothing was sent, because what comes before it, to `{name}`, was given up");
        is_any(DeliveryState::Dead).then_some(Block::GivenUp(reason))
    }

    /// Gives up what is pending, without an attempt.
    pub(super) fn given_up(mut deliveries: Vec<Delivery>, error: ErrorClass, reason: &str, now: Timestamp) -> Self {
        for delivery in deliveries.iter_mut().filter(|delivery| delivery.state == DeliveryState::Pending) {
            delivery.state = DeliveryState::Dead;
            delivery.attempts.push(Attempt {
                at: now,
                latency_ms: 0,
                status: None,
                error: Some(error),
                excerpt: reason.to_owned(),
                kind: None,
            });
        }
        Self { deliveries, ..Self::default() }
    }

    pub(super) fn wait_until(&mut self, due: Timestamp) {
        self.due = Some(self.due.map_or(due, |other| other.min(due)));
    }
}
