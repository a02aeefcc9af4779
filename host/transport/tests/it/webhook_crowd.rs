//! Many clients at once, or one that acts as many: what one of them holds is not missing for the others.

use std::net::SocketAddr;
use std::time::Duration;

use gantry_config::{SecretRef, Verify};
use gantry_transport::server::ServerLimits;
use gantry_transport::source::webhook::{Webhook, WebhookLimits};

use crate::client::{Client, head, post};
use crate::intake::{Memory, Mood};
use crate::server::{Server, limits, webhook};

const HALF: &str = "POST /orders HTTP/1.1\r\nhost: h\r\nx-half";
const OTHER: [u8; 4] = [127, 0, 0, 2];

#[tokio::test]
async fn a_connection_beyond_the_limit_waits_while_all_others_are_being_answered() {
    let few = ServerLimits { connections: 1, ..limits() };
    let server = Server::start_with(webhook("/orders"), few, Memory::in_the_mood(Mood::DeadBefore(0))).await;
    let mut first = Client::connect(server.address).await;
    first.post("/orders", &[], b"1").await;
    server.intake.until("the call", |state| state.calls == 1).await;
    server.intake.set_mood(Mood::Willing);
    let mut second = Client::connect_from(OTHER, server.address).await;
    second.post("/orders", &[], b"2").await;
    assert_eq!(server.intake.inspect(|state| state.calls), 0, "the first still has the only place");
    drop(first);
    assert_eq!(second.answer().await.status, 202);
}

#[tokio::test]
async fn idle_and_half_sent_connections_make_place_for_a_request() {
    let few = ServerLimits { connections: 8, ..limits() };
    let server = Server::start_with(webhook("/orders"), few, Memory::default()).await;
    let mut idle = Client::connect(server.address).await;
    idle.post("/orders", &[], b"1").await;
    assert_eq!(idle.answer().await.status, 202);
    let mut crowd = Vec::new();
    for _ in 0..40 {
        let mut half = Client::connect(server.address).await;
        half.write(HALF).await;
        crowd.push(half);
    }
    let mut other = Client::connect_from(OTHER, server.address).await;
    other.post("/orders", &[], b"2").await;
    assert_eq!(other.answer().await.status, 202);
    assert!(idle.is_closed().await && crowd[0].is_closed().await);
}

#[tokio::test]
async fn an_address_with_its_share_of_connections_is_told_and_the_others_are_served() {
    let share = ServerLimits { connections_per_address: 1, ..limits() };
    let server = Server::start_with(webhook("/orders"), share, Memory::in_the_mood(Mood::DeadBefore(0))).await;
    let mut first = Client::connect(server.address).await;
    first.post("/orders", &[], b"1").await;
    server.intake.until("the call", |state| state.calls == 1).await;
    server.intake.set_mood(Mood::Willing);
    let refused = Client::connect(server.address).await.answer().await;
    assert_eq!((refused.status, refused.reason()), (503, "too_many_connections".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("1"));
    let mut other = Client::connect_from(OTHER, server.address).await;
    other.post("/orders", &[], b"2").await;
    assert_eq!(other.answer().await.status, 202);
    assert_eq!(server.intake.inspect(|state| state.refused_without_flow.clone()), ["too_many_connections"]);
}

/// A server with room for a body of 1,000 bytes.
async fn small(webhook: Webhook) -> Server {
    let limits = WebhookLimits { server: limits(), body_bytes: 1000 };
    Server::start_within(webhook, limits, Memory::default()).await
}

/// Sends bodies of 600 bytes until one is answered with this status.
async fn until_answered(server: SocketAddr, status: u16) {
    crate::soon("the answer", async {
        loop {
            let answer = post(server, "/orders", &[], &[b'x'; 600]).await;
            if answer.status == status {
                assert!(status != 503 || answer.reason() == "body_memory_full");
                return;
            }
        }
    })
    .await;
}

/// A client that has sent 500 of 600 bytes.
async fn sending(server: &Server) -> Client {
    let mut client = Client::connect(server.address).await;
    client.write(head("POST", "/orders", &[], 600)).await;
    client.write([b'x'; 500]).await;
    until_answered(server.address, 503).await;
    client
}

#[tokio::test]
async fn bodies_share_their_memory_and_give_it_back_however_they_end() {
    let server = small(Webhook { timeout: Duration::from_secs(2), ..webhook("/orders") }).await;
    let mut completed = sending(&server).await;
    completed.write([b'x'; 100]).await;
    assert_eq!(completed.answer().await.status, 202);
    until_answered(server.address, 202).await;
    drop(sending(&server).await);
    until_answered(server.address, 202).await;
    let mut slow = sending(&server).await;
    assert_eq!(slow.answer().await.status, 408);
    until_answered(server.address, 202).await;
    // What is announced takes nothing.
    let mut silent = Client::connect(server.address).await;
    silent.write(head("POST", "/orders", &[("expect", "100-continue")], 1000)).await;
    assert_eq!(silent.answer().await.status, 100);
    until_answered(server.address, 202).await;
}

#[tokio::test]
async fn refused_bodies_give_their_memory_back_and_packed_ones_need_room_for_the_longest() {
    let verify = Verify::Github { secrets: vec![SecretRef::Env("HUSH".into())] };
    let server = small(Webhook { verify, ..webhook("/orders") }).await;
    let forged = format!("sha256={}", "0".repeat(64));
    for _ in 0..3 {
        let answer = post(server.address, "/orders", &[("x-hub-signature-256", &forged)], &[b'x'; 900]).await;
        assert_eq!(answer.status, 401);
    }
    let server = small(webhook("/orders")).await;
    let sender = sending(&server).await;
    let packed = post(server.address, "/orders", &[("content-encoding", "gzip")], b"no gzip").await;
    assert_eq!(packed.reason(), "body_memory_full");
    drop(sender);
    until_answered(server.address, 202).await;
    let packed = post(server.address, "/orders", &[("content-encoding", "gzip")], b"no gzip").await;
    assert_eq!(packed.reason(), "invalid_encoding");
    let longest = post(server.address, "/orders", &[], &[b'x'; 1001]).await;
    assert_eq!((longest.status, longest.reason()), (413, "too_large".to_owned()));
}
