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

#[tokio::test]
async fn a_long_body_is_verified_as_a_short_one() {
    let server = guarded(Verify::Github { secrets: refs("hush") }).await;
    let body = vec![b'x'; 300 << 10];
    let headers = [("x-hub-signature-256", sign::github("hush", &body))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(post(server.address, "/orders", &headers, &body).await.status, 202);
    let other = vec![b'y'; 300 << 10];
    assert_eq!(post(server.address, "/orders", &headers, &other).await.status, 401);
}

#[tokio::test]
async fn what_was_signed_is_handed_over_for_as_long_as_it_verifies() {
    let github = guarded(Verify::Github { secrets: refs("hush") }).await;
    for (id, body) in [("1", "{}"), ("2", "{}"), ("3", "[]")] {
        let signature = sign::github("hush", body.as_bytes());
        let headers = [("x-hub-signature-256", signature.as_str()), ("x-github-delivery", id)];
        assert_eq!(post(github.address, "/orders", &headers, body.as_bytes()).await.status, 202);
    }
    let signed: Vec<_> = github.intake.inspect(|state| state.arrivals.iter().map(|one| one.signed.unwrap()).collect());
    assert!(signed[0] == signed[1] && signed[0].digest != signed[2].digest);
    assert_eq!(signed[0].window, Duration::from_secs(24 * 60 * 60));

    let server = guarded(standard()).await;
    send_signed(&server, NOW, b"{}", b"{}").await;
    send_signed(&server, NOW.after(Duration::from_secs(1)), b"{}", b"{}").await;
    let signed: Vec<_> = server.intake.inspect(|state| state.arrivals.iter().map(|one| one.signed.unwrap()).collect());
    assert!(signed[0].digest != signed[1].digest && signed[0].window == Duration::from_secs(600));

    let verify = Verify::Github { secrets: refs("hush") };
    let accepting = Server::start(Webhook { verify, accept_replays: true, ..webhook("/orders") }).await;
    let headers = [("x-hub-signature-256", sign::github("hush", b"{}"))];
    post(accepting.address, "/orders", &headers.each_ref().map(|(name, value)| (*name, value.as_str())), b"{}").await;
    assert!(accepting.intake.inspect(|state| state.arrivals[0].signed.is_none()));
}
