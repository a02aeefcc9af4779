//! Keys that wait for a dead letter, where the flow says so.

use gantry_e2e::{Answer, FlowText, Seen, Sink, TestHost, eventually};

fn flow(erp: &Sink, on_failure: &str) -> FlowText {
    FlowText::new("in")
        .head(&format!("on_failure = \"{on_failure}\""))
        .source_line("key = { pointer = \"/key\" }")
        .target("erp", erp, "")
}

fn poison(seen: &Seen) -> Option<Answer> {
    seen.text().contains("poison").then(|| Answer::status(422))
}

async fn send(host: &TestHost) {
    for body in [r#"{"key":"a","n":"poison"}"#, r#"{"key":"a","n":2}"#, r#"{"key":"b","n":3}"#, r#"{"key":"a","n":4}"#]
    {
        host.post("/in", body).await;
    }
}

fn accepted(erp: &Sink) -> Vec<String> {
    let accepted = erp.accepted();
    let bodies = accepted.iter().map(|seen| serde_json::from_slice::<serde_json::Value>(&seen.body).unwrap());
    bodies.map(|body| body["n"].to_string()).collect()
}

async fn until_blocked(host: &TestHost, messages: usize) {
    eventually("the key to be blocked", || async {
        let queue = host.handle().reports()[0].queue;
        (queue.blocked_keys, queue.blocked, queue.queued) == (1, messages, messages)
    })
    .await;
}

#[tokio::test]
async fn a_blocked_key_waits_over_a_restart_until_its_dead_letter_is_replayed_and_delivered() {
    let erp = Sink::start().await;
    erp.set_rule(poison);
    let host = TestHost::start(&[flow(&erp, "block")]).await;
    send(&host).await;
    until_blocked(&host, 2).await;
    assert_eq!(accepted(&erp), ["3"], "another key goes on");
    let host = host.restart().await;
    host.post("/in", r#"{"key":"a","n":5}"#).await;
    until_blocked(&host, 3).await;
    let metrics = host.handle().scrape().unwrap();
    assert!(metrics.contains(r#"gantry_messages_blocked{flow="in"} 3"#), "{metrics}");

    let dead_letter = host.dead_letters().await.remove(0);
    let store = host.handle();
    // A replay that fails again leaves the key blocked.
    store.store().replay(dead_letter.id, "anna".into(), None).await.unwrap();
    eventually("the replay to fail", || async { erp.seen().iter().filter(|s| s.status == 422).count() == 2 }).await;
    until_blocked(&host, 3).await;
    assert_eq!(accepted(&erp), ["3"]);

    let mended = r#"{"key":"a","n":1}"#;
    eventually("the dead letter to be open again", || async {
        store.store().replay(dead_letter.id, "anna".into(), Some(mended.into())).await.is_ok()
    })
    .await;
    host.settled().await;
    assert_eq!(accepted(&erp), ["3", "1", "2", "4", "5"], "the key goes on in order");
    assert_eq!(host.handle().reports()[0].queue.blocked_keys, 0);
    host.stop().await;
}

#[tokio::test]
async fn a_discarded_dead_letter_lets_its_key_go_on() {
    let erp = Sink::start().await;
    erp.set_rule(poison);
    let host = TestHost::start(&[flow(&erp, "block")]).await;
    send(&host).await;
    until_blocked(&host, 2).await;
    let dead_letter = host.dead_letters().await.remove(0);
    host.handle().store().acknowledge(dead_letter.id, "anna".into()).await.unwrap();
    until_blocked(&host, 2).await;
    host.handle().store().discard(dead_letter.id, "anna".into(), "test".into()).await.unwrap();
    host.settled().await;
    assert_eq!(accepted(&erp), ["3", "2", "4"]);
    host.stop().await;
}

#[tokio::test]
async fn a_flow_that_skips_goes_on_with_the_key_and_so_does_one_that_is_told_to() {
    let erp = Sink::start().await;
    erp.set_rule(poison);
    let host = TestHost::start(&[flow(&erp, "block")]).await;
    send(&host).await;
    until_blocked(&host, 2).await;
    flow(&erp, "skip").write(host.flows());
    assert_eq!(host.reload().await.changes.changed.len(), 1);
    host.settled().await;
    assert_eq!(accepted(&erp), ["3", "2", "4"]);
    send(&host).await;
    host.settled().await;
    assert_eq!((accepted(&erp).len(), host.dead_letters().await.len()), (6, 2));
    host.stop().await;
}
