//! Endpoints: what they get, and what it matters when they are down.

use gantry_control::targets::TargetCommand;
use gantry_core::DeadLetterState;
use gantry_e2e::{Answer, FlowText, Operator as _, Sink, TestHost, eventually, guest, hanging};
use gantry_store::{Filter, Page};

use super::{alert, alert_at, fires, json, picky, words};

#[tokio::test]
async fn an_endpoint_that_fails_is_called_again_and_gets_the_trigger_before_the_resolve() {
    let erp = picky().await;
    let pager = Sink::start().await.answers(503, 2);
    let flow = FlowText::new("orders").target("erp", &erp, "");
    let host = TestHost::start_with(&[flow], &alert(&pager, "")).await;
    // The endpoint is a target as any other.
    let flow = "alert-pager".parse().unwrap();
    let endpoint = "endpoint".parse().unwrap();
    let handle = host.handle();
    let say = async |command| {
        handle.command_target(&flow, &endpoint, command, "anna".into(), String::new()).await.unwrap();
    };
    say(TargetCommand::Pause).await;
    host.post("/orders", r#""bad""#).await;
    eventually("the trigger to wait", || async { handle.alerts()[0].waiting == 1 }).await;
    let dead_letter = host.dead_letters().await.remove(0);
    handle.store().discard(dead_letter.id, "anna".into(), "a test".into()).await.unwrap();
    eventually("the resolve to wait behind it", || async { handle.alerts()[0].waiting == 2 }).await;
    say(TargetCommand::Resume).await;
    let seen = pager.wait_for(4).await;
    assert_eq!(words(&pager.accepted()), ["trigger dead_letters", "resolve dead_letters"]);
    let keys: Vec<_> = seen.iter().map(gantry_e2e::Seen::idempotency_key).collect();
    assert!(keys[0] == keys[1] && keys[1] == keys[2] && keys[2] != keys[3], "{keys:?}");
    host.stop().await;
}

#[tokio::test]
async fn an_endpoint_that_never_answers_slows_no_flow_and_fills_nothing_without_bound() {
    let erp = Sink::start().await;
    let flow = FlowText::new("orders").step(guest("outcomes"), "").target("erp", &erp, "");
    // Said again in every look, if it were not for the bound.
    let settings = alert_at(&hanging().await, "repeat = \"1ms\"\ndead_letters = 1");
    let host = TestHost::start_with(&[flow], &settings).await;
    for n in 0..1100 {
        host.post("/orders", format!(r#"{{"reject": "kind-{n}"}}"#)).await;
    }
    eventually("as many words as may wait", || async { host.handle().alerts()[0].waiting >= 1000 }).await;
    for _ in 0..100 {
        host.post("/orders", r#"{"emit": [{"text": "1"}]}"#).await;
    }
    assert_eq!(erp.wait_for(100).await.len(), 100, "the flow goes on");
    let alerts = host.handle().alerts();
    assert!(alerts[0].waiting <= 2000 && alerts[0].firing.len() <= 1000, "{}", alerts[0].waiting);
    // Looks go on, and say nothing more.
    let before = host.handle().scrape().unwrap();
    host.post("/orders", r#"{"reject": "one more"}"#).await;
    eventually("the letter", || async {
        let filter = Filter { state: Some(DeadLetterState::Open), ..Filter::default() };
        host.handle().store().dead_letters(filter, Page::first(10_000)).await.unwrap().dead_letters.len() == 1101
    })
    .await;
    assert_eq!(said(&host.handle().scrape().unwrap()), said(&before));
    drop(host);
}

/// How many triggers were said.
fn said(metrics: &str) -> Option<&str> {
    metrics.lines().find(|line| line.starts_with("gantry_alert_notices_total{action=\"trigger\""))
}

#[tokio::test]
async fn what_goes_wrong_with_alerts_raises_none() {
    let erp = picky().await;
    let pager = Sink::start().await.answers(400, 1);
    let flow = FlowText::new("orders").target("erp", &erp, "");
    let host = TestHost::start_with(&[flow], &alert(&pager, "")).await;
    host.post("/orders", r#""bad""#).await;
    eventually("both dead letters", || async { host.dead_letters().await.len() == 2 }).await;
    fires(&host, 1).await;
    eventually("the call to be counted", || async { host.handle().alerts()[0].open_dead_letters == 1 }).await;
    let dead_letter =
        host.dead_letters().await.into_iter().find(|dead_letter| dead_letter.flow.as_str() == "orders").unwrap();
    host.handle().store().discard(dead_letter.id, "anna".into(), "a test".into()).await.unwrap();
    assert_eq!(words(&pager.wait_for(2).await), ["trigger dead_letters", "resolve dead_letters"]);
    fires(&host, 0).await;
    host.stop().await;
}

#[tokio::test]
async fn pagerduty_gets_its_routing_key_and_nothing_on_disk_holds_it() {
    let erp = picky().await;
    let pager = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    pager.set_rule(|seen| Some(Answer { body: seen.text(), ..Answer::status(400) }));
    let key = dir.path().join("key");
    std::fs::write(&key, "r0uting-key-of-the-service\n").unwrap();
    let format = format!("format.pagerduty = {{ routing_key = \"file:{}\" }}", key.display());
    let flow = FlowText::new("orders").target("erp", &erp, "");
    let host = TestHost::start_with(&[flow], &alert(&pager, &format)).await;
    host.post("/orders", r#""bad""#).await;
    let sent = json(&pager.wait_for(1).await[0]);
    assert_eq!(sent["routing_key"], "r0uting-key-of-the-service");
    assert_eq!((&sent["event_action"], &sent["payload"]["severity"]), (&"trigger".into(), &"error".into()));
    // The endpoint has even echoed it, and the call is a dead letter.
    eventually("both dead letters", || async { host.dead_letters().await.len() == 2 }).await;
    let dead_letter =
        host.dead_letters().await.into_iter().find(|dead_letter| dead_letter.flow.as_str() == "alert-pager").unwrap();
    let kept = serde_json::to_string(&dead_letter).unwrap();
    assert!(kept.contains("[secret]") && !kept.contains("r0uting"), "{kept}");
    assert!(!format!("{:?}", host.handle().alerts()).contains("r0uting"));
    host.stop().await;
}

#[tokio::test]
async fn a_flow_can_not_take_the_name_of_an_alerts_flow() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    let host = TestHost::start_with(&[FlowText::new("orders").target("erp", &erp, "")], &alert(&pager, "")).await;
    FlowText::new("alert-pager").target("erp", &erp, "").write(host.flows());
    let report = host.reload().await;
    let said: Vec<_> = report.diagnostics.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|text| text.contains("an alert of the host file")), "{said:?}");
    std::fs::remove_file(host.flows().join("alert-pager.toml")).unwrap();
    FlowText::new("more").target("erp", &erp, "").write(host.flows());
    assert_eq!(host.reload().await.changes.removed.len(), 0, "a reload leaves the flows of alerts alone");
    host.stop().await;
}
