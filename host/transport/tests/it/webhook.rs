//! The answers to a webhook's sender, and what reaches the intake.

use std::time::Duration;

use gantry_config::{Dedupe, ValueFrom};
use gantry_transport::Receipt;
use gantry_transport::source::webhook::{RouteProblem, RouteTable, Webhook};

use crate::client::{Client, head, post, request};
use crate::intake::{Memory, Mood, disk_full, queue_full, store_broken};
use crate::server::{Server, flow, limits, webhook};

const WINDOW: Duration = Duration::from_secs(3600);

fn deduped(by: ValueFrom) -> Webhook {
    Webhook { dedupe: Some(Dedupe { by, window: WINDOW }), ..webhook("/orders") }
}

#[tokio::test]
async fn an_accepted_message_is_answered_with_its_id_and_where_to_ask_for_it() {
    let server = Server::start(webhook("/orders")).await;
    let answer = post(server.address, "/orders?from=shop", &[("content-type", "application/json")], b"{}").await;
    assert_eq!(answer.status, 202);
    let id = server.intake.inspect(|state| state.ids[0].to_string());
    let status_url = format!("/messages/{id}");
    assert_eq!(answer.json(), serde_json::json!({ "id": id, "status_url": status_url }));
    assert_eq!(answer.header("location"), Some(status_url.as_str()));
    let state = request(server.address, "GET", &status_url).await;
    assert_eq!((state.status, state.json()), (200, serde_json::json!({ "id": id, "state": "queued" })));
}

#[tokio::test]
async fn nothing_is_said_before_the_intake_has_the_message() {
    let server = Server::start_with(webhook("/orders"), limits(), Memory::in_the_mood(Mood::DeadBefore(0))).await;
    let mut client = Client::connect(server.address).await;
    client.post("/orders", &[], b"{}").await;
    server.intake.until("the call", |state| state.calls == 1).await;
    let mut byte = [0];
    let read = client.0.get_ref().try_read(&mut byte);
    assert_eq!(read.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn a_duplicate_is_answered_with_the_first_id() {
    let server = Server::start(deduped(ValueFrom::Pointer("/id".into()))).await;
    let first = post(server.address, "/orders", &[], br#"{"id": 7}"#).await;
    let second = post(server.address, "/orders", &[], br#"{"again": true, "id": 7}"#).await;
    assert_eq!((first.status, second.status), (202, 202));
    assert_eq!(second.json()["id"], first.json()["id"]);
    assert_eq!(second.json()["duplicate"], true);
    assert_eq!(first.json().get("duplicate"), None);
    assert_eq!(server.intake.inspect(|state| state.arrivals[0].dedupe_window), Some(WINDOW));
}

#[tokio::test]
async fn keys_can_come_from_headers() {
    let by = ValueFrom::Header("X-Delivery".into());
    let server = Server::start(Webhook { key: Some(ValueFrom::Header("x-customer".into())), ..deduped(by) }).await;
    let sent = post(server.address, "/orders", &[("X-Delivery", "d1"), ("X-Customer", "c1")], b"no json").await;
    assert_eq!(sent.status, 202);
    let keys = server.intake.inspect(|state| (state.arrivals[0].key.clone(), state.arrivals[0].dedupe_key.clone()));
    assert_eq!(keys, (Some("c1".into()), Some("d1".into())));
}

#[tokio::test]
async fn a_body_without_what_the_flow_declares_is_refused_with_a_hint() {
    let server = Server::start(deduped(ValueFrom::Pointer("/id".into()))).await;
    for (body, reason) in
        [("{}", "missing_dedupe_key"), (r#"{"id": {}}"#, "invalid_key"), ("{", "invalid_json"), ("", "invalid_json")]
    {
        let answer = post(server.address, "/orders", &[], body.as_bytes()).await;
        assert_eq!((answer.status, answer.reason()), (400, reason.to_owned()));
    }
    let answer = post(server.address, "/orders", &[], b"{}").await;
    assert_eq!(answer.json()["detail"], "the value at `/id` is missing or empty, and duplicates are recognised by it");
    assert_eq!(server.intake.inspect(|state| state.refused.len()), 5);
    assert_eq!(
        server.intake.inspect(|state| state.refused[0].clone()),
        ("orders".parse().unwrap(), "missing_dedupe_key")
    );
}

#[tokio::test]
async fn bytes_arrive_as_they_were_sent_whatever_they_claim_to_be() {
    let server = Server::start(webhook("/orders")).await;
    let bytes: Vec<u8> = (0..=255).collect();
    for headers in [&[("content-type", "text/plain; charset=utf-8")][..], &[]] {
        assert_eq!(post(server.address, "/orders", headers, &bytes).await.status, 202);
    }
    server.intake.inspect(|state| {
        assert_eq!(state.arrivals[0].payload, bytes);
        assert_eq!(state.arrivals[0].content_type, "text/plain; charset=utf-8");
        assert_eq!(state.arrivals[1].content_type, "application/octet-stream");
        assert_eq!(state.arrivals[0].source, "webhook /orders");
    });
}

#[tokio::test]
async fn a_chunked_body_arrives_whole() {
    let server = Server::start(webhook("/orders")).await;
    let mut client = Client::connect(server.address).await;
    client.write("POST /orders HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n").await;
    client.write("4\r\ndefg\r\n0\r\n\r\n").await;
    assert_eq!(client.answer().await.status, 202);
    assert_eq!(server.intake.inspect(|state| state.arrivals[0].payload.clone()), "abcdefg");
}

#[tokio::test]
async fn only_the_named_headers_are_kept_and_the_trace_goes_on() {
    let keep = Webhook { keep_headers: vec!["X-Event".into(), "x-tag".into()], ..webhook("/orders") };
    let server = Server::start(keep).await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let headers =
        [("x-event", "created"), ("X-Tag", "a"), ("x-tag", "b"), ("authorization", "Bearer t"), ("traceparent", trace)];
    assert_eq!(post(server.address, "/orders", &headers, b"{}").await.status, 202);
    server.intake.inspect(|state| {
        let kept: Vec<_> = state.arrivals[0].headers.iter().collect();
        assert_eq!(kept, [("x-event", "created"), ("x-tag", "a"), ("x-tag", "b")]);
        assert_eq!(state.arrivals[0].traceparent.as_deref(), Some(trace));
    });
}

#[tokio::test]
async fn unknown_paths_methods_and_messages_are_told_apart() {
    let server = Server::start(webhook("/orders")).await;
    assert_eq!(request(server.address, "POST", "/order").await.reason(), "unknown_path");
    let get = request(server.address, "GET", "/orders").await;
    assert_eq!((get.status, get.header("allow")), (405, Some("POST")));
    let unknown = "/messages/01890000-0000-7000-8000-000000000000";
    for path in [unknown, "/messages/x", "/messages/"] {
        let answer = request(server.address, "GET", path).await;
        assert_eq!((answer.status, answer.reason()), (404, "unknown_message".to_owned()));
    }
    assert_eq!(request(server.address, "DELETE", unknown).await.header("allow"), Some("GET"));
}

#[tokio::test]
async fn an_intake_that_takes_nothing_asks_to_come_again_and_keeps_its_reasons() {
    let memory = Memory::in_the_mood(Mood::Refusing(1, disk_full));
    let server = Server::start_with(webhook("/orders"), limits(), memory).await;
    let full = post(server.address, "/orders", &[], b"{}").await;
    assert_eq!((full.status, full.header("retry-after"), full.reason()), (503, Some("2"), "disk_full".to_owned()));
    server.intake.set_mood(Mood::Refusing(1, store_broken));
    let broken = post(server.address, "/orders", &[], b"{}").await;
    assert_eq!((broken.status, broken.header("retry-after")), (503, Some("1")));
    assert!(!broken.body.contains("secret inner cause"));
    server.intake.set_mood(Mood::Refusing(1, queue_full));
    let crowded = post(server.address, "/orders", &[], b"{}").await;
    assert_eq!(
        (crowded.status, crowded.header("retry-after"), crowded.reason()),
        (429, Some("30"), "queue_full".into())
    );
    let counted: Vec<_> = server.intake.inspect(|state| state.refused.iter().map(|(_, reason)| *reason).collect());
    assert_eq!(counted, ["disk_full", "store_unavailable", "queue_full"]);
    assert_eq!(post(server.address, "/orders", &[], b"{}").await.status, 202);
}

#[tokio::test]
async fn requests_that_were_sent_at_once_are_answered_in_order() {
    let server = Server::start(webhook("/orders")).await;
    let mut client = Client::connect(server.address).await;
    let mut all = String::new();
    for n in 0..50 {
        all.push_str(&format!("{}{:02}", head("POST", "/orders", &[], 2), n));
    }
    client.write(all).await;
    for n in 0..50 {
        let id = client.answer().await.json()["id"].as_str().unwrap().to_owned();
        server.intake.inspect(|state| {
            assert_eq!(state.ids[n].to_string(), id);
            assert_eq!(state.arrivals[n].payload, format!("{n:02}"));
        });
    }
}

#[tokio::test]
async fn flows_can_be_replaced_while_the_server_runs() {
    let server = Server::start(webhook("/orders")).await;
    let mut client = Client::connect(server.address).await;
    client.post("/orders", &[], b"1").await;
    assert_eq!(client.answer().await.status, 202);
    let table = RouteTable::build([&flow("customers", webhook("/customers"))], &crate::env).0;
    server.routes.replace(table);
    client.write(head("POST", "/orders", &[], 0)).await;
    assert_eq!(client.answer().await.status, 404);
    client.post("/customers", &[], b"3").await;
    assert_eq!(client.answer().await.status, 202);
    assert_eq!(server.intake.inspect(|state| state.flows[1].to_string()), "customers");
}

#[test]
fn a_flow_that_cannot_be_served_is_named_with_the_reason_and_all_are_reported() {
    let flows = [
        flow("first", webhook("/orders")),
        flow("second", webhook("/orders")),
        flow("third", webhook("/messages/x")),
        flow("fourth", Webhook { keep_headers: vec!["Authorization".into()], ..webhook("/a") }),
        flow("fifth", Webhook { dedupe: deduped(ValueFrom::Pointer("id".into())).dedupe, ..webhook("/b") }),
        flow("sixth", Webhook { dedupe: deduped(ValueFrom::Header("cookie".into())).dedupe, ..webhook("/c") }),
    ];
    let errors = RouteTable::build(&flows, &crate::env).1;
    let names: Vec<_> = errors.iter().map(|error| error.flow.as_str()).collect();
    assert_eq!(names, ["second", "third", "fourth", "fifth", "sixth"]);
    assert!(matches!(&errors[0].problem, RouteProblem::PathTaken { other, .. } if other.as_str() == "first"));
    assert!(matches!(errors[1].problem, RouteProblem::Path(_)));
    assert!(matches!(errors[2].problem, RouteProblem::Credential(_)));
    assert!(matches!(errors[3].problem, RouteProblem::Pointer(_)));
    assert!(matches!(errors[4].problem, RouteProblem::Credential(_)));
}

#[test]
fn a_receipt_names_the_message_in_custody() {
    let id = gantry_core::MessageId::generate();
    let duplicate = Receipt::Duplicate { first: id, state: None };
    assert_eq!((Receipt::Accepted { id, supersedes: None }.id(), duplicate.id()), (id, id));
}
