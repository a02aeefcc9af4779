//! How much of what a flow may have in flight one of its targets may take.
//!
//! A flow may have so many messages, and so many bytes, in flight. A target that does not keep up may take its share of
//! them and no more: further deliveries go back into the queue, so that the flow's other targets are not kept waiting.
//! Whether it keeps up is read off its recent answers.

use std::collections::VecDeque;
use std::time::Duration;

use gantry_core::target_health::Held;
use gantry_core::{HoldCause, Timestamp};
use parking_lot::Mutex;

/// How long a delivery waits for a target that keeps up; a target that takes longer doesn't.
pub(super) const KEEPS_UP: Duration = Duration::from_secs(1);

/// The longest a delivery stays away because its target is over its share.
const LONGEST: Duration = Duration::from_secs(30);

/// The least time between two deliveries that come back.
const SHORTEST: Duration = Duration::from_millis(1);

/// Answers that the pace is read off: enough to even out single ones, few enough to follow a target that changes.
const RECENT: usize = 32;

/// What a target may take of what its flow may have in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Deliveries within the gate at once.
    pub deliveries: usize,
    /// Bytes of them.
    pub bytes: usize,
}

/// What one target takes, and how fast it answers.
pub(super) struct FairShare(Mutex<Usage>);

struct Usage {
    /// None: the target has the flow to itself and delays no other.
    share: Option<Share>,
    /// Deliveries within the gate: under way, or waiting for one of those to end.
    deliveries: usize,
    /// Bytes of them.
    bytes: usize,
    /// When the first delivery entered the empty gate, and when answers came since; the latest of them, oldest first.
    answers: VecDeque<Timestamp>,
    /// The latest time that a delivery was sent away until.
    latest_return: Timestamp,
}

/// Counts one delivery within the gate, until it is dropped.
pub(super) struct Inside<'a> {
    usage: &'a Mutex<Usage>,
    bytes: usize,
}

impl FairShare {
    pub(super) fn new(share: Option<Share>) -> Self {
        Self(Mutex::new(Usage {
            share,
            deliveries: 0,
            bytes: 0,
            answers: VecDeque::new(),
            latest_return: Timestamp::default(),
        }))
    }

    /// The target may take this from now on. True when that is something else than before.
    pub(super) fn set(&self, share: Option<Share>) -> bool {
        std::mem::replace(&mut self.0.lock().share, share) != share
    }

    /// Counts a delivery of so many bytes. The first to enter the empty gate begins the pace anew: how long the gate stood
    /// empty says nothing of the target.
    pub(super) fn enter(&self, bytes: usize, now: Timestamp) -> Inside<'_> {
        let mut usage = self.0.lock();
        if usage.deliveries == 0 {
            usage.answers = VecDeque::from([now]);
        }
        usage.deliveries += 1;
        usage.bytes += bytes;
        Inside { usage: &self.0, bytes }
    }

    /// The target answered a delivery.
    pub(super) fn answered(&self, now: Timestamp) {
        let mut usage = self.0.lock();
        if usage.answers.len() == RECENT {
            usage.answers.pop_front();
        }
        usage.answers.push_back(now);
    }

    /// Whether more is within the gate than the target's share.
    pub(super) fn is_exceeded(&self) -> bool {
        self.0.lock().is_over_share()
    }

    /// Sends a delivery away if the target is over its share and, at its pace, will not have answered all that is within
    /// the gate in a moment.
    pub(super) fn admit(&self, now: Timestamp) -> Result<(), Held> {
        let mut usage = self.0.lock();
        let is_behind = usage.per_answer(now).saturating_mul(usage.count()) > KEEPS_UP;
        if usage.is_over_share() && is_behind { Err(usage.send_away(now)) } else { Ok(()) }
    }

    /// When a delivery that found no place comes back.
    pub(super) fn send_away(&self, now: Timestamp) -> Held {
        self.0.lock().send_away(now)
    }

    /// Deliveries within the gate.
    pub(super) fn deliveries(&self) -> usize {
        self.0.lock().deliveries
    }
}

#[cfg(test)]
impl FairShare {
    /// Bytes within the gate.
    pub(super) fn bytes(&self) -> usize {
        self.0.lock().bytes
    }
}

impl Usage {
    /// A single delivery is never over its share of bytes: it would wait for ever.
    fn is_over_share(&self) -> bool {
        let Some(share) = self.share else { return false };
        self.deliveries > share.deliveries.max(1) || (self.deliveries > 1 && self.bytes > share.bytes)
    }

    fn count(&self) -> u32 {
        u32::try_from(self.deliveries).unwrap_or(u32::MAX)
    }

    /// How long the target takes for one answer, those that run at the same time taken together.
    fn per_answer(&self, now: Timestamp) -> Duration {
        let answers = u32::try_from(self.answers.len().saturating_sub(1)).unwrap_or(u32::MAX);
        self.answers.front().map_or(Duration::ZERO, |first| now.since(*first) / answers.max(1)).min(LONGEST)
    }

    /// A delivery comes back when half of those within may be through; each further one a little later.
    fn send_away(&mut self, now: Timestamp) -> Held {
        let each = self.per_answer(now).max(SHORTEST);
        let soonest = now.after((each * self.count() / 2).clamp(KEEPS_UP, LONGEST));
        self.latest_return = soonest.max(self.latest_return.after(each)).min(now.after(LONGEST));
        Held { cause: HoldCause::Crowded, until: self.latest_return }
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        let mut usage = self.usage.lock();
        usage.deliveries -= 1;
        usage.bytes -= self.bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_000_000);
    const SHARE: Share = Share { deliveries: 2, bytes: 25 };

    #[test]
    fn a_target_that_keeps_up_may_take_more_than_its_share() {
        let fair = FairShare::new(Some(SHARE));
        let _within: Vec<_> = (0..5).map(|_| fair.enter(1, START)).collect();
        fair.answered(START.after(Duration::from_millis(10)));
        assert!(fair.is_exceeded());
        assert_eq!(fair.admit(START.after(Duration::from_millis(10))), Ok(()), "ten milliseconds for each answer");
        let later = START.after(Duration::from_secs(5));
        assert_eq!(fair.admit(later).unwrap_err().cause, HoldCause::Crowded, "and then none for seconds");
    }

    #[test]
    fn a_target_that_is_alone_in_its_flow_takes_all_of_it() {
        let fair = FairShare::new(None);
        let _within: Vec<_> = (0..100).map(|_| fair.enter(1 << 20, START)).collect();
        assert!(!fair.is_exceeded());
    }

    #[test]
    fn one_delivery_alone_is_never_over_its_share() {
        let fair = FairShare::new(Some(Share { deliveries: 0, bytes: 0 }));
        let first = fair.enter(100, START);
        assert!(!fair.is_exceeded());
        let _second = fair.enter(100, START);
        assert!(fair.is_exceeded());
        drop(first);
        assert!(!fair.is_exceeded(), "what has left takes nothing");
    }

    #[test]
    fn deliveries_that_are_sent_away_come_back_one_after_the_other_and_soon() {
        let fair = FairShare::new(Some(SHARE));
        let _within: Vec<_> = (0..3).map(|_| fair.enter(1, START)).collect();
        let now = START.after(Duration::from_secs(4));
        let returns: Vec<_> = (0..50).map(|_| fair.send_away(now).until).collect();
        assert_eq!(returns[0], now.after(Duration::from_secs(6)), "half of three, at four seconds each");
        assert_eq!(returns[1], now.after(Duration::from_secs(10)));
        assert!(returns.iter().all(|until| *until <= now.after(LONGEST)), "{returns:?}");
    }

    #[test]
    fn the_pace_begins_anew_when_the_gate_was_empty() {
        let fair = FairShare::new(Some(SHARE));
        drop(fair.enter(1, START));
        let hours_later = START.after(Duration::from_secs(10_000));
        let _within: Vec<_> = (0..3).map(|_| fair.enter(1, hours_later)).collect();
        assert_eq!(fair.admit(hours_later), Ok(()));
    }
}
