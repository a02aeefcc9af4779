//! The answers to a sender that repeats its requests.

use std::time::Duration;

use gantry_transport::source::webhook::{Idempotency, Webhook};

use crate::client::{Client, post};
use crate::intake::{Memory, Mood};
use crate::server::{Server, limits, webhook};

fn keyed(required: bool) -> Webhook {
    let idempotency = Idempotency { required, window: Duration::from_secs(3600) };
    Webhook { idempotency: Some(idempotency), ..webhook("/orders") }
}

#[tokio::test]
async fn a_repeated_request_gets_the_stored_answer_byte_for_byte() {
    let server = Server::start(keyed(true)).await;
    let first = post(server.address, "/orders", &[("Idempotency-Key", r#""k-1""#)], b"{}").await;
    let again = post(server.address, "/orders", &[("Idempotency-Key", "k-1")], b"{}").await;
    assert_eq!((first.status, again.status), (202, 202));
    assert_eq!((&first.body, first.header("location")), (&again.body, again.header("location")));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), (None, Some("true")));
    assert_eq!(server.intake.inspect(|state| state.arrivals.len()), 1);
}

#[tokio::test]
async fn a_key_used_for_another_payload_is_refused_with_422() {
    let server = Server::start(keyed(true)).await;
    let key = [("Idempotency-Key", "k-1")];
    assert_eq!(post(server.address, "/orders", &key, b"1").await.status, 202);
    let other = post(server.address, "/orders", &key, b"2").await;
    assert_eq!((other.status, other.reason()), (422, "idempotency_key_reused".to_owned()));
    assert_eq!(server.intake.inspect(|state| state.refused.len()), 1);
}

#[tokio::test]
async fn a_missing_key_is_refused_where_it_is_required_and_a_malformed_one_everywhere() {
    let strict = Server::start(keyed(true)).await;
    let lenient = Server::start(keyed(false)).await;
    let missing = post(strict.address, "/orders", &[], b"{}").await;
    assert_eq!((missing.status, missing.reason()), (400, "missing_idempotency_key".to_owned()));
    assert_eq!(post(lenient.address, "/orders", &[], b"{}").await.status, 202);
    for wrong in [r#""open"#, "two words", ""] {
        let answer = post(lenient.address, "/orders", &[("Idempotency-Key", wrong)], b"{}").await;
        assert_eq!((answer.status, answer.reason()), (400, "invalid_idempotency_key".to_owned()), "{wrong}");
    }
    let twice = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")];
    assert_eq!(post(lenient.address, "/orders", &twice, b"{}").await.status, 400);
}

#[tokio::test]
async fn a_request_whose_first_is_still_under_way_gets_409_and_a_time_to_come_again() {
    let server = Server::start_with(keyed(true), limits(), Memory::in_the_mood(Mood::DeadBefore(0))).await;
    let key = [("Idempotency-Key", "k-1")];
    let mut first = Client::connect(server.address).await;
    first.post("/orders", &key, b"{}").await;
    server.intake.until("the call", |state| state.calls == 1).await;
    let second = post(server.address, "/orders", &key, b"{}").await;
    assert_eq!((second.status, second.header("retry-after")), (409, Some("1")));
    assert_eq!(second.reason(), "idempotency_in_flight");
    assert_eq!(server.intake.inspect(|state| state.calls), 1);
}

#[tokio::test]
async fn a_flow_that_does_not_ask_for_keys_ignores_them() {
    let server = Server::start(webhook("/orders")).await;
    for body in [b"1", b"2"] {
        assert_eq!(post(server.address, "/orders", &[("Idempotency-Key", "k")], body).await.status, 202);
    }
    assert_eq!(server.intake.inspect(|state| state.arrivals.len()), 2);
}
