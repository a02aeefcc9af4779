//! What the result of an attempt means for its delivery. Pure: the retry policy in `gantry-core` decides, and this is the
//! one place that reads its decision.

use gantry_core::{Attempt, Delivery, DeliveryState, ErrorClass, Event, RetryDecision, Timestamp};

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
    /// `error` is why the attempt failed; none for a success.
    pub(super) fn of(decision: RetryDecision, error: Option<ErrorClass>) -> Self {
        match decision {
            RetryDecision::Delivered => Self { state: DeliveryState::Delivered, is_spent: true, retry: None },
            RetryDecision::Dead => Self { state: DeliveryState::Dead, is_spent: true, retry: None },
            RetryDecision::Later { at, spent } => {
                let is_held = error.is_some_and(|class| !class.spends_attempt());
                let retry = if is_held { Retry::Held(at) } else { Retry::Scheduled(at) };
                Self { state: DeliveryState::Pending, is_spent: spent, retry: Some(retry) }
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
    use super::*;
    use crate::fixtures;

    const AT: Timestamp = Timestamp(5_000);

    fn apply(decision: RetryDecision, error: Option<ErrorClass>) -> (Delivery, Option<Timestamp>) {
        let mut delivery = fixtures::delivery(&fixtures::envelope(), 0, "api");
        let attempt = Attempt { at: AT, latency_ms: 3, status: None, error, excerpt: String::new() };
        let Event::Attempted { retry_at, .. } = Decision::of(decision, error).apply(&mut delivery, attempt) else {
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
        let (delivery, retry_at) = apply(RetryDecision::Later { at: AT, spent: false }, Some(ErrorClass::Unauthorized));
        assert_eq!((delivery.not_before, retry_at), (Timestamp::default(), Some(AT)));
        assert_eq!(delivery.attempts_made(), 0);
    }
}
