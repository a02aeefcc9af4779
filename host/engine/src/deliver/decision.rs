//! What the result of an attempt means for its delivery. Pure: the retry policy in `gantry-core` decides, and this is the
//! one place that reads its decision.

use gantry_core::{Attempt, Delivery, DeliveryState, Event, RetryDecision, Timestamp};

/// Most characters of an answer that the history keeps.
const MAX_ANSWER: usize = 256;

/// What happens to a delivery next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decision {
    state: DeliveryState,
    /// Whether the attempt counts in the retry schedule; if so, the delivery keeps it.
    is_spent: bool,
    /// None when the delivery has ended.
    retry: Option<Retry>,
}

/// When a delivery is attempted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retry {
    /// Not before this time, by the retry schedule.
    Scheduled(Timestamp),
    /// The gate holds it back until this time, or until it opens.
    Held(Timestamp),
}

impl Decision {
    pub(super) fn of(decision: RetryDecision) -> Self {
        match decision {
            RetryDecision::Delivered => Self { state: DeliveryState::Delivered, is_spent: true, retry: None },
            RetryDecision::Dead => Self { state: DeliveryState::Dead, is_spent: true, retry: None },
            RetryDecision::Later { at, spent } => {
                Self { state: DeliveryState::Pending, is_spent: spent, retry: Some(Retry::Scheduled(at)) }
            }
            RetryDecision::Held { until } => {
                Self { state: DeliveryState::Pending, is_spent: false, retry: Some(Retry::Held(until)) }
            }
        }
    }

    /// When the delivery is attempted again; none when it has ended.
    pub(super) const fn retry(&self) -> Option<Retry> {
        self.retry
    }

    /// Writes the decision into the delivery, and returns the event for the message's timeline.
    pub(super) fn apply(self, delivery: &mut Delivery, attempt: Attempt) -> Event {
        let event = Event::Attempted {
            position: delivery.position,
            target: delivery.target.clone(),
            status: attempt.status,
            error: attempt.error,
            latency_ms: attempt.latency_ms,
            retry_at: self.retry.map(Retry::at),
            answer: match self.state {
                DeliveryState::Delivered => attempt.excerpt.chars().take(MAX_ANSWER).collect(),
                DeliveryState::Pending | DeliveryState::Dead => String::new(),
            },
        };
        delivery.state = self.state;
        if let Some(Retry::Scheduled(at)) = self.retry {
            delivery.not_before = at;
        }
        if self.is_spent {
            delivery.record(attempt);
        }
        event
    }
}

impl Retry {
    const fn at(self) -> Timestamp {
        match self {
            Self::Scheduled(at) | Self::Held(at) => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use gantry_core::ErrorClass;

    use super::*;
    use crate::fixtures;

    const AT: Timestamp = Timestamp(5_000);

    fn apply(decision: RetryDecision, error: Option<ErrorClass>) -> (Delivery, Option<Timestamp>) {
        let mut delivery = fixtures::delivery(&fixtures::envelope(), 0, "api");
        let attempt = Attempt { at: AT, latency_ms: 3, status: None, error, excerpt: String::new(), kind: None };
        let Event::Attempted { retry_at, .. } = Decision::of(decision).apply(&mut delivery, attempt) else {
            unreachable!("an attempt is recorded as an attempt")
        };
        (delivery, retry_at)
    }

    #[test]
    fn an_end_keeps_its_attempt_and_says_no_next_one() {
        for (decision, error, state) in [
            (RetryDecision::Delivered, None, DeliveryState::Delivered),
            (RetryDecision::Dead, Some(ErrorClass::Permanent), DeliveryState::Dead),
        ] {
            let (delivery, retry_at) = apply(decision, error);
            assert_eq!((delivery.state, delivery.attempts_made(), retry_at), (state, 1, None));
        }
    }

    #[test]
    fn what_is_tried_again_waits_for_its_time_and_counts_only_if_it_was_spent() {
        for (spent, attempts) in [(true, 1), (false, 0)] {
            let (delivery, retry_at) = apply(RetryDecision::Later { at: AT, spent }, Some(ErrorClass::Timeout));
            assert_eq!((delivery.state, delivery.not_before, retry_at), (DeliveryState::Pending, AT, Some(AT)));
            assert_eq!(delivery.attempts_made(), attempts);
        }
    }

    #[test]
    fn what_the_gate_holds_back_may_go_as_soon_as_that_opens() {
        let (delivery, retry_at) = apply(RetryDecision::Held { until: AT }, Some(ErrorClass::Unauthorized));
        assert_eq!((delivery.not_before, retry_at), (Timestamp::default(), Some(AT)));
        assert_eq!(delivery.attempts_made(), 0);
    }
}
