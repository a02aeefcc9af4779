//! Alerts of what nobody notices otherwise: refused files and requests, silence, faults, missed goals, and a host that is gone.

use std::path::Path;

use gantry_control::targets::TargetCommand;
use gantry_e2e::{FlowText, Operator as _, Sink, TestHost, guest};
use serde_json::Value;

use super::{alert, json, picky, words};

/// Bounds that tests reach, before an alert of one kind.
fn counting(pager: &Sink, bounds: &str, kind: &str) -> String {
    format!("[events]\n{bounds}\n{}", alert(pager, &format!("on = [{kind:?}]")))
}

fn summary(notification: &Value) -> &str {
    notification["summary"].as_str().unwrap()
}

/// A flow of dropped files.
fn files(dir: &Path, erp: &Sink) -> FlowText {
    let inbox = dir.join("in").display().to_string();
    let source =
        format!("[source.files]\ndirectory = {inbox:?}\npattern = \"*.csv\"\nformat = \"csv\"\nquiet = \"10ms\"\n");
    FlowText::new("orders").source(&source).target("erp", erp, "")
}

#[tokio::test]
async fn a_refused_file_is_an_alert_also_after_a_restart_until_its_report_is_gone() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let settings = alert(&pager, "on = [\"file_refused\"]");
    let host = TestHost::start_with(&[files(dir.path(), &erp)], &settings).await;
    std::fs::write(dir.path().join("in/bad.csv"), "a,b\n1,\"x").unwrap();
    let trigger = json(&pager.wait_for(1).await[0]);
    assert!(summary(&trigger).starts_with("1 file was refused by flow `orders` within the last day"), "{trigger}");
    assert_eq!((&trigger["severity"], &trigger["details"]["files"]), (&"error".into(), &1.into()));
    let failed = trigger["details"]["directory"].as_str().unwrap().to_owned();
    assert_eq!(trigger["next"], format!("cat {failed}/*.error.txt"));
    let host = host.restart().await;
    std::fs::remove_file(Path::new(&failed).join("bad.csv.error.txt")).unwrap();
    let said = pager.wait_for(2).await;
    assert_eq!(words(&said), ["trigger file_refused", "resolve file_refused"]);
    assert!(summary(&json(&said[1])).starts_with("No file that flow `orders` refused"), "{}", said[1].text());
    host.stop().await;
}

#[tokio::test]
async fn a_flow_that_refuses_many_requests_is_an_alert_until_it_refuses_none() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    let flow = FlowText::new("orders").head("queue = { messages = 1 }").target("erp", &erp, "");
    let settings = counting(&pager, "count_within = \"2s\"\nrefused_requests = 3", "intake_refusing");
    let host = TestHost::start_with(&[flow], &settings).await;
    let scraped = host.handle().scrape().unwrap();
    let line = r#"gantry_messages_refused_total{flow="orders",reason="queue_full"} 0"#;
    assert!(scraped.contains(line), "the counter exists before the first refusal:\n{scraped}");
    let flow = "orders".parse().unwrap();
    let target = "erp".parse().unwrap();
    let handle = host.handle();
    handle.command_target(&flow, &target, TargetCommand::Pause, "anna".into(), String::new()).await.unwrap();
    host.post("/orders", "1").await;
    for _ in 0..3 {
        assert_eq!(host.send("/orders", "2", &[]).await.status(), 429);
    }
    let trigger = json(&pager.wait_for(1).await[0]);
    assert_eq!(trigger["about"], "queue_full");
    assert_eq!(
        summary(&trigger),
        "Flow `orders` refused 3 requests within the last 2s as queue_full: its queue is at its bound"
    );
    let said = pager.wait_for(2).await;
    assert_eq!(words(&said), ["trigger intake_refusing", "resolve intake_refusing"]);
    assert!(summary(&json(&said[1])).starts_with("Flow `orders` refused no request for "), "{}", said[1].text());
    host.stop().await;
}

#[tokio::test]
async fn a_flow_that_gets_nothing_is_an_alert_which_a_restart_does_not_end_and_a_message_does() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    let flow = FlowText::new("orders").head("silent_after = \"3s\"").target("erp", &erp, "");
    let host = TestHost::start_with(&[flow], &alert(&pager, "on = [\"flow_silent\"]")).await;
    let trigger = json(&pager.wait_for(1).await[0]);
    assert!(summary(&trigger).starts_with("Flow `orders` has got no message for "), "{trigger}");
    assert_eq!((&trigger["severity"], &trigger["flow"]), (&"warning".into(), &"orders".into()));
    let host = host.restart().await;
    host.post("/orders", "1").await;
    let said = pager.wait_for(2).await;
    assert_eq!(words(&said)[..2], ["trigger flow_silent", "resolve flow_silent"]);
    assert!(summary(&json(&said[1])).starts_with("Flow `orders` gets messages: the last one "), "{}", said[1].text());
    host.stop().await;
}

#[tokio::test]
async fn a_plugin_that_fails_again_and_again_is_an_alert() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    let flow = FlowText::new("orders").step(guest("trap_on"), "name = \"map\"").target("erp", &erp, "");
    let settings = counting(&pager, "count_within = \"2s\"\nplugin_faults = 2", "plugin_faulting");
    let host = TestHost::start_with(&[flow], &settings).await;
    let scraped = host.handle().scrape().unwrap();
    let line = r#"gantry_plugin_faults_total{code="plugin-trap",flow="orders",step="map"} 0"#;
    assert!(scraped.contains(line), "the counter exists before the first fault:\n{scraped}");
    for _ in 0..2 {
        host.post("/orders", "poison").await;
    }
    let trigger = json(&pager.wait_for(1).await[0]);
    assert_eq!(summary(&trigger), "The plugin of step `map` of flow `orders` failed 2 times within the last 2s");
    assert_eq!(trigger["next"], "gantry dlq groups --flow orders --stage transform");
    assert_eq!(words(&pager.wait_for(2).await), ["trigger plugin_faulting", "resolve plugin_faulting"]);
    host.stop().await;
}

#[tokio::test]
async fn a_missed_goal_is_an_alert_once_there_are_enough_messages_to_judge() {
    let erp = picky().await;
    let pager = Sink::start().await;
    let purpose = "[purpose]\ngoal = \"g\"\nsuccess = { error_rate = 0.05 }\n";
    let source = "[source.webhook]\npath = \"/orders\"\nverify = \"none\"\n";
    let flow = FlowText::new("orders").source(&format!("{purpose}{source}")).target("erp", &erp, "");
    let host = TestHost::start_with(&[flow], &alert(&pager, "on = [\"criteria_missed\"]")).await;
    host.post("/orders", r#""bad""#).await;
    host.post("/orders", r#""bad""#).await;
    host.settled().await;
    for n in 0..18 {
        assert!(pager.seen().is_empty(), "{n} messages are too few");
        host.post("/orders", n.to_string()).await;
    }
    let trigger = json(&pager.wait_for(1).await[0]);
    assert_eq!(
        summary(&trigger),
        "Flow `orders` misses its goal: error_rate is 10.00 % of 20 messages since the host started, the bound is 5.00 %"
    );
    assert_eq!(trigger["next"], "gantry dlq groups --flow orders");
    assert!(host.handle().scrape().unwrap().contains(r#"gantry_criteria_met{criterion="error_rate",flow="orders"} 0"#));
    for n in 0..20 {
        host.post("/orders", n.to_string()).await;
    }
    let said = pager.wait_for(2).await;
    assert_eq!(words(&said), ["trigger criteria_missed", "resolve criteria_missed"]);
    assert!(summary(&json(&said[1])).starts_with("Flow `orders` keeps its goal: error_rate is "), "{}", said[1].text());
    host.stop().await;
}

#[tokio::test]
async fn an_endpoint_that_asks_for_heartbeats_gets_them_and_others_get_none() {
    let erp = Sink::start().await;
    let alive = Sink::start().await;
    let pager = Sink::start().await;
    let settings = format!(
        "{}{}",
        alert(&alive, "on = [\"heartbeat\"]\nheartbeat = \"100ms\"").replace("pager", "alive"),
        alert(&pager, "")
    );
    let host = TestHost::start_with(&[FlowText::new("orders").target("erp", &erp, "")], &settings).await;
    let beats = alive.wait_for(3).await;
    assert_eq!(words(&beats)[..3], ["trigger heartbeat"; 3]);
    let beat = json(&beats[0]);
    assert_eq!((&beat["dedup_key"], &beat["severity"]), (&"gantry/heartbeat".into(), &"info".into()));
    let reports = host.handle().alerts();
    assert!(reports.iter().all(|report| report.firing.is_empty()), "nothing is wrong, and nothing fires");
    assert!(pager.seen().is_empty());
    host.stop().await;
}
