//! What a stranger can make the webhook server do: nothing without bounds.

use std::time::Duration;

use gantry_transport::server::ServerLimits;
use gantry_transport::source::webhook::Webhook;
use tokio::io::AsyncWriteExt as _;

use crate::client::{Client, head, post};
use crate::intake::{Memory, Mood};
use crate::server::{Server, limits, webhook};

const MIB: usize = 1 << 20;

#[tokio::test]
async fn a_body_of_100_mib_is_refused_before_a_byte_of_it_is_sent() {
    let server = Server::start(webhook("/orders")).await;
    let mut client = Client::connect(server.address).await;
    client.write(head("POST", "/orders", &[("expect", "100-continue")], 100 * MIB)).await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.reason()), (413, "too_large".to_owned()));
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_sender_that_writes_100_mib_before_it_reads_still_learns_why_it_is_refused() {
    let server = Server::start(webhook("/orders")).await;
    let mut client = Client::connect(server.address).await;
    client.write(head("POST", "/orders", &[], 100 * MIB)).await;
    let block = vec![b'x'; MIB];
    for _ in 0..100 {
        client.0.get_mut().write_all(&block).await.expect("the server reads on while it says no");
    }
    assert_eq!(client.answer().await.status, 413);
}

#[tokio::test]
async fn a_chunked_body_is_cut_at_the_limit() {
    let server = Server::start(Webhook { max_bytes: 1000, ..webhook("/orders") }).await;
    let mut client = Client::connect(server.address).await;
    client.write("POST /orders HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n").await;
    for _ in 0..11 {
        client.write(format!("64\r\n{}\r\n", "x".repeat(100))).await;
    }
    assert_eq!(client.answer().await.reason(), "too_large");
    let exact = post(server.address, "/orders", &[], &[b'x'; 1000]).await;
    assert_eq!(exact.status, 202);
}

#[tokio::test]
async fn a_body_that_trickles_is_refused_with_408() {
    let server = Server::start(Webhook { timeout: Duration::from_millis(50), ..webhook("/orders") }).await;
    let mut client = Client::connect(server.address).await;
    client.write(head("POST", "/orders", &[], 10)).await;
    client.write("half").await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.reason()), (408, "too_slow".to_owned()));
    assert_eq!(server.intake.inspect(|state| state.refused[0].1), "too_slow");
}

#[tokio::test]
async fn headers_that_trickle_are_refused_with_408_and_silence_is_closed() {
    let limits = ServerLimits { header_timeout: Duration::from_millis(50), ..limits() };
    let server = Server::start_with(webhook("/orders"), limits, Memory::default()).await;
    let mut slow = Client::connect(server.address).await;
    let mut silent = Client::connect(server.address).await;
    slow.write("POST /orders HTTP/1.1\r\nhost:").await;
    let answer = slow.answer().await;
    assert_eq!((answer.status, answer.reason()), (408, "too_slow".to_owned()));
    assert!(silent.is_closed().await);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_taken() {
    let server = Server::start(webhook("/orders")).await;
    let mut client = Client::connect(server.address).await;
    client.write(head("POST", "/orders", &[], 10)).await;
    client.write("half").await;
    client.0.get_mut().shutdown().await.unwrap();
    server.intake.until("the refusal", |state| state.refused.len() == 1).await;
    assert_eq!(server.intake.inspect(|state| (state.refused[0].1, state.calls)), ("incomplete_body", 0));
}

#[tokio::test]
async fn too_many_or_too_long_headers_are_refused() {
    let server = Server::start(webhook("/orders")).await;
    let many: Vec<(String, &str)> = (0..101).map(|n| (format!("x-{n}"), "v")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    assert_eq!(post(server.address, "/orders", &many, b"").await.status, 431);
    let long = "x".repeat(17 << 10);
    assert_eq!(post(server.address, "/orders", &[("x-long", &long)], b"").await.status, 431);
}

#[tokio::test]
async fn shutdown_finishes_what_is_under_way_and_takes_nothing_new() {
    let server = Server::start(webhook("/orders")).await;
    let mut idle = Client::connect(server.address).await;
    idle.post("/orders", &[], b"1").await;
    assert_eq!(idle.answer().await.status, 202);
    let mut unused = Client::connect(server.address).await;
    let mut busy = Client::connect(server.address).await;
    busy.write(head("POST", "/orders", &[("expect", "100-continue")], 4)).await;
    assert_eq!(busy.answer().await.status, 100, "the request is under way");
    server.shutdown.cancel();
    assert!(idle.is_closed().await);
    assert!(unused.is_closed().await);
    busy.write("late").await;
    assert_eq!(busy.answer().await.status, 202);
    crate::soon("the end", server.task).await.unwrap();
    assert!(tokio::net::TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn shutdown_waits_for_no_request_whose_headers_are_not_here() {
    let server = Server::start(webhook("/orders")).await;
    let mut first = Client::connect(server.address).await;
    first.write("POST /orders HTTP/1.1\r\nhost: h\r\nx-half").await;
    let mut second = Client::connect(server.address).await;
    second.post("/orders", &[], b"1").await;
    assert_eq!(second.answer().await.status, 202);
    second.write("POST /orders HTTP/1.1\r\nhost: h\r\nx-half").await;
    server.shutdown.cancel();
    crate::soon("the end", server.task).await.unwrap();
    assert!(first.is_closed().await && second.is_closed().await);
}

#[tokio::test]
async fn shutdown_does_not_wait_beyond_its_deadline() {
    let limits = ServerLimits { drain: Duration::from_millis(50), ..limits() };
    let server = Server::start_with(webhook("/orders"), limits, Memory::in_the_mood(Mood::DeadBefore(0))).await;
    let mut stuck = Client::connect(server.address).await;
    stuck.post("/orders", &[], b"1").await;
    server.intake.until("the call", |state| state.calls == 1).await;
    server.shutdown.cancel();
    crate::soon("the end", server.task).await.unwrap();
    assert!(stuck.is_closed().await);
}
