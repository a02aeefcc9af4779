//! Targets that come after another one.

use std::sync::Arc;

use gantry_config::Target as Config;
use gantry_core::{DeliveryState, ErrorClass};
use gantry_transport::target::Target;

use super::bench::{Bench, SECOND, ScriptedTarget, Setting, gate, message_to, states, status};
use crate::deliver::Deliverer;
use crate::fixtures::{START, target_name};
use crate::target_stops::StopFlag;
use crate::targets::RunningTarget;

/// Deliveries to `orders` come after those to `api`.
fn orders_after_api() -> (Bench, Arc<ScriptedTarget>) {
    let bench = Bench::new();
    let orders = Arc::new(ScriptedTarget::default());
    let config = Config { after: Some(target_name("api")), ..Setting::default().config() };
    let gate = Arc::new(gate(&config, StopFlag::default(), Arc::default()));
    let target = RunningTarget::new(&config, Arc::clone(&orders) as Arc<dyn Target>, gate, None);
    let mut targets = bench.deliverer.targets.clone();
    targets.insert(target_name("orders"), target);
    let deliverer = Deliverer { targets, ..bench.deliverer };
    (Bench { deliverer, ..bench }, orders)
}

#[tokio::test]
async fn a_target_gets_nothing_of_a_message_before_the_one_it_comes_after_has_it() {
    let (bench, orders) = orders_after_api();
    bench.answers([status(503)]);
    let mut envelope = message_to(&["orders", "api"]);
    assert_eq!(bench.run(&mut envelope).await.unwrap().due, START.after(SECOND));
    assert_eq!((states(&envelope), orders.attempts.lock().len()), (vec![DeliveryState::Pending; 2], 0));
    bench.clock.advance(SECOND);
    assert!(bench.run(&mut envelope).await.is_none());
    assert_eq!((states(&envelope), orders.attempts.lock().len()), (vec![DeliveryState::Delivered; 2], 1));
}

#[tokio::test]
async fn what_comes_after_a_delivery_that_was_given_up_is_given_up_unsent() {
    let (bench, orders) = orders_after_api();
    bench.answers([status(422)]);
    let mut envelope = message_to(&["api", "orders"]);
    assert!(bench.run(&mut envelope).await.is_none());
    assert_eq!((states(&envelope), orders.attempts.lock().len()), (vec![DeliveryState::Dead; 2], 0));
    let attempt = &envelope.deliveries[1].attempts[0];
    assert_eq!(attempt.error, Some(ErrorClass::PredecessorFailed));
    assert!(attempt.excerpt.contains("to `api`, was given up"), "{}", attempt.excerpt);
}

#[tokio::test]
async fn a_message_with_nothing_for_the_first_target_goes_to_the_second_at_once() {
    let (bench, orders) = orders_after_api();
    assert!(bench.run(&mut message_to(&["orders"])).await.is_none());
    assert_eq!(orders.attempts.lock().len(), 1);
}
