//! The gate as a whole; each of its parts has tests of its own.

use std::sync::Arc;

use gantry_core::clock::ManualClock;
use gantry_core::{BreakerPolicy, MessageId, StopKind};

use super::concurrency::SLOW_START;
use super::retry_spread::{PROBES, SPACING};
use super::stop::RECHECK;
use super::*;
use crate::fixtures::START;

const MINUTE: Duration = Duration::from_secs(60);

fn clock() -> ManualClock {
    ManualClock::at(START)
}

fn limits(concurrency: usize) -> Limits {
    Limits { concurrency, share: None }
}

fn gate_with(limits: Limits, policy: TargetHealthPolicy, stop: StopFlag) -> Gate {
    let gate = Gate::new(limits, policy, stop, Arc::new(|| {}));
    Gate { permit_timeout: Duration::from_micros(100), ..gate }
}

fn gate(limits: Limits) -> Gate {
    gate_with(limits, TargetHealthPolicy::default(), StopFlag::default())
}

fn attempt() -> NextAttempt {
    let delivery = DeadLetterId { message: MessageId::generate(), position: Some(0) };
    NextAttempt { delivery, made: 0, bytes: 10 }
}

fn ended(error: Option<ErrorClass>) -> AttemptEnd {
    let delivery = DeadLetterId { message: MessageId::generate(), position: Some(0) };
    AttemptEnd { delivery, failure: error.map(AttemptFailure::from), retry_after: None }
}

#[tokio::test]
async fn a_target_gets_a_few_deliveries_at_first_and_one_more_for_each_answer() {
    let clock = clock();
    let gate = gate(limits(6));
    let mut inside = Vec::new();
    for _ in 0..SLOW_START {
        inside.push(gate.enter(attempt(), &clock).await.ok().unwrap());
    }
    assert_eq!(gate.concurrency.free(), 0);
    inside.pop().unwrap().end(ended(None), clock.now());
    assert_eq!(gate.concurrency.free(), 2, "its own, and one more");
    inside.pop().unwrap().end(ended(Some(ErrorClass::Timeout)), clock.now());
    assert_eq!(gate.concurrency.free(), 3, "no answer lets no more pass");
    (0..10).for_each(|_| gate.answered(clock.now()));
    assert_eq!(gate.concurrency.allowed(), 6);
    gate.concurrency.shrink();
    assert_eq!(gate.concurrency.allowed(), SLOW_START);
}

#[tokio::test]
async fn a_stopped_target_holds_everything_until_it_is_let_go() {
    let clock = clock();
    let flag = StopFlag::default();
    let gate = gate_with(limits(4), TargetHealthPolicy::default(), flag.clone());
    let stop = TargetStop::new(StopKind::Disabled, Timestamp(1), None, "gone");
    *flag.lock() = Some(stop);
    assert_eq!(gate.enter(attempt(), &clock).await.err().unwrap().cause, HoldCause::Disabled);
    *flag.lock() = None;
    assert!(gate.enter(attempt(), &clock).await.is_ok());
}

#[tokio::test]
async fn of_many_that_meet_a_shut_gate_a_few_come_back_to_probe_it_and_the_others_one_by_one() {
    let clock = clock();
    let breaker = BreakerPolicy { window: 4, minimum: 1, failure_rate: 0.5, open_for: MINUTE, probes: 2 };
    let policy = TargetHealthPolicy { breaker: Some(breaker), ..TargetHealthPolicy::default() };
    let gate = gate_with(limits(4), policy, StopFlag::default());
    gate.enter(attempt(), &clock).await.ok().unwrap().end(ended(Some(ErrorClass::Timeout)), clock.now());
    let opens = gate.shut_until(clock.now()).unwrap();
    let mut returns = Vec::new();
    for _ in 0..PROBES + 100 {
        returns.push(gate.enter(attempt(), &clock).await.err().unwrap().until);
    }
    assert!(returns[..PROBES].iter().all(|until| *until == opens), "{returns:?}");
    assert!(returns[PROBES] >= opens.after(RECHECK - MINUTE));
    assert!(returns[PROBES..].windows(2).all(|two| two[1] >= two[0].after(SPACING)), "{returns:?}");
    gate.close_breaker();
    assert_eq!(gate.shut_until(clock.now()), None);
    gate.enter(attempt(), &clock).await.ok().unwrap().end(ended(Some(ErrorClass::Timeout)), clock.now());
    let opens = gate.shut_until(clock.now()).unwrap();
    assert_eq!(gate.enter(attempt(), &clock).await.err().unwrap().until, opens, "it may be probed anew");
}

#[tokio::test]
async fn behind_a_target_that_hangs_no_more_wait_than_its_share() {
    let clock = clock();
    let share = Share { deliveries: 2, bytes: usize::MAX };
    let gate = gate(Limits { concurrency: 1, share: Some(share) });
    let _hangs = gate.enter(attempt(), &clock).await.ok().unwrap();
    let waits = || Box::pin(gate.enter(attempt(), &clock));
    let (held, _still_waits) = futures_util::future::select(waits(), waits()).await.factor_first();
    assert_eq!(held.err().map(|held| held.cause), Some(HoldCause::OverShare), "three within are one too many");
    assert_eq!(gate.fair_share.deliveries(), 2);
}

#[tokio::test]
async fn behind_a_target_that_hangs_no_more_bytes_wait_than_its_share() {
    let clock = clock();
    let gate = gate(Limits { concurrency: 1, share: Some(Share { deliveries: 100, bytes: 25 }) });
    let _hangs = gate.enter(attempt(), &clock).await.ok().unwrap();
    let waits = || Box::pin(gate.enter(attempt(), &clock));
    let (held, _still_waits) = futures_util::future::select(waits(), waits()).await.factor_first();
    assert_eq!(held.err().map(|held| held.cause), Some(HoldCause::OverShare), "thirty bytes are more than its share");
    assert_eq!(gate.fair_share.bytes(), 20);
}

#[tokio::test]
async fn a_delivery_that_waits_for_another_one_to_end_learns_that_the_target_was_stopped() {
    let clock = clock();
    let flag = StopFlag::default();
    let gate = gate_with(limits(1), TargetHealthPolicy::default(), flag.clone());
    let _hangs = gate.enter(attempt(), &clock).await.ok().unwrap();
    let mut waits = Box::pin(gate.enter(attempt(), &clock));
    assert!(futures_util::poll!(&mut waits).is_pending());
    *flag.lock() = Some(TargetStop::new(StopKind::Paused, START, None, ""));
    assert_eq!(waits.await.err().map(|held| held.cause), Some(HoldCause::Paused));
}
