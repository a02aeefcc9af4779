//! Verification over the wire: which requests are accepted, and the answers to the others.

use std::time::Duration;

use gantry_config::{SecretRef, Verify};
use gantry_core::Timestamp;
use gantry_security::sign;
use gantry_transport::source::webhook::Webhook;

use crate::client::{Answer, post};
use crate::server::{NOW, Server, webhook};

/// The environment of the tests gives each variable its name in lower case.
const SECRET: &str = "c2vjcmv0c2vjcmv0c2vjcmv0";

async fn guarded(verify: Verify) -> Server {
    Server::start(Webhook { verify, ..webhook("/orders") }).await
}

fn refs(secret: &str) -> Vec<SecretRef> {
    vec![SecretRef::Env(secret.to_ascii_uppercase())]
}

fn standard() -> Verify {
    Verify::StandardWebhooks { secrets: refs(SECRET), tolerance: Duration::from_secs(300) }
}

async fn send_signed(server: &Server, at: Timestamp, body: &[u8], sent: &[u8]) -> Answer {
    let signature = sign::standard(SECRET, "msg_1", at, body).unwrap();
    let time = sign::webhook_timestamp(at);
    let headers = [("webhook-id", "msg_1"), ("webhook-timestamp", &time), ("webhook-signature", &signature)];
    post(server.address, "/orders", &headers, sent).await
}

#[tokio::test]
async fn a_standard_webhook_is_believed_when_signed_and_fresh() {
    let server = guarded(standard()).await;
    assert_eq!(send_signed(&server, NOW, b"{ \"a\" : 1 }", b"{ \"a\" : 1 }").await.status, 202);
}

#[tokio::test]
async fn a_wrong_signature_is_refused_counted_and_never_reaches_the_intake() {
    let server = guarded(standard()).await;
    let answer = send_signed(&server, NOW, b"{}", b"{ }").await;
    assert_eq!((answer.status, answer.reason()), (401, "invalid_credentials".to_owned()));
    assert_eq!(answer.header("www-authenticate"), Some("Webhook-Signature"));
    server.intake.inspect(|state| {
        assert!(state.arrivals.is_empty());
        assert_eq!(state.refused, [("orders".parse().unwrap(), "invalid_credentials")]);
    });
}

#[tokio::test]
async fn a_stale_timestamp_is_refused_either_way() {
    let server = guarded(standard()).await;
    for at in [NOW.before(Duration::from_secs(301)), NOW.after(Duration::from_secs(301))] {
        let answer = send_signed(&server, at, b"{}", b"{}").await;
        assert_eq!((answer.status, answer.reason()), (401, "stale_timestamp".to_owned()));
    }
}

#[tokio::test]
async fn missing_credentials_are_401_and_malformed_ones_400() {
    let server = guarded(Verify::Github { secrets: refs("hush") }).await;
    let missing = post(server.address, "/orders", &[], b"{}").await;
    assert_eq!((missing.status, missing.reason()), (401, "missing_credentials".to_owned()));
    assert_eq!(missing.json()["detail"], "the header `x-hub-signature-256` is missing");
    let malformed = post(server.address, "/orders", &[("x-hub-signature-256", "sha1=ab")], b"{}").await;
    assert_eq!((malformed.status, malformed.reason()), (400, "malformed_credentials".to_owned()));
}

#[tokio::test]
async fn github_shopify_and_bearer_senders_are_believed() {
    let body = "Käse".as_bytes();
    let github = guarded(Verify::Github { secrets: refs("hush") }).await;
    let signature = sign::github("hush", body);
    assert_eq!(post(github.address, "/orders", &[("X-Hub-Signature-256", &signature)], body).await.status, 202);
    let shopify = guarded(Verify::Shopify { secrets: refs("hush") }).await;
    let signature = sign::shopify("hush", body);
    assert_eq!(post(shopify.address, "/orders", &[("X-Shopify-Hmac-SHA256", &signature)], body).await.status, 202);
    let bearer = guarded(Verify::Bearer { tokens: refs("token") }).await;
    assert_eq!(post(bearer.address, "/orders", &[("Authorization", "Bearer token")], body).await.status, 202);
    let wrong = post(bearer.address, "/orders", &[("Authorization", "Bearer tokem")], body).await;
    assert_eq!((wrong.status, wrong.header("www-authenticate")), (401, Some("Bearer")));
}
