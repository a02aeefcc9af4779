//! Alerts of everything but dead letters: each begins, and each ends.

use gantry_control::rollout::DeployRequest;
use gantry_control::targets::TargetCommand;
use gantry_core::rollout::TermsChange;
use gantry_e2e::{Answer, FlowText, Operator as _, Sink, TestHost, guest, versioned};

use super::{alert, events, json, names, watcher, words};

const PATIENT: &str = r#"retry = { attempts = 1000, base = "5ms", cap = "20ms", budget = { share = 100 } }"#;

#[tokio::test]
async fn a_breaker_that_opens_triggers_an_alert_and_resolves_it_when_its_probes_close_it() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    erp.set_rule(|_| Some(Answer::status(503)));
    let breaker = r#"breaker = { window = 4, minimum = 2, open = "200ms", probes = 1 }"#;
    let flow = FlowText::new("orders").target("erp", &erp, &format!("{PATIENT}\n{breaker}"));
    let host = TestHost::start_with(&[flow], &alert(&pager, "on = [\"breaker_open\"]")).await;
    for n in 0..4 {
        host.post("/orders", n.to_string()).await;
    }
    let trigger = json(&pager.wait_for(1).await[0]);
    assert_eq!((&trigger["alert"], &trigger["about"]), (&"breaker_open".into(), &"erp".into()));
    let summary = trigger["summary"].as_str().unwrap();
    let failed = trigger["details"]["failures"].as_u64().unwrap();
    assert!(failed >= 1 && summary.contains(&format!("{failed} of ")) && summary.contains("failed"), "{summary}");
    assert!(trigger["details"]["calls"].as_u64().unwrap() >= failed, "{trigger}");
    assert_eq!(trigger["next"], "gantry target list");
    assert_eq!(trigger["runbook"], "docs/runbooks/target-down.md");
    // Probes fail, the breaker opens again and again: one alert.
    let calls = erp.seen().len();
    erp.wait_for(calls + 3).await;
    assert_eq!(pager.seen().len(), 1);
    erp.set_rule(|_| None);
    let said = pager.wait_for(2).await;
    assert_eq!(words(&said), ["trigger breaker_open", "resolve breaker_open"]);
    let resolve = json(&said[1]);
    let summary = resolve["summary"].as_str().unwrap();
    assert!(
        summary.starts_with("The breaker of target `erp` of flow `orders` is closed: messages are sent. It lasted "),
        "{summary}"
    );
    assert!(resolve["details"]["calls"].is_null(), "numbers of the trigger are not those of now: {resolve}");
    assert_eq!(host.settled().await.iter().find(|report| report.name == "orders").unwrap().counts.delivered, 4);
    host.stop().await;
}

#[tokio::test]
async fn a_target_that_is_paused_or_disabled_is_an_alert_until_it_gets_messages_again() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    let flow = FlowText::new("orders").target("erp", &erp, "");
    let host = TestHost::start_with(&[flow], &alert(&pager, "")).await;
    let said = [
        (TargetCommand::Pause, "trigger target_paused"),
        (TargetCommand::Resume, "resolve target_paused"),
        (TargetCommand::Disable, "trigger target_disabled"),
        (TargetCommand::Enable, "resolve target_disabled"),
    ];
    for (n, (command, word)) in said.into_iter().enumerate() {
        let flow = "orders".parse().unwrap();
        let target = "erp".parse().unwrap();
        host.handle().command_target(&flow, &target, command, "anna".into(), "move".into()).await.unwrap();
        assert_eq!(words(&pager.wait_for(n + 1).await)[n], word);
    }
    let said = pager.seen();
    assert_eq!(json(&said[0])["next"], "gantry target resume orders/erp");
    for (n, is) in [(1, "is not paused any more: messages are sent."), (3, "is enabled: messages are sent.")] {
        let summary = json(&said[n])["summary"].as_str().unwrap().to_owned();
        assert!(summary.starts_with(&format!("The target `erp` of flow `orders` {is} It lasted ")), "{summary}");
    }
    host.stop().await;
}

#[tokio::test]
async fn refused_credentials_are_an_alert_until_they_are_accepted() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    erp.set_rule(|_| Some(Answer::status(401)));
    let flow = FlowText::new("orders").target("erp", &erp, "");
    let host = TestHost::start_with(&[flow], &alert(&pager, "")).await;
    host.post("/orders", "1").await;
    let trigger = json(&pager.wait_for(1).await[0]);
    assert!(trigger["summary"].as_str().unwrap().contains("refuses the host's credentials"), "{trigger}");
    erp.set_rule(|_| None);
    let flow = "orders".parse().unwrap();
    let target = "erp".parse().unwrap();
    let handle = host.handle();
    handle.command_target(&flow, &target, TargetCommand::Resume, "anna".into(), String::new()).await.unwrap();
    assert_eq!(words(&pager.wait_for(2).await), ["trigger target_paused", "resolve target_paused"]);
    host.stop().await;
}

#[tokio::test]
async fn a_message_that_waits_too_long_is_an_event_and_an_alert_and_so_is_its_recovery() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("events.ndjson");
    let flows = [
        FlowText::new("orders").head("queue_age = \"200ms\"").target("erp", &erp, ""),
        watcher("watch", &file, "events = [\"queue_delayed\", \"queue_recovered\"]"),
    ];
    let host = TestHost::start_with(&flows, &alert(&pager, "on = [\"queue_delayed\"]")).await;
    let flow = "orders".parse().unwrap();
    let target = "erp".parse().unwrap();
    let handle = host.handle();
    let say = async |command| {
        handle.command_target(&flow, &target, command, "anna".into(), String::new()).await.unwrap();
    };
    say(TargetCommand::Pause).await;
    host.post("/orders", "1").await;
    let trigger = json(&pager.wait_for(1).await[0]);
    assert_eq!((&trigger["flow"], &trigger["details"]["depth"]), (&"orders".into(), &1.into()));
    assert_eq!(events(&file, 1).await[0]["depth"], 1);
    say(TargetCommand::Resume).await;
    let said = pager.wait_for(2).await;
    assert_eq!(words(&said), ["trigger queue_delayed", "resolve queue_delayed"]);
    let summary = json(&said[1])["summary"].as_str().unwrap().to_owned();
    assert!(summary.starts_with("Flow `orders` has caught up: no message waits. It lasted "), "{summary}");
    assert_eq!(names(&events(&file, 2).await), ["queue_delayed", "queue_recovered"]);
    host.stop().await;
}

#[tokio::test]
async fn a_disk_that_runs_low_is_critical_and_told_although_sources_are_refused() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("events.ndjson");
    let flows = [FlowText::new("orders").target("erp", &erp, ""), watcher("watch", &file, "flows = [\"orders\"]")];
    // More than any disk of a test has free.
    let settings = format!("[store]\ndisk_reserve = \"1000TiB\"\n{}", alert(&pager, "flows = [\"orders\"]"));
    let host = TestHost::start_with(&flows, &settings).await;
    assert_eq!(host.send("/orders", "1", &[]).await.status(), 503);
    let trigger = json(&pager.wait_for(1).await[0]);
    assert_eq!((&trigger["alert"], &trigger["severity"]), (&"disk_low".into(), &"critical".into()));
    assert_eq!(trigger["dedup_key"], "gantry/disk_low");
    assert!(names(&events(&file, 2).await).contains(&"disk_low"), "what concerns the host concerns every flow");
    host.stop().await;
}

#[tokio::test]
async fn a_version_that_the_host_takes_back_is_an_alert_until_another_is_deployed() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    let flow = FlowText::new("orders").step(guest("echo"), "name = \"map\"").target("erp", &erp, "");
    let host = TestHost::start_with(&[flow], &alert(&pager, "")).await;
    let deploy = async |guest: &str, version: &str, canary_share: f64| {
        let plugin = host.publish(versioned(guest, version)).await;
        let terms = TermsChange {
            shadow: Some(0),
            canary_share: Some(canary_share),
            canary_messages: Some(1000),
            watch_messages: Some(0),
            ..TermsChange::default()
        };
        let flow = "orders".parse().unwrap();
        let step = "map".to_owned();
        host.handle().deploy(DeployRequest { flow, step, plugin, by: "olga".into(), terms }).await.unwrap()
    };
    deploy("trap_on", "2.0.0", 1.0).await;
    gantry_e2e::eventually("messages to meet it until it is taken back", || async {
        host.post("/orders", "poison").await;
        !pager.seen().is_empty()
    })
    .await;
    let trigger = json(&pager.wait_for(1).await[0]);
    assert_eq!((&trigger["alert"], &trigger["about"]), (&"deployment_rolled_back".into(), &"map".into()));
    assert_eq!(trigger["severity"], "warning");
    deploy("echo", "3.0.0", 0.0).await;
    let said = words(&pager.wait_for(2).await);
    assert_eq!(said, ["trigger deployment_rolled_back", "resolve deployment_rolled_back"]);
    host.stop().await;
}
