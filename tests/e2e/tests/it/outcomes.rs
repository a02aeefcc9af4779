//! How a message ends, depending on its plugin's outcome and its target's answer.

use gantry_core::{DeadLetterState, MessageState, Stage};
use gantry_e2e::{Answer, FlowText, Sink, TestHost, guest};
use serde_json::json;

async fn one_flow(target: &Sink) -> TestHost {
    TestHost::start(&[FlowText::new("in").step(guest("outcomes"), "").target("erp", target, "")]).await
}

#[tokio::test]
async fn an_emitted_message_is_delivered_once_with_its_idempotency_key() {
    let erp = Sink::start().await;
    let host = one_flow(&erp).await;
    let id = host.post("/in", json!({"emit": [{"text": "Grüße", "headers": [["x-a", "b"]]}]}).to_string()).await;
    let seen = erp.wait_for(1).await;
    assert_eq!(seen[0].text(), "Grüße");
    assert_eq!(seen[0].header("x-a"), "b");
    assert_eq!(seen[0].idempotency_key(), format!("{id}.0"));
    let report = &host.settled().await[0];
    assert_eq!((report.counts.received, report.counts.delivered, erp.seen().len()), (1, 1, 1));
    let history = host.handle().store().history(id).await.unwrap().unwrap();
    assert_eq!(history.state, MessageState::Delivered);
    host.stop().await;
}

#[tokio::test]
async fn a_503_is_retried_until_the_schedule_ends_then_dead_lettered() {
    let erp = Sink::start().await.answers(503, 100);
    let host = one_flow(&erp).await;
    host.post("/in", r#"{"emit":[{"text":"x"}]}"#).await;
    host.settled().await;
    assert_eq!(erp.seen().len(), 3, "the flow allows three attempts");
    let dead_letters = host.dead_letters().await;
    let [dead_letter] = dead_letters.as_slice() else { panic!("{dead_letters:?}") };
    assert_eq!(dead_letter.stage, Stage::Deliver);
    assert_eq!(dead_letter.reason.code, "retries-exhausted-unavailable");
    assert_eq!(dead_letter.attempts.iter().map(|a| a.status).collect::<Vec<_>>(), [Some(503); 3]);
    assert_eq!(dead_letter.received.payload, r#"{"emit":[{"text":"x"}]}"#);
    assert_eq!(dead_letter.transformed.as_ref().unwrap().payload, "x");
    host.stop().await;
}

#[tokio::test]
async fn a_target_that_recovers_gets_the_message_with_the_same_key() {
    let erp = Sink::start().await.answers(503, 1).answers(429, 1);
    let host = one_flow(&erp).await;
    host.post("/in", r#"{"emit":[{"text":"x","idempotency_key":"order-7"}]}"#).await;
    let report = &host.settled().await[0];
    assert_eq!((report.counts.delivered, report.counts.retried, report.counts.dead_lettered), (1, 2, 0));
    assert!(erp.seen().iter().all(|seen| seen.idempotency_key() == "order-7"));
    host.stop().await;
}

#[tokio::test]
async fn retry_after_postpones_the_next_attempt() {
    let erp = Sink::start().await;
    let erp = erp.answers_once(Answer { retry_after: Some("1".to_owned()), ..Answer::status(429) });
    let host = one_flow(&erp).await;
    let start = std::time::Instant::now();
    host.post("/in", r#"{"emit":[{"text":"x"}]}"#).await;
    erp.wait_for(2).await;
    assert!(start.elapsed().as_secs_f64() >= 0.99, "the schedule alone would have been done in milliseconds");
    host.stop().await;
}

#[tokio::test]
async fn a_422_is_dead_lettered_at_once_with_what_was_sent_and_answered() {
    let erp = Sink::start().await.answers_once(Answer { body: "no such customer".to_owned(), ..Answer::status(422) });
    let host = one_flow(&erp).await;
    host.post("/in", r#"{"emit":[{"text":"x"}]}"#).await;
    host.settled().await;
    let dead_letter = host.dead_letters().await.remove(0);
    assert_eq!((erp.seen().len(), dead_letter.reason.code.as_str()), (1, "target-refused-422"));
    assert_eq!(dead_letter.attempts[0].excerpt, "no such customer");
    assert_eq!(dead_letter.state, DeadLetterState::Open);
    host.stop().await;
}

#[tokio::test]
async fn invalid_data_is_dead_lettered_with_its_violations_and_counted_by_rule() {
    let erp = Sink::start().await;
    let host = one_flow(&erp).await;
    let violation = json!({"path": "/lines/0/sku", "code": "unknown-product", "text": "no product 9"});
    host.post("/in", json!({"invalid": [violation]}).to_string()).await;
    host.settled().await;
    let dead_letter = host.dead_letters().await.remove(0);
    assert_eq!(
        (dead_letter.stage, dead_letter.reason.violations[0].code.as_str()),
        (Stage::Validate, "unknown-product")
    );
    let metrics = host.handle().scrape().unwrap();
    assert!(metrics.contains(r#"gantry_violations_total{flow="in",rule="unknown-product"} 1"#), "{metrics}");
    assert!(erp.seen().is_empty());
    host.stop().await;
}

#[tokio::test]
async fn a_skipped_message_ends_without_delivery_or_dead_letter() {
    let erp = Sink::start().await;
    let host = one_flow(&erp).await;
    let skipped = host.post("/in", r#"{"skip":"test-order"}"#).await;
    let empty = host.post("/in", r#"{"emit":[]}"#).await;
    assert_eq!(host.settled().await[0].counts.skipped, 2);
    for id in [skipped, empty] {
        assert_eq!(host.handle().store().history(id).await.unwrap().unwrap().state, MessageState::Skipped);
    }
    assert!(erp.seen().is_empty() && host.dead_letters().await.is_empty());
    host.stop().await;
}

#[tokio::test]
async fn a_plugin_that_keeps_asking_to_retry_is_run_as_often_as_the_flow_allows() {
    let erp = Sink::start().await;
    let flow = FlowText::new("in")
        .head("retry = { attempts = 4, base = \"1ms\" }")
        .step(guest("outcomes"), "")
        .target("erp", &erp, "");
    let host = TestHost::start(&[flow]).await;
    host.post("/in", r#"{"retry":"not-yet"}"#).await;
    let report = &host.settled().await[0];
    assert_eq!((report.counts.retried, report.counts.dead_lettered), (3, 1));
    assert_eq!(host.dead_letters().await[0].reason.code, "retries-exhausted");
    host.stop().await;
}

#[tokio::test]
async fn a_plugin_can_harm_only_its_own_messages() {
    let erp = Sink::start().await;
    let flow = FlowText::new("in").step(guest("trap_on"), "").target("erp", &erp, "");
    let host = TestHost::start(&[flow]).await;
    for n in 0..100 {
        let body = if n == 37 { r#""poison""#.to_owned() } else { format!("{n}") };
        host.post("/in", body).await;
    }
    let report = &host.settled().await[0];
    assert_eq!((report.counts.delivered, report.counts.dead_lettered), (99, 1));
    let dead_letter = host.dead_letters().await.remove(0);
    assert_eq!(dead_letter.reason.code, "plugin-trap");
    assert!(dead_letter.reason.text.contains("poison"), "the panic's message: {}", dead_letter.reason.text);
    assert!(dead_letter.component.is_some());
    host.stop().await;
}

#[tokio::test]
async fn each_delivery_of_a_message_has_its_own_state() {
    let erp = Sink::start().await.answers(422, 1);
    let archive = Sink::start().await;
    let flow = FlowText::new("in")
        .step(guest("outcomes"), "")
        .target("erp", &erp, "default = true")
        .target("archive", &archive, "");
    let host = TestHost::start(&[flow]).await;
    host.post("/in", r#"{"emit":[{"text":"a"},{"text":"b","route":"archive"}]}"#).await;
    host.settled().await;
    assert_eq!(archive.accepted()[0].text(), "b");
    let dead_letter = host.dead_letters().await.remove(0);
    assert_eq!(dead_letter.id.position, Some(0));
    assert_eq!(dead_letter.target.as_ref().unwrap().as_str(), "erp");

    host.handle().store().replay(dead_letter.id, "test".into(), None).await.unwrap();
    host.settled().await;
    assert_eq!(erp.accepted().len(), 1, "the failed delivery is sent");
    assert_eq!(archive.seen().len(), 1, "its sibling is not sent again");
    assert_eq!(erp.seen()[0].idempotency_key(), erp.seen()[1].idempotency_key());
    let dead_letter = host.handle().store().dead_letter(dead_letter.id).await.unwrap().unwrap();
    assert_eq!(dead_letter.state, DeadLetterState::Resolved);
    host.stop().await;
}

#[tokio::test]
async fn an_edited_replay_delivers_what_was_edited_and_keeps_the_messages_id() {
    let erp = Sink::start().await;
    let host = one_flow(&erp).await;
    let id = host.post("/in", r#"{"reject":"hopeless"}"#).await;
    host.settled().await;
    let dead_letter = host.dead_letters().await.remove(0);
    let edited = r#"{"emit":[{"text":"corrected"}]}"#;
    host.handle().store().replay(dead_letter.id, "test".into(), Some(edited.into())).await.unwrap();
    host.settled().await;
    assert_eq!(erp.accepted()[0].text(), "corrected");
    assert_eq!(erp.accepted()[0].idempotency_key(), format!("{id}.0"));
    let history = host.handle().store().history(id).await.unwrap().unwrap();
    assert_eq!(history.state, MessageState::Delivered);
    host.stop().await;
}

#[tokio::test]
async fn a_401_pauses_the_target_and_spends_no_attempt() {
    let erp = Sink::start().await.answers(401, 1000);
    let host = one_flow(&erp).await;
    for _ in 0..10 {
        host.post("/in", r#"{"emit":[{"text":"x"}]}"#).await;
    }
    gantry_e2e::eventually("all messages to wait", || async { host.handle().reports()[0].queue.scheduled == 10 }).await;
    assert!(host.dead_letters().await.is_empty());
    assert!(erp.seen().len() <= 10, "no message is attempted twice while the target is paused");
    host.stop().await;
}
