//! Attempts at one target, with times made up.

use super::*;
use crate::failure_cause::{CertificateFault, FailureCause};
use crate::id::MessageId;

const START: Timestamp = Timestamp(1_000_000);

fn ended(error: Option<ErrorClass>) -> AttemptEnd {
    AttemptEnd { delivery: delivery(), failure: error.map(AttemptFailure::from), retry_after: None }
}

fn failed(status: u16) -> AttemptEnd {
    let failure = AttemptFailure { class: ErrorClass::of_status(status), cause: FailureCause::of_status(status) };
    AttemptEnd { delivery: delivery(), failure: Some(failure), retry_after: None }
}

fn delivery() -> DeadLetterId {
    DeadLetterId { message: MessageId::generate(), position: Some(0) }
}

fn health() -> TargetHealth {
    let breaker = BreakerPolicy { minimum: 2, ..BreakerPolicy::default() };
    TargetHealth::new(TargetHealthPolicy { breaker: Some(breaker), budget: BudgetPolicy::default() })
}

#[test]
fn refused_credentials_let_one_probe_through_when_the_pause_ends() {
    let mut health = health();
    let admission = health.admit(delivery(), 0, START).unwrap();
    let until = START.after(REFUSAL_PAUSE);
    assert_eq!(
        health.end(admission, ended(Some(ErrorClass::Unauthorized)), START).changes,
        [TargetHealthChange::Refused { cause: HoldCause::Unauthorized, until }]
    );
    assert_eq!(health.admit(delivery(), 0, START), Err(Held { cause: HoldCause::Unauthorized, until }));
    let probe = health.admit(delivery(), 0, until).unwrap();
    assert!(health.admit(delivery(), 0, until).is_err(), "only one probe at a time");
    assert_eq!(health.end(probe, ended(None), until).changes, [TargetHealthChange::Accepted]);
    assert!(health.admit(delivery(), 0, until).is_ok());
}

#[test]
fn a_target_that_refused_before_a_change_is_probed_by_one_delivery_and_its_answer_is_news() {
    let mut health = health();
    health.expect_refusal(HoldCause::Unauthorized, START);
    let probe = health.admit(delivery(), 0, START).unwrap();
    assert!(health.admit(delivery(), 0, START).is_err(), "only one probe at a time");
    assert_eq!(health.end(probe, ended(None), START).changes, [TargetHealthChange::Accepted]);
    assert!(health.admit(delivery(), 0, START).is_ok());
}

#[test]
fn a_delivery_that_was_never_sent_proves_nothing_about_the_target_and_leaves_the_probe_to_the_next() {
    let mut health = health();
    health.expect_refusal(HoldCause::Unauthorized, START);
    let unsent = health.admit(delivery(), 0, START).unwrap();
    let found = health.end(unsent, ended(Some(ErrorClass::Unsendable)), START);
    assert_eq!(found, AttemptFindings::default());
    assert!(health.refused_until().is_some());
    let probe = health.admit(delivery(), 0, START).unwrap();
    assert!(health.admit(delivery(), 0, START).is_err(), "only one probe at a time");
    assert_eq!(health.end(probe, ended(None), START).changes, [TargetHealthChange::Accepted]);
}

#[test]
fn a_target_that_moved_or_knows_no_such_path_is_held_once_it_refuses_whatever_it_gets() {
    for status in [301, 308, 404, 405] {
        let mut health = health();
        let admission = health.admit(delivery(), 0, START).unwrap();
        let findings = health.end(admission, failed(status), START);
        let until = START.after(REFUSAL_PAUSE);
        let refused = TargetHealthChange::Refused { cause: HoldCause::WrongEndpoint, until };
        assert_eq!(findings.changes, [refused], "{status}");
        assert_eq!(
            health.admit(delivery(), 0, START),
            Err(Held { cause: HoldCause::WrongEndpoint, until }),
            "{status}"
        );
        let probe = health.admit(delivery(), 0, until).unwrap();
        assert_eq!(health.end(probe, ended(None), until).changes, [TargetHealthChange::Accepted], "{status}");
    }
}

#[test]
fn a_delivery_that_was_refused_before_leaves_the_probe_to_others() {
    let mut health = health();
    let refused = ended(Some(ErrorClass::Unauthorized));
    let admission = health.admit(refused.delivery, 0, START).unwrap();
    let _ = health.end(admission, refused, START);
    let until = START.after(REFUSAL_PAUSE);
    let held = Held { cause: HoldCause::Unauthorized, until: until.after(PREFERENCE) };
    assert_eq!(health.admit(refused.delivery, 0, until), Err(held));
    let probe = health.admit(delivery(), 0, until).unwrap();
    assert_eq!(health.end(probe, ended(None), until).changes, [TargetHealthChange::Accepted]);

    let admission = health.admit(refused.delivery, 0, until).unwrap();
    assert_eq!(health.end(admission, refused, until).refusal, Some(Refusal::OfMessage));
}

#[test]
fn a_refused_delivery_probes_if_there_is_no_other() {
    let mut health = health();
    let refused = ended(Some(ErrorClass::Unauthorized));
    let admission = health.admit(refused.delivery, 0, START).unwrap();
    let _ = health.end(admission, refused, START);
    assert!(health.admit(refused.delivery, 0, START.after(REFUSAL_PAUSE + PREFERENCE)).is_ok());
}

#[test]
fn a_throttled_target_that_is_asked_nothing_is_not_reported_as_such() {
    let mut health = health();
    for _ in 0..3 {
        let admission = health.admit(delivery(), 0, START).unwrap();
        let _ = health.end(admission, ended(Some(ErrorClass::Throttled)), START);
    }
    assert!(health.throttle(START).is_some());
    assert!(health.throttle(START.after(REMEMBERED * 2)).is_none());
}

#[test]
fn a_target_that_accepts_others_is_not_held_for_one_404() {
    let mut health = health();
    let accepted = health.admit(delivery(), 0, START).unwrap();
    health.end(accepted, ended(None), START);
    let admission = health.admit(delivery(), 0, START).unwrap();
    let findings = health.end(admission, failed(404), START);
    assert_eq!(findings, AttemptFindings { changes: Vec::new(), refusal: Some(Refusal::Undecided) });
    assert!(health.admit(delivery(), 0, START).is_ok());
}

#[test]
fn a_certificate_that_is_not_accepted_holds_the_target_at_once_whatever_it_accepted_before() {
    let mut health = health();
    let accepted = health.admit(delivery(), 0, START).unwrap();
    health.end(accepted, ended(None), START);
    let admission = health.admit(delivery(), 0, START).unwrap();
    let failure =
        AttemptFailure { class: ErrorClass::Network, cause: FailureCause::Certificate(CertificateFault::Expired) };
    let findings =
        health.end(admission, AttemptEnd { delivery: delivery(), failure: Some(failure), retry_after: None }, START);
    assert_eq!(findings.refusal, Some(Refusal::OfTarget { again: false }));
    assert_eq!(health.shut(START).map(|held| held.cause), Some(HoldCause::WrongEndpoint));
    assert_eq!(health.breaker(), Some((BreakerState::Closed, 1, 0)), "no call failed for want of an answer");
}

#[test]
fn a_target_that_then_refuses_for_another_cause_is_news() {
    let mut health = health();
    let admission = health.admit(delivery(), 0, START).unwrap();
    health.end(admission, failed(401), START);
    let until = START.after(REFUSAL_PAUSE);
    let probe = health.admit(delivery(), 0, until).unwrap();
    let refused = TargetHealthChange::Refused { cause: HoldCause::WrongEndpoint, until: until.after(REFUSAL_PAUSE) };
    assert_eq!(health.end(probe, failed(301), until).changes, [refused]);
}

#[test]
fn a_clock_that_is_set_back_keeps_nothing_shut_for_longer() {
    let hours = Duration::from_secs(6 * 3600);
    let mut health = health();
    for _ in 0..2 {
        let admission = health.admit(delivery(), 0, START.after(hours)).unwrap();
        health.end(admission, ended(Some(ErrorClass::Timeout)), START.after(hours));
    }
    let held = health.shut(START).unwrap();
    assert_eq!((held.cause, held.until), (HoldCause::Breaker, START.after(BreakerPolicy::default().open_for)));
    assert!(health.shut(held.until).is_none());
    assert!(health.admit(delivery(), 0, held.until).is_ok());
}

#[test]
fn a_target_that_refuses_for_good_is_at_work_and_opens_no_breaker() {
    let mut health = health();
    for class in [ErrorClass::Permanent, ErrorClass::Throttled, ErrorClass::Redirected, ErrorClass::Unauthorized] {
        let admission = health.admit(delivery(), 0, START).unwrap();
        health.end(admission, ended(Some(class)), START);
        health.forget_refusal();
    }
    assert_eq!(health.breaker(), Some((BreakerState::Closed, 2, 0)));
}

#[test]
fn a_target_without_space_opens_the_breaker_at_once_and_the_first_success_of_the_probes_counts() {
    let policy = BreakerPolicy { probes: 1, ..BreakerPolicy::default() };
    let mut health = TargetHealth::new(TargetHealthPolicy { breaker: Some(policy), budget: BudgetPolicy::default() });
    let admission = health.admit(delivery(), 0, START).unwrap();
    let until = START.after(policy.open_for);
    let opened = |until| [TargetHealthChange::Breaker(BreakerChange::Opened { until })];
    assert_eq!(health.end(admission, ended(Some(ErrorClass::NoSpace)), START).changes, opened(until));
    assert_eq!(health.admit(delivery(), 0, START).unwrap_err().cause, HoldCause::Breaker);
    let probe = health.admit(delivery(), 0, until).unwrap();
    let again = until.after(policy.open_for);
    assert_eq!(health.end(probe, ended(Some(ErrorClass::NoSpace)), until).changes, opened(again));
    let probe = health.admit(delivery(), 0, again).unwrap();
    assert_eq!(health.end(probe, ended(None), again).changes, [TargetHealthChange::Breaker(BreakerChange::Closed)]);
}

#[test]
fn an_open_breaker_holds_first_attempts_and_retries_and_draws_on_no_budget() {
    let mut health = health();
    for _ in 0..2 {
        let admission = health.admit(delivery(), 0, START).unwrap();
        health.end(admission, ended(Some(ErrorClass::Timeout)), START);
    }
    let spent = health.retries();
    for made in [0, 1] {
        assert_eq!(health.admit(delivery(), made, START).unwrap_err().cause, HoldCause::Breaker);
    }
    assert_eq!(health.retries(), spent);
    assert!(health.close_breaker());
    assert!(health.admit(delivery(), 1, START).is_ok());
}

/// A target that accepted a delivery, then was stopped, and now is let go on by an operator.
fn tried() -> TargetHealth {
    let mut health = TargetHealth::new(TargetHealthPolicy::default());
    let admission = health.admit(delivery(), 0, START).unwrap();
    health.end(admission, ended(None), START);
    health.begin_probing();
    health
}

#[test]
fn one_delivery_is_tried_before_the_others_and_they_follow_once_it_has_passed() {
    for error in [None, Some(ErrorClass::Permanent), Some(ErrorClass::Throttled)] {
        let mut health = tried();
        let probe = health.admit(delivery(), 0, START).unwrap();
        assert!(probe.is_probe());
        let held = Held { cause: HoldCause::Probing, until: START.after(REFUSAL_PAUSE) };
        assert_eq!(health.admit(delivery(), 0, START), Err(held));
        let findings = health.end(probe, ended(error), START);
        assert_eq!(findings.changes, [TargetHealthChange::Proved], "{error:?}: an answer shows that it works");
        assert!(!health.is_probing() && !health.admit(delivery(), 0, START).unwrap().is_probe());
    }
}

#[test]
fn a_delivery_that_is_tried_first_and_finds_the_target_as_it_was_speaks_of_the_target() {
    let mut health = tried();
    let probe = health.admit(delivery(), 0, START).unwrap();
    let findings = health.end(probe, failed(410), START);
    assert_eq!(findings, AttemptFindings { changes: Vec::new(), refusal: Some(Refusal::OfTarget { again: false }) });
    assert!(health.admit(delivery(), 0, START).is_err(), "none follows before the target is stopped again");

    let mut health = tried();
    let probe = health.admit(delivery(), 0, START).unwrap();
    let until = START.after(REFUSAL_PAUSE);
    let findings = health.end(probe, failed(401), START);
    assert_eq!(findings.changes, [TargetHealthChange::Refused { cause: HoldCause::Unauthorized, until }]);
    assert_eq!(findings.refusal, Some(Refusal::OfTarget { again: false }), "though it accepted one before");
    assert!(!health.is_probing());
}

#[test]
fn a_delivery_that_is_tried_first_and_gets_no_answer_leaves_the_next_try_to_another_after_a_pause() {
    let mut health = tried();
    let probe = health.admit(delivery(), 0, START).unwrap();
    assert!(health.end(probe, ended(Some(ErrorClass::Timeout)), START).changes.is_empty());
    let until = START.after(REFUSAL_PAUSE);
    assert_eq!(health.admit(delivery(), 0, START), Err(Held { cause: HoldCause::Probing, until }));
    let probe = health.admit(delivery(), 0, until).unwrap();
    health.abandon(probe);
    assert!(health.admit(delivery(), 0, until).unwrap().is_probe(), "one that was not made leaves its place at once");
}
