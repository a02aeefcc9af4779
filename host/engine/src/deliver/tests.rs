//! What happens to deliveries, with a manual clock and scripted targets.

mod after;
mod bench;
mod wrong_endpoint;

use std::sync::Arc;
use std::time::Duration;

use gantry_core::target_health::{PREFERENCE, REFUSAL_PAUSE};
use gantry_core::{BreakerPolicy, DeliveryState, Fault, HostEventKind, StopKind, TargetStop};
use gantry_transport::target::{Accepted, Failure, Target};

use super::*;
use crate::fixtures::{START, target_name};
use crate::gate::Share;
use crate::target_stops::StopFlag;
use bench::{Bench, HangingTarget, SECOND, Setting, gate, message_to, states, status};

#[tokio::test]
async fn a_503_is_tried_again_on_schedule_until_the_attempts_are_spent() {
    let bench = Bench::new();
    bench.answers([status(503), status(503), status(503)]);
    let mut envelope = message_to(&["api"]);
    let first = bench.run(&mut envelope).await.unwrap();
    assert_eq!((first.due, first.held.len()), (START.after(SECOND), 0));
    bench.clock.advance(SECOND);
    assert_eq!(bench.run(&mut envelope).await.unwrap().due, START.after(3 * SECOND));
    bench.clock.advance(2 * SECOND);
    assert!(bench.run(&mut envelope).await.is_none());
    assert_eq!(states(&envelope), [DeliveryState::Dead]);
    assert_eq!(*bench.target.attempts.lock(), [(0, 1), (0, 2), (0, 3)]);
    assert_eq!(envelope.deliveries[0].attempts_made(), 3);
    assert_eq!(bench.metrics.counts().retried, 2);
}

#[tokio::test]
async fn a_delivery_that_is_not_due_is_not_attempted() {
    let bench = Bench::new();
    bench.answers([status(503)]);
    let mut envelope = message_to(&["api"]);
    bench.run(&mut envelope).await;
    let wait = bench.run(&mut envelope).await.unwrap();
    assert_eq!((wait.due, bench.attempted().len()), (START.after(SECOND), 1));
}

#[tokio::test]
async fn retry_after_is_honoured_up_to_its_cap() {
    for (retry_after, waits) in [(7, 7), (3600, 90)] {
        let bench = Bench::new();
        bench.answers([Failure { retry_after: Some(Duration::from_secs(retry_after)), ..status(429) }]);
        let wait = bench.run(&mut message_to(&["api"])).await.unwrap();
        assert_eq!(wait.due, START.after(Duration::from_secs(waits)), "Retry-After: {retry_after}");
    }
}

#[tokio::test]
async fn an_ordered_lane_stops_at_a_delivery_that_must_wait() {
    let bench = Bench::new();
    bench.answers([status(503)]);
    let mut envelope = message_to(&["api", "api"]);
    assert_eq!(bench.run(&mut envelope).await.unwrap().due, START.after(SECOND));
    assert_eq!(bench.attempted(), [0], "the second would overtake the first");
    bench.clock.advance(SECOND);
    assert!(bench.run(&mut envelope).await.is_none());
    assert_eq!(bench.attempted(), [0, 0, 1]);
}

#[tokio::test]
async fn without_order_a_delivery_that_must_wait_holds_back_none() {
    let bench = Setting { is_ordered: false, ..Setting::default() }.build();
    bench.answers([status(503)]);
    let mut envelope = message_to(&["api", "api"]);
    assert_eq!(bench.run(&mut envelope).await.unwrap().due, START.after(SECOND));
    assert_eq!(states(&envelope), [DeliveryState::Pending, DeliveryState::Delivered]);
}

#[tokio::test]
async fn a_delivery_that_is_given_up_does_not_stop_an_ordered_lane() {
    let bench = Bench::new();
    bench.answers([status(422)]);
    let mut envelope = message_to(&["api", "api"]);
    assert!(bench.run(&mut envelope).await.is_none());
    assert_eq!(states(&envelope), [DeliveryState::Dead, DeliveryState::Delivered]);
}

#[tokio::test]
async fn a_401_holds_the_delivery_and_spends_no_attempt() {
    let mut bench = Bench::new();
    bench.answers([status(401)]);
    let mut envelope = message_to(&["api"]);
    let wait = bench.run(&mut envelope).await.unwrap();
    assert_eq!((wait.due, wait.held.len()), (START.after(REFUSAL_PAUSE), 1));
    assert_eq!((envelope.deliveries[0].attempts_made(), states(&envelope)), (0, vec![DeliveryState::Pending]));
    let published = bench.published();
    assert!(matches!(published.as_slice(), [HostEventKind::TargetPaused { by: None, .. }]), "{published:?}");
    assert_eq!(bench.metrics.counts().retried, 0, "it is no retry of the message");

    let other = bench.run(&mut message_to(&["api"])).await.unwrap();
    assert_eq!((other.held.len(), bench.attempted().len()), (1, 1), "nothing else is sent either");
}

#[tokio::test]
async fn the_probe_after_a_401_opens_the_gate_and_wakes_what_was_held() {
    let mut bench = Bench::new();
    bench.answers([status(401)]);
    let mut envelope = message_to(&["api"]);
    let wait = bench.run(&mut envelope).await.unwrap();
    assert_eq!(bench.times_woken(), 0);
    bench.clock.advance(REFUSAL_PAUSE + PREFERENCE);
    assert!(bench.run(&mut envelope).await.is_none());
    assert_eq!(bench.times_woken(), 1);
    wait.held[0].gate.wake_if_missed(wait.held[0].since);
    assert_eq!(bench.times_woken(), 2, "a message that was still on its way back is woken, too");
    let published = bench.published();
    assert!(matches!(published.as_slice(), [_, HostEventKind::TargetResumed { by: None, .. }]), "{published:?}");
}

#[tokio::test]
async fn an_operator_who_lets_the_target_go_on_has_refused_credentials_tried_at_once() {
    let bench = Bench::new();
    bench.answers([status(401)]);
    let mut envelope = message_to(&["api"]);
    bench.run(&mut envelope).await;
    bench.gate.resume();
    assert_eq!(bench.times_woken(), 1);
    assert!(bench.run(&mut envelope).await.is_none(), "without any time having passed");
}

#[tokio::test]
async fn a_410_disables_the_target_and_gives_the_delivery_up() {
    let mut bench = Bench::new();
    bench.answers([status(410)]);
    let mut envelope = message_to(&["api"]);
    assert!(bench.run(&mut envelope).await.is_none());
    assert_eq!(states(&envelope), [DeliveryState::Dead]);
    assert_eq!(bench.stop.lock().as_ref().map(|stop| stop.kind), Some(StopKind::Disabled));
    let published = bench.published();
    assert!(matches!(published.as_slice(), [HostEventKind::TargetDisabled { by: None, .. }]), "{published:?}");

    let mut other = message_to(&["api"]);
    let wait = bench.run(&mut other).await.unwrap();
    assert_eq!((wait.held.len(), bench.attempted().len()), (1, 1), "nothing is sent to it any more");
    assert_eq!(other.deliveries[0].attempts_made(), 0);
}

#[tokio::test]
async fn a_target_that_is_enabled_and_still_gone_is_disabled_again_without_another_dead_letter() {
    let mut bench = Bench::new();
    bench.answers([status(410), status(410)]);
    bench.run(&mut message_to(&["api"])).await;
    *bench.stop.lock() = None;
    bench.gate.enable();
    bench.published();
    let mut tried = message_to(&["api"]);
    assert!(bench.run(&mut tried).await.is_some());
    assert_eq!((states(&tried), tried.deliveries[0].attempts_made()), (vec![DeliveryState::Pending], 0));
    assert!(matches!(bench.published().as_slice(), [HostEventKind::TargetDisabled { by: None, .. }]));
    assert!(bench.run(&mut message_to(&["api"])).await.is_some());
    assert_eq!(bench.attempted().len(), 2, "nothing else is sent to it");

    *bench.stop.lock() = None;
    bench.gate.enable();
    bench.clock.advance(REFUSAL_PAUSE);
    assert!(bench.run(&mut tried).await.is_none(), "it goes out once the target is back");
    assert!(bench.run(&mut message_to(&["api"])).await.is_none());
}

#[tokio::test]
async fn a_410_of_one_record_among_many_disables_nothing() {
    let bench = Setting { url: "https://api.example/orders/{key}", ..Setting::default() }.build();
    bench.answers([status(410)]);
    assert!(bench.run(&mut message_to(&["api", "api"])).await.is_none());
    assert_eq!((bench.attempted(), bench.stop.lock().is_none()), (vec![0, 1], true));
}

#[tokio::test]
async fn a_paused_target_holds_deliveries_until_it_is_resumed() {
    let bench = Bench::new();
    *bench.stop.lock() = Some(TargetStop::new(StopKind::Paused, START, None, ""));
    let mut envelope = message_to(&["api", "api"]);
    let wait = bench.run(&mut envelope).await.unwrap();
    assert!(wait.due > START, "it is checked again by itself, too");
    assert_eq!((wait.held.len(), bench.attempted().len(), bench.times_woken()), (1, 0, 0));
    *bench.stop.lock() = None;
    bench.gate.resume();
    assert_eq!(bench.times_woken(), 1);
    assert!(bench.run(&mut envelope).await.is_none());
    assert_eq!(bench.attempted(), [0, 1]);
}

#[tokio::test]
async fn an_open_breaker_holds_deliveries_and_a_failed_probe_spends_no_attempt() {
    let breaker = BreakerPolicy { window: 1, minimum: 1, failure_rate: 0.5, open_for: 10 * SECOND, probes: 1 };
    let mut bench = Setting { breaker: Some(breaker), ..Setting::default() }.build();
    bench.answers([status(503), status(503)]);
    let mut first = message_to(&["api"]);
    bench.run(&mut first).await;
    assert!(matches!(bench.published().as_slice(), [HostEventKind::BreakerOpened { .. }]));
    let mut second = message_to(&["api"]);
    assert_eq!(bench.run(&mut second).await.unwrap().held.len(), 1);
    assert_eq!(bench.attempted().len(), 1);
    bench.clock.advance(10 * SECOND);
    bench.run(&mut second).await;
    assert_eq!((bench.attempted().len(), second.deliveries[0].attempts_made()), (2, 0), "the probe failed");
    bench.clock.advance(10 * SECOND);
    assert!(bench.run(&mut second).await.is_none());
    assert_eq!(bench.times_woken(), 1);
    assert!(bench.published().iter().any(|event| matches!(event, HostEventKind::BreakerClosed { .. })));
}

#[tokio::test]
async fn a_target_that_hangs_delays_no_other_target_of_the_message() {
    let bench = Bench::new();
    let hangs = Arc::new(HangingTarget::default());
    let config = Setting::default().config();
    let gate = Arc::new(gate(&config, StopFlag::default(), Arc::default()));
    let mut targets = bench.deliverer.targets.clone();
    targets.insert(
        target_name("accounts"),
        RunningTarget::new(&config, Arc::clone(&hangs) as Arc<dyn Target>, gate, None),
    );
    let deliverer = Deliverer { targets, ..bench.deliverer };
    let mut envelope = message_to(&["accounts", "api"]);
    {
        let mut run = Box::pin(deliverer.next(&mut envelope, Verdict::Deliver));
        assert!(futures_util::poll!(&mut run).is_pending());
        assert_eq!(bench.target.attempts.lock().len(), 1);
        hangs.go_on.notify_one();
        assert!(matches!(run.await, Next::Finish(Ending::Delivered)));
    }
    assert_eq!(states(&envelope), [DeliveryState::Delivered, DeliveryState::Delivered]);
}

#[tokio::test]
async fn a_delivery_to_a_target_that_the_flow_lost_is_given_up_with_the_reason() {
    let bench = Bench::new();
    let mut envelope = message_to(&["gone", "api"]);
    assert!(bench.run(&mut envelope).await.is_none());
    assert_eq!(states(&envelope), [DeliveryState::Dead, DeliveryState::Delivered]);
    assert_eq!(envelope.deliveries[0].attempts[0].excerpt, "the flow no longer has this target");
}

#[tokio::test]
async fn a_clock_that_was_set_back_delays_no_delivery() {
    let bench = Bench::new();
    bench.answers([status(503)]);
    let mut envelope = message_to(&["api"]);
    bench.run(&mut envelope).await;
    bench.clock.set_back(Duration::from_secs(6 * 3600));
    assert!(bench.run(&mut envelope).await.is_none());
    assert_eq!(states(&envelope), [DeliveryState::Delivered]);
}

#[tokio::test]
async fn another_run_waits_for_as_long_as_the_plugin_asks() {
    let bench = Bench::new();
    let mut envelope = message_to(&[]);
    let verdict = Verdict::RunAgain { fault: Fault::new("rate-limited", "later"), wait: 5 * SECOND };
    let Next::Wait(wait) = bench.deliverer.next(&mut envelope, verdict).await else { panic!("it waits") };
    assert_eq!((wait.due, envelope.run), (START.after(5 * SECOND), 2));
    assert_eq!(bench.metrics.counts().retried, 1);
}

#[tokio::test]
async fn a_version_with_another_gate_has_what_the_old_one_held_looked_at_again() {
    let bench = Bench::new();
    let other = Bench::new();
    bench.answers([status(401)]);
    let wait = bench.run(&mut message_to(&["api"])).await.unwrap();
    other.deliverer.take_over(&bench.deliverer);
    assert_eq!(bench.times_woken(), 1);
    wait.held[0].gate.wake_if_missed(wait.held[0].gate.open_epoch());
    assert_eq!(bench.times_woken(), 2, "what it holds back from now on as well");
}

#[tokio::test]
async fn a_version_with_the_same_gate_gives_it_its_own_share_and_has_what_was_over_it_looked_at_again() {
    let bench = Bench::new();
    let mut targets = bench.deliverer.targets.clone();
    targets.get_mut(&target_name("api")).unwrap().share = Some(Share { deliveries: 1, bytes: 1 });
    let next = Deliverer { targets, ..Setting::default().build().deliverer };
    next.take_over(&bench.deliverer);
    assert_eq!(bench.times_woken(), 1);
    next.take_over(&bench.deliverer);
    assert_eq!(bench.times_woken(), 1, "the share is the same as before");
}

#[tokio::test]
async fn the_history_keeps_what_a_target_answered_when_it_accepted() {
    let bench = Bench::new();
    let excerpt = "{\"id\": 4711}".to_owned();
    let headers = vec![("location".to_owned(), "/orders/4711".to_owned())];
    bench.target.answers.lock().push_back(Ok(Accepted { status: Some(201), headers, excerpt }));
    let mut envelope = message_to(&["api"]);
    let Next::Finish(Ending::Delivered) = bench.deliverer.next(&mut envelope, Verdict::Deliver).await else {
        panic!("it is delivered")
    };
    let Event::Attempted { answer, .. } = &envelope.timeline[0].event else { panic!("an attempt") };
    assert_eq!(answer, "location: /orders/4711\n{\"id\": 4711}");
}
