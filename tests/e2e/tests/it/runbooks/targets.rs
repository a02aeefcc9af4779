//! Runbooks of targets that get nothing.

use gantry_e2e::{Answer, FlowText, Sink, eventually};
use serde_json::Value;

use super::Site;

const PATIENT: &str = "retry = { attempts = 1000, base = \"5ms\", cap = \"20ms\", budget = { share = 100 } }";

/// Whether the only target is in this state.
fn is(state: &str) -> impl Fn(&Value) -> bool {
    move |listed| listed["targets"][0]["state"] == state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn target_down() {
    let erp = Sink::start().await;
    erp.set_rule(|seen| Some(Answer::status(if seen.text() == "bad" { 422 } else { 503 })));
    let breaker = "breaker = { window = 4, minimum = 3, open = \"60s\" }";
    let flow = FlowText::new("orders").target("erp", &erp, &format!("{PATIENT}\n{breaker}"));
    let mut site = Site::open("target-down", &[flow], "").await;
    site.post("/orders", "bad").await;
    site.until("dlq list --state open", |listed| listed["dead_letters"][0]["id"].is_string()).await;
    for n in 0..4 {
        site.post("/orders", &n.to_string()).await;
    }
    site.until("target list", |listed| listed["targets"][0]["breaker"]["state"] == "open").await;
    let shown = site.run("gantry status", &[]).ok();
    assert!(shown.contains("breaker_open  orders/erp") && shown.contains("open since "), "{shown}");
    assert!(!shown.contains("0 of 0"), "{shown}");
    let flows = site.path("flows");
    site.run("check", &[("FLOWS", &flows)]).ok();
    site.run("target pause", &[("FLOW/TARGET", "orders/erp")]).ok();
    site.run("target resume", &[("FLOW/TARGET", "orders/erp")]).ok();
    erp.set_rule(|_| None);
    site.run("close-breaker", &[("FLOW/TARGET", "orders/erp")]).ok();
    eventually("what waited to arrive", || async { erp.accepted().len() >= 4 }).await;
    site.run("dlq redrive", &[("FLOW", "orders")]).ok();
    eventually("the dead letter to arrive", || async { erp.accepted().len() >= 5 }).await;
    site.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn target_paused() {
    let erp = Sink::start().await;
    erp.set_rule(|seen| (seen.header("authorization") != "Bearer the-new-token").then(|| Answer::status(401)));
    let dir = tempfile::tempdir().unwrap();
    let token = dir.path().join("token");
    std::fs::write(&token, "the-old-token").unwrap();
    let auth = format!("auth = {{ bearer = \"file:{}\" }}", token.display());
    let flow = FlowText::new("orders").target("erp", &erp, &format!("{PATIENT}\n{auth}"));
    let mut site = Site::open("target-paused", &[flow], "").await;
    site.post("/orders", "1").await;
    site.until("target list", is("unauthorized")).await;
    let shown = site.run("target list", &[]).ok();
    assert!(shown.contains("unauthorized") && shown.contains("401"), "{shown}");

    std::fs::write(&token, "the-new-token").unwrap();
    site.run("gantry reload", &[]).ok();
    eventually("the message to arrive", || async { erp.accepted().len() == 1 }).await;
    site.logged("target resumed: it accepts deliveries again").await;
    site.until("target list", is("active")).await;

    erp.set_rule(|seen| seen.text().contains('2').then(|| Answer::status(403)));
    site.post("/orders", "2").await;
    site.post("/orders", "2 again").await;
    site.run("target resume", &[("FLOW/TARGET", "orders/erp")]).ok();
    site.run("target pause", &[("FLOW/TARGET", "orders/erp")]).ok();
    site.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn target_disabled() {
    let old = Sink::start().await;
    let new = Sink::start().await;
    old.set_rule(|_| Some(Answer::status(410)));
    let flow = FlowText::new("orders").target("erp", &old, "");
    let mut site = Site::open("target-disabled", &[flow], "").await;
    site.post("/orders", "1").await;
    site.until("target list", is("disabled")).await;
    site.post("/orders", "2").await;
    let shown = site.run("target list", &[]).ok();
    assert!(shown.contains("disabled") && shown.contains("410"), "{shown}");
    FlowText::new("orders").target("erp", &new, "").write(&site.dir.path().join("flows"));
    site.run("reload", &[]).ok();
    site.run("target enable", &[("FLOW/TARGET", "orders/erp")]).ok();
    eventually("what waited to arrive", || async { new.accepted().len() == 1 }).await;
    site.run("dlq replay", &[("FLOW", "orders")]).ok();
    eventually("the dead letter to arrive", || async { new.accepted().len() == 2 }).await;
    site.end();
}
