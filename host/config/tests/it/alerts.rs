//! Alerts in configuration.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::time::Duration;

use gantry_config::{AlertFormat, AlertUrl, Code, HostConfig, Kinds, SecretRef, Style, examine_flows_beside};
use gantry_core::alert::AlertKind;

fn host(file: &str) -> HostConfig {
    HostConfig::load(Some(format!("tests/cases/{file}").as_ref())).unwrap().0
}

#[test]
fn an_alert_says_where_to_what_for_and_in_which_form() {
    let host = host("gantry-alerts.toml");
    assert_eq!((host.events.instance.as_str(), host.events.queue_age), ("shop-1", Duration::from_secs(300)));
    let [pager, chat] = &host.alerts[..] else { panic!("two") };
    assert_eq!(pager.flow.as_str(), "alert-pager");
    assert_eq!(pager.endpoint.format, AlertFormat::Pagerduty { routing_key: SecretRef::Env("PAGERDUTY_KEY".into()) });
    let orders = "orders".parse().unwrap();
    let other = "other".parse().unwrap();
    let sales = Some("sales@example.com");
    assert!(pager.concerns(AlertKind::DeadLetters, Some(&orders), sales));
    assert!(pager.concerns(AlertKind::DiskLow, None, None));
    assert!(!pager.concerns(AlertKind::DeadLetters, Some(&other), sales));
    assert!(!pager.concerns(AlertKind::DeadLetters, Some(&orders), None), "it has no such owner");
    assert!(!pager.concerns(AlertKind::DeadLetters, Some(&orders), Some("stock@example.com")));
    assert!(!pager.concerns(AlertKind::BreakerOpen, None, None));
    assert_eq!(host.events.runbooks.as_deref(), Some("https://gantry.example.com/runbooks"));
    assert_eq!(pager.retry.unavailable.attempts, 300, "about a day");
    assert_eq!(chat.endpoint.url, AlertUrl::Secret(SecretRef::Env("SLACK_URL".into())));
    assert_eq!((chat.retry.unavailable.attempts, chat.on.len()), (5, AlertKind::ALL.len() - 1));
}

#[test]
fn heartbeats_are_sent_on_request_only_and_never_to_what_opens_an_incident_for_each() {
    let directory = tempfile::tempdir().unwrap();
    let load = |lines: &str| {
        let file = directory.path().join("gantry.toml");
        std::fs::write(&file, format!("[[alert]]\nname = \"alive\"\nurl = \"env:URL\"\n{lines}\n")).unwrap();
        HostConfig::load(Some(&file)).map(|(host, _)| host.alerts[0].endpoint.heartbeat)
    };
    assert_eq!(load("").unwrap(), None);
    assert_eq!(load("on = [\"heartbeat\"]").unwrap(), Some(Duration::from_secs(300)));
    assert_eq!(load("heartbeat = \"1m\"").unwrap(), Some(Duration::from_secs(60)));
    let refused = load("heartbeat = \"1m\"\nformat.pagerduty = { routing_key = \"env:KEY\" }").unwrap_err();
    assert!(refused.render(Style::Plain, 110).contains("PagerDuty would open an incident for every heartbeat"));
}

#[test]
fn what_the_host_shows_of_its_alerts_names_secrets_and_holds_none() {
    let shown = host("gantry-alerts.toml").to_json();
    assert_eq!(shown["alert"][0]["format"]["pagerduty"]["routing_key"], "env:PAGERDUTY_KEY");
    assert_eq!(shown["alert"][1]["url"], "env:SLACK_URL");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("gantry.toml");
    std::fs::write(&file, toml::to_string(&shown).unwrap()).unwrap();
    assert_eq!(HostConfig::load(Some(&file)).unwrap().0.alerts.len(), 2);
}

#[test]
fn mistakes_in_alerts_are_shown_at_their_place_and_secrets_are_not() {
    let mistakes = HostConfig::load(Some("tests/cases/gantry-alerts-wrong.toml".as_ref())).unwrap_err();
    let shown = mistakes.render(Style::Plain, 110);
    assert!(!shown.contains("hunter2"), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn a_flow_with_the_name_of_an_alerts_flow_is_refused_at_its_place() {
    let host = host("gantry-alerts.toml");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("flow.toml");
    std::fs::write(&file, "[flow]\nname = \"alert-pager\"\n").unwrap();
    let kinds = Kinds { sources: Vec::new(), targets: Vec::new() };
    let (_, found) = examine_flows_beside(&[&file], &kinds, &host.alert_flows());
    let taken = found.iter().find(|one| one.code == Code::Conflict).unwrap();
    assert_eq!((taken.line, taken.column), (Some(2), Some(8)));
    assert!(taken.message.contains("under the name `alert-pager`"), "{taken}");
    let (_, found) = examine_flows_beside(&[&file], &kinds, &Default::default());
    assert!(found.iter().all(|one| one.code != Code::Conflict), "without that alert the name is free");
}
