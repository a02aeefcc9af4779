//! The promises that need a whole host: durability, order, duplicates, secrets, restart and shutdown.

use gantry_e2e::{FlowText, HostProcess, Sink, TestHost, eventually, guest};
use serde_json::json;

fn number(seen: &gantry_e2e::Seen) -> (String, u64) {
    let body: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
    (body["key"].as_str().unwrap().to_owned(), body["n"].as_u64().unwrap())
}

/// Refuses the first request of every message with a 503.
fn flaky(
    seen: &gantry_e2e::Seen,
    seen_before: &std::sync::Mutex<std::collections::HashSet<String>>,
) -> Option<gantry_e2e::Answer> {
    seen_before.lock().unwrap().insert(seen.idempotency_key()).then(|| gantry_e2e::Answer::status(503))
}

#[tokio::test]
async fn messages_that_share_a_key_are_delivered_in_order_though_attempts_fail() {
    let seen_before = std::sync::Mutex::default();
    let erp = Sink::start().await.answers_by(move |seen| flaky(seen, &seen_before));
    let flow = FlowText::new("in").source_line("key = { pointer = \"/key\" }").step(guest("echo"), "").target(
        "erp",
        &erp,
        "retry = { attempts = 5, base = \"20ms\" }",
    );
    let host = TestHost::start(&[flow]).await;
    for n in 0..20 {
        for key in ["a", "b", "c"] {
            host.post("/in", json!({"key": key, "n": n}).to_string()).await;
        }
    }
    host.settled().await;
    let accepted: Vec<_> = erp.accepted().iter().map(number).collect();
    assert_eq!(accepted.len(), 60);
    for key in ["a", "b", "c"] {
        let order: Vec<_> = accepted.iter().filter(|(of, _)| of == key).map(|(_, n)| *n).collect();
        assert_eq!(order, (0..20).collect::<Vec<_>>(), "key {key}");
    }
    host.stop().await;
}

#[tokio::test]
async fn outputs_of_one_message_to_one_target_arrive_in_the_order_they_were_emitted() {
    let erp = Sink::start().await.answers(503, 1);
    let flow = FlowText::new("in").step(guest("outcomes"), "").target(
        "erp",
        &erp,
        "retry = { attempts = 3, base = \"200ms\", jitter = false }",
    );
    let host = TestHost::start(&[flow]).await;
    host.post("/in", r#"{"emit":[{"text":"first"},{"text":"second"}]}"#).await;
    host.settled().await;
    let texts: Vec<_> = erp.accepted().iter().map(gantry_e2e::Seen::text).collect();
    assert_eq!((texts, erp.seen().len()), (vec!["first".to_owned(), "second".to_owned()], 3));
    host.stop().await;
}

#[tokio::test]
async fn a_failing_key_does_not_hold_up_another() {
    let erp =
        Sink::start().await.answers_by(|seen| (number(seen).0 == "stuck").then(|| gantry_e2e::Answer::status(503)));
    let flow = FlowText::new("in").source_line("key = { pointer = \"/key\" }").step(guest("echo"), "").target(
        "erp",
        &erp,
        "retry = { attempts = 2, base = \"1h\", jitter = false }",
    );
    let host = TestHost::start(&[flow]).await;
    host.post("/in", r#"{"key":"stuck","n":0}"#).await;
    host.post("/in", r#"{"key":"stuck","n":1}"#).await;
    host.post("/in", r#"{"key":"free","n":0}"#).await;
    eventually("the free key to arrive", || async { erp.accepted().iter().any(|seen| number(seen).0 == "free") }).await;
    eventually("the stuck key to wait", || async { host.handle().reports()[0].queue.scheduled == 1 }).await;
    assert_eq!(host.handle().reports()[0].queue.queued, 1, "what follows a waiting message of its key waits too");
    host.stop().await;
}

#[tokio::test]
async fn duplicates_from_a_source_are_dropped_inside_the_window() {
    let erp = Sink::start().await;
    let flow = FlowText::new("in")
        .source_line("dedupe = { header = \"idempotency-key\", window = \"1h\" }")
        .step(guest("echo"), "")
        .target("erp", &erp, "");
    let host = TestHost::start(&[flow]).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let response = host.send("/in", "{}", &[("idempotency-key", "order-1")]).await;
        assert_eq!(response.status(), 202);
        ids.push(response.json::<serde_json::Value>().await.unwrap()["id"].clone());
    }
    let host = host.restart().await;
    let again =
        host.send("/in", "{}", &[("idempotency-key", "order-1")]).await.json::<serde_json::Value>().await.unwrap();
    ids.push(again["id"].clone());
    assert!(ids.iter().all(|id| *id == ids[0]), "every sender learns the first message's id: {ids:?}");
    host.settled().await;
    assert_eq!(erp.seen().len(), 1);
    host.stop().await;
}

#[tokio::test]
async fn a_scheduled_attempt_survives_a_restart() {
    let erp = Sink::start().await.answers(503, 1);
    let flow = FlowText::new("in").step(guest("echo"), "").target(
        "erp",
        &erp,
        "retry = { attempts = 3, base = \"1s\", jitter = false }",
    );
    let host = TestHost::start(&[flow]).await;
    let id = host.post("/in", r#"{"n":1}"#).await;
    eventually("the retry to be scheduled", || async { host.handle().reports()[0].queue.scheduled == 1 }).await;
    let host = host.restart().await;
    erp.wait_for(2).await;
    host.settled().await;
    let history = host.handle().store().history(id).await.unwrap().unwrap();
    let attempts = history.timeline.iter().filter(|entry| matches!(entry.event, gantry_core::Event::Attempted { .. }));
    assert_eq!(attempts.count(), 2, "the attempt before the restart counts");
    host.stop().await;
}

#[tokio::test]
async fn secrets_never_enter_a_dead_letter_a_metric_or_a_history() {
    let secrets = tempfile::tempdir().unwrap();
    let sender = secrets.path().join("sender");
    let target = secrets.path().join("target");
    std::fs::write(&sender, "sender-secret-4711").unwrap();
    std::fs::write(&target, "target-secret-0815").unwrap();
    let erp = Sink::start().await.answers_by(|seen| {
        // A target that echoes the credentials it was sent.
        Some(gantry_e2e::Answer { body: seen.header("authorization"), ..gantry_e2e::Answer::status(422) })
    });
    let source = format!(
        "[source.webhook]\npath = \"/in\"\nverify = {{ bearer = {{ tokens = [\"file:{}\"] }} }}\n",
        sender.display()
    );
    let auth = format!("auth = {{ bearer = \"file:{}\" }}", target.display());
    let flow = FlowText::new("in").source(&source).step(guest("echo"), "").target("erp", &erp, &auth);
    let host = TestHost::start(&[flow]).await;
    let response = host.send("/in", "{}", &[("authorization", "Bearer sender-secret-4711")]).await;
    let id = response.json::<serde_json::Value>().await.unwrap()["id"].as_str().unwrap().parse().unwrap();
    host.settled().await;
    assert_eq!(erp.seen()[0].header("authorization"), "Bearer target-secret-0815");
    let dead_letter = serde_json::to_string(&host.dead_letters().await).unwrap();
    let history = serde_json::to_string(&host.handle().store().history(id).await.unwrap()).unwrap();
    for text in [dead_letter, history, host.handle().scrape().unwrap()] {
        assert!(!text.contains("secret-"), "{text}");
    }
    host.stop().await;
}

#[tokio::test]
async fn a_wrong_token_is_refused_and_nothing_is_taken() {
    let erp = Sink::start().await;
    let secrets = tempfile::tempdir().unwrap();
    let token = secrets.path().join("token");
    std::fs::write(&token, "right").unwrap();
    let verify = format!("verify = {{ bearer = {{ tokens = [\"file:{}\"] }} }}", token.display());
    let source = format!("[source.webhook]\npath = \"/in\"\n{verify}\n");
    let host = TestHost::start(&[FlowText::new("in").source(&source).target("erp", &erp, "")]).await;
    let refused = host.send("/in", "{}", &[("authorization", "Bearer wrong")]).await;
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    assert_eq!(host.settled().await[0].counts.received, 0);
    let metrics = host.handle().scrape().unwrap();
    assert!(
        metrics.contains(r#"gantry_messages_refused_total{flow="in",reason="invalid_credentials"} 1"#),
        "{metrics}"
    );
    host.stop().await;
}

fn write_flow(dir: &std::path::Path, flow: &FlowText) {
    std::fs::create_dir(dir.join("flows")).unwrap();
    std::fs::write(dir.join("flows/in.toml"), flow.render()).unwrap();
}

#[tokio::test]
async fn sigterm_drains_and_what_was_waiting_arrives_after_the_next_start() {
    let erp = Sink::start().await.answers(503, 1);
    let dir = tempfile::tempdir().unwrap();
    let flow = FlowText::new("in").step(guest("echo"), "").target(
        "erp",
        &erp,
        "retry = { attempts = 3, base = \"2s\", jitter = false }",
    );
    write_flow(dir.path(), &flow);
    let host = HostProcess::start(dir.path()).await;
    let client = gantry_e2e::client_builder().build().unwrap();
    let response = client.post(format!("http://{}/in", host.intake)).body("hello").send().await.unwrap();
    assert_eq!(response.status(), 202);
    erp.wait_for(1).await;
    host.signal("TERM");
    assert!(host.wait().success(), "a drained host exits with 0");
    assert!(!dir.path().join("data/host.json").exists());
    let host = HostProcess::start(dir.path()).await;
    assert_eq!(erp.wait_for(2).await[1].text(), "hello");
    host.signal("TERM");
    assert!(host.wait().success());
}

#[tokio::test]
async fn a_second_signal_stops_at_once_and_loses_nothing() {
    // Accepts connections and never answers.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    write_flow(dir.path(), &FlowText::new("in").step(guest("echo"), "").target_at("erp", &url, "timeout = \"60s\""));
    let host = HostProcess::start(dir.path()).await;
    let client = gantry_e2e::client_builder().build().unwrap();
    let response = client.post(format!("http://{}/in", host.intake)).body("hello").send().await.unwrap();
    assert_eq!(response.status(), 202);
    let (_held, _) = silent.accept().await.unwrap();
    host.signal("TERM");
    let log = dir.path().join("log");
    eventually("the host to begin shutting down", || async {
        std::fs::read_to_string(&log).is_ok_and(|log| log.contains("shutting down"))
    })
    .await;
    let second = std::time::Instant::now();
    host.signal("TERM");
    host.wait();
    assert!(second.elapsed() < std::time::Duration::from_secs(20), "it did not wait for the target");
    let erp = Sink::start().await;
    std::fs::write(
        dir.path().join("flows/in.toml"),
        FlowText::new("in").step(guest("echo"), "").target("erp", &erp, "").render(),
    )
    .unwrap();
    let host = HostProcess::start(dir.path()).await;
    assert_eq!(erp.wait_for(1).await[0].text(), "hello");
    host.signal("TERM");
    assert!(host.wait().success());
}
