//! How much of a flow's in-flight limit one of its targets may take.
//!
//! A flow limits the messages and bytes that it has in flight. A target that does not keep up may take only its share of
//! them: further deliveries return to the queue, so that the flow's other targets don't have to wait. The target's recent
//! answers show whether it keeps up.

use std::collections::VecDeque;
use std::time::Duration;

use gantry_core::target_health::Held;
use gantry_core::{HoldCause, Timestamp};
use parking_lot::Mutex;

/// A target keeps up if it answers everything inside its gate within this time.
pub(super) const KEEP_UP_WITHIN: Duration = Duration::from_secs(1);

/// The longest time for which a delivery is held because its target is over its share.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// The least time between two deliveries that come back.
const MIN_SPACING: Duration = Duration::from_millis(1);

/// How many answers the response rate is computed from: enough to even out single ones, few enough to follow changes.
const RECENT_ANSWERS: usize = 32;

/// A target's share of its flow's in-flight limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Most deliveries inside the gate at once.
    pub deliveries: usize,
    /// Most bytes of them.
    pub bytes: usize,
}

/// How much one target takes, and how fast it answers.
pub(super) struct FairShare(Mutex<Usage>);

struct Usage {
    /// None when the target is the flow's only one and can delay no other.
    share: Option<Share>,
    /// Deliveries inside the gate: under way, or waiting for one of those to end.
    deliveries: usize,
    /// Bytes of them.
    bytes: usize,
    /// When the first delivery entered the empty gate, and when the answers since then came; the latest ones, oldest
    /// first.
    answers: VecDeque<Timestamp>,
    /// The latest time until which a delivery was held.
    latest_return: Timestamp,
}

/// Counts one delivery as inside the gate until it is dropped.
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

    /// Changes the target's share. Returns whether it is different from before.
    pub(super) fn set(&self, share: Option<Share>) -> bool {
        std::mem::replace(&mut self.0.lock().share, share) != share
    }

    /// Counts a delivery of `bytes` bytes. When the gate was empty, measuring begins anew: the time in which it was empty
    /// says nothing about the target.
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
        if usage.answers.len() == RECENT_ANSWERS {
            usage.answers.pop_front();
        }
        usage.answers.push_back(now);
    }

    /// Whether more is inside the gate than the target's share.
    pub(super) fn is_exceeded(&self) -> bool {
        self.0.lock().is_over_share()
    }

    /// Holds a delivery if the target is over its share and, at its current rate, will not answer everything inside the
    /// gate within [`KEEP_UP_WITHIN`].
    pub(super) fn admit(&self, now: Timestamp) -> Result<(), Held> {
        let mut usage = self.0.lock();
        let is_behind = usage.per_answer(now).saturating_mul(usage.count()) > KEEP_UP_WITHIN;
        if usage.is_over_share() && is_behind { Err(usage.hold(now)) } else { Ok(()) }
    }

    /// Holds a delivery that got no permit.
    pub(super) fn hold(&self, now: Timestamp) -> Held {
        self.0.lock().hold(now)
    }

    /// Deliveries inside the gate.
    pub(super) fn deliveries(&self) -> usize {
        self.0.lock().deliveries
    }
}

#[cfg(test)]
impl FairShare {
    /// Bytes inside the gate.
    pub(super) fn bytes(&self) -> usize {
        self.0.lock().bytes
    }
}

impl Usage {
    /// A single delivery is never over the share of bytes, or it would wait for ever.
    fn is_over_share(&self) -> bool {
        let Some(share) = self.share else { return false };
        self.deliveries > share.deliveries.max(1) || (self.deliveries > 1 && self.bytes > share.bytes)
    }

    fn count(&self) -> u32 {
        u32::try_from(self.deliveries).unwrap_or(u32::MAX)
    }

    /// The average time between two answers.
    fn per_answer(&self, now: Timestamp) -> Duration {
        let answers = u32::try_from(self.answers.len().saturating_sub(1)).unwrap_or(u32::MAX);
        self.answers.front().map_or(Duration::ZERO, |first| now.since(*first) / answers.max(1)).min(MAX_WAIT)
    }

    /// A held delivery comes back when about half of those inside the gate are answered; each further one a little later.
    fn hold(&mut self, now: Timestamp) -> Held {
        let each = self.per_answer(now).max(MIN_SPACING);
        let soonest = now.after((each * self.count() / 2).clamp(KEEP_UP_WITHIN, MAX_WAIT));
        self.latest_return = soonest.max(self.latest_return.after(each)).min(now.after(MAX_WAIT));
        Held { cause: HoldCause::OverShare, until: self.latest_return }
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
        let _inside: Vec<_> = (0..5).map(|_| fair.enter(1, START)).collect();
        fair.answered(START.after(Duration::from_millis(10)));
        assert!(fair.is_exceeded());
        assert_eq!(fair.admit(START.after(Duration::from_millis(10))), Ok(()), "ten milliseconds for each answer");
        let later = START.after(Duration::from_secs(5));
        assert_eq!(fair.admit(later).unwrap_err().cause, HoldCause::OverShare, "and then none for seconds");
    }

    #[test]
    fn a_target_that_is_alone_in_its_flow_takes_all_of_it() {
        let fair = FairShare::new(None);
        let _inside: Vec<_> = (0..100).map(|_| fair.enter(1 << 20, START)).collect();
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
    fn deliveries_that_are_held_come_back_one_after_the_other_and_soon() {
        let fair = FairShare::new(Some(SHARE));
        let _inside: Vec<_> = (0..3).map(|_| fair.enter(1, START)).collect();
        let now = START.after(Duration::from_secs(4));
        let returns: Vec<_> = (0..50).map(|_| fair.hold(now).until).collect();
        assert_eq!(returns[0], now.after(Duration::from_secs(6)), "half of three, at four seconds each");
        assert_eq!(returns[1], now.after(Duration::from_secs(10)));
        assert!(returns.iter().all(|until| *until <= now.after(MAX_WAIT)), "{returns:?}");
    }

    #[test]
    fn measuring_begins_anew_when_the_gate_was_empty() {
        let fair = FairShare::new(Some(SHARE));
        drop(fair.enter(1, START));
        let hours_later = START.after(Duration::from_secs(10_000));
        let _inside: Vec<_> = (0..3).map(|_| fair.enter(1, hours_later)).collect();
        assert_eq!(fair.admit(hours_later), Ok(()));
    }
}
