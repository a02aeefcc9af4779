//! Messages checked against JSON Schemas, on their way in and on their way out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gantry_core::{DeadLetterState, Stage};
use gantry_e2e::{FlowText, Sink, TestHost, guest};
use serde_json::json;

/// An order has a customer with a number, and costs cents.
const ORDER: &str = r#"{
    "type": "object",
    "required": ["customer"],
    "properties": {
        "customer": { "$ref": "customer.json" },
        "total": { "type": "number", "multipleOf": 0.01 }
    }
}"#;

fn schema(folder: &Path, text: &str) -> PathBuf {
    std::fs::write(folder.join("customer.json"), r#"{ "type": "object", "required": ["number"] }"#).unwrap();
    let file = folder.join("order.json");
    std::fs::write(&file, text).unwrap();
    file
}

fn line(file: &Path) -> String {
    format!("schema = {:?}", file.display().to_string())
}

#[tokio::test]
async fn an_incoming_message_that_breaks_the_schema_is_a_dead_letter_and_the_others_go_through() {
    let erp = Sink::start().await;
    let folder = tempfile::tempdir().unwrap();
    let flow = FlowText::new("in").source_line(&line(&schema(folder.path(), ORDER))).target("erp", &erp, "");
    let host = TestHost::start(&[flow]).await;
    host.post("/in", r#"{"customer": {"number": 1}, "total": 12345678901234567.89}"#).await;
    let wrong = r#"{"customer": {}, "total": 12345678901234567.891}"#;
    host.post("/in", wrong).await;
    host.post("/in", r#"{"customer": {"number": 2}}"#).await;
    let report = &host.settled().await[0];
    assert_eq!((report.counts.delivered, report.counts.dead_lettered, erp.seen().len()), (2, 1, 2));

    let dead_letter = host.dead_letters().await.remove(0);
    assert_eq!((dead_letter.stage, dead_letter.reason.code.as_str()), (Stage::Validate, "invalid"));
    assert_eq!((dead_letter.received.payload.as_ref(), dead_letter.target), (wrong.as_bytes(), None));
    let found: Vec<_> = dead_letter.reason.violations.iter().map(|v| (v.path.as_str(), v.code.as_str())).collect();
    assert_eq!(found, [("/customer/number", "missing-field"), ("/total", "multiple-of")]);
    assert_eq!(dead_letter.reason.text, "the message breaks order.json: 2 rules broken");
    let metrics = host.handle().scrape().unwrap();
    for counted in [
        r#"gantry_violations_total{flow="in",rule="missing-field"} 1"#,
        r#"gantry_dead_letters_total{code="invalid",flow="in",stage="validate"} 1"#,
    ] {
        assert!(metrics.contains(counted), "{counted} in {metrics}");
    }
    host.stop().await;
}

#[tokio::test]
async fn a_message_that_is_no_json_breaks_any_schema() {
    let erp = Sink::start().await;
    let folder = tempfile::tempdir().unwrap();
    let flow = FlowText::new("in").source_line(&line(&schema(folder.path(), "true"))).target("erp", &erp, "");
    let host = TestHost::start(&[flow]).await;
    host.post("/in", "{").await;
    let csv = gantry_e2e::client_builder().build().unwrap().post(host.url("/in"));
    assert_eq!(csv.header("content-type", "text/csv").body("a,b").send().await.unwrap().status(), 202);
    host.settled().await;
    let dead_letters = host.dead_letters().await;
    assert!(dead_letters.len() == 2 && erp.seen().is_empty());
    assert!(dead_letters.iter().all(|dead_letter| dead_letter.reason.violations[0].code == "not-json"));
    host.stop().await;
}

#[tokio::test]
async fn an_outgoing_message_that_breaks_its_targets_schema_is_a_dead_letter_and_nothing_is_sent() {
    let erp = Sink::start().await;
    let archive = Sink::start().await;
    let folder = tempfile::tempdir().unwrap();
    let flow = FlowText::new("in")
        .step(guest("outcomes"), "")
        .target("erp", &erp, &line(&schema(folder.path(), ORDER)))
        .target("archive", &archive, "default = true");
    let host = TestHost::start(&[flow]).await;
    let emit = |order: &str| {
        let json = |text: &str, route: &str| json!({"text": text, "route": route, "content_type": "application/json"});
        json!({"emit": [json("{}", "archive"), json(order, "erp")]}).to_string()
    };
    host.post("/in", emit(r#"{"customer": {"number": 7}}"#)).await;
    host.post("/in", emit(r#"{"customer": 7}"#)).await;
    let report = &host.settled().await[0];
    assert_eq!((report.counts.delivered, report.counts.dead_lettered), (1, 1));
    assert_eq!(
        (erp.seen().len(), archive.seen().len()),
        (1, 1),
        "a message is one unit: nothing of the second is sent"
    );

    let dead_letter = host.dead_letters().await.remove(0);
    assert_eq!((dead_letter.stage, dead_letter.reason.violations[0].path.as_str()), (Stage::Validate, "/customer"));
    assert_eq!(dead_letter.target.unwrap().as_str(), "erp");
    assert_eq!(dead_letter.transformed.unwrap().payload, r#"{"customer": 7}"#);
    assert!(dead_letter.component.is_some(), "the plugin that made it");
    assert_eq!(dead_letter.reason.text, "output 1 for target `erp` breaks order.json: wrong-type at /customer");
    host.stop().await;
}

#[tokio::test]
async fn a_dead_letter_is_replayed_once_the_schema_was_corrected() {
    let erp = Sink::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = schema(folder.path(), r#"{ "required": ["customer", "vat"] }"#);
    let flow = FlowText::new("in").source_line(&line(&file)).target("erp", &erp, "");
    let host = TestHost::start(&[flow]).await;
    host.post("/in", r#"{"customer": {"number": 1}}"#).await;
    host.settled().await;
    let dead_letter = host.dead_letters().await.remove(0);
    assert_eq!(dead_letter.reason.violations[0].path, "/vat");

    let replay = async |host: &TestHost| {
        host.handle().store().replay(dead_letter.id, "test".into(), None).await.unwrap();
        host.settled().await;
        host.dead_letters().await.remove(0).state
    };
    assert_eq!(replay(&host).await, DeadLetterState::Open, "the schema says the same as before");
    std::fs::write(&file, ORDER).unwrap();
    let host = host.restart().await;
    assert_eq!(replay(&host).await, DeadLetterState::Resolved);
    assert_eq!(erp.seen().len(), 1);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_who_makes_up_a_member_for_each_message_makes_one_group_of_dead_letters() {
    const MESSAGES: u64 = 1_200;
    let erp = Sink::start().await;
    let folder = tempfile::tempdir().unwrap();
    let closed = r#"{ "type": "object", "properties": { "id": {} }, "additionalProperties": false }"#;
    let flow = FlowText::new("in").source_line(&line(&schema(folder.path(), closed))).target("erp", &erp, "");
    let host = TestHost::start(&[flow]).await;
    for number in 0..MESSAGES {
        host.post("/in", format!(r#"{{"id": 1, "m{number:x}q": 1}}"#)).await;
    }
    assert_eq!(host.settled().await[0].counts.dead_lettered, MESSAGES);
    let letters = host.dead_letters().await;
    let fingerprints: BTreeSet<_> = letters.iter().map(|letter| &letter.fingerprint).collect();
    assert_eq!(fingerprints.len(), 1);
    host.stop().await;
}
