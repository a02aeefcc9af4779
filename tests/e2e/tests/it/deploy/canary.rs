//! A share of live keys first: which messages meet the new version, what is counted, and what becomes of a bad one.

use std::collections::{HashMap, HashSet};

use gantry_control::rollout::{Deployment, Phase};
use gantry_core::rollout::{Judgement, TermsChange};
use gantry_e2e::{FlowText, Operator as _, Sink, TestHost, eventually, guest};
use serde_json::json;

use super::{NAMED, at_once, host_with, publish, reaches, request, rests, serving, why};

fn canary(share: f64, messages: u64) -> TermsChange {
    TermsChange { canary_share: Some(share), canary_messages: Some(messages), ..at_once() }
}

async fn begin(host: &TestHost, plugin: &str, terms: TermsChange) -> Deployment {
    let begun = host.handle().deploy(request(plugin, terms)).await.unwrap();
    let phase = if terms.canary_share == Some(0.0) { Phase::Watching } else { Phase::Canary };
    reaches(host, begun.number, phase).await;
    eventually("the trial to be in the flow", || async { host.handle().reports()[0].plugins[0].on_trial.is_some() })
        .await;
    begun
}

async fn post(host: &TestHost, key: usize, text: &str) {
    host.post("/in", json!({"key": key.to_string(), "text": text}).to_string()).await;
}

#[tokio::test]
async fn a_key_meets_one_version_and_the_share_is_promoted_when_it_proved_itself() {
    let (host, erp) = host_with("echo").await;
    let new = publish(&host, "counter", "2.0.0").await;
    let begun = begin(&host, &new, canary(0.5, 40)).await;
    // Two rounds over the same keys: `counter` answers in words of its own, `echo` with the message.
    for round in 0..2 {
        for key in 0..40 {
            post(&host, key, &round.to_string()).await;
        }
        host.settled().await;
    }
    let done = rests(&host, begun.number).await;
    let seen = done.canary.unwrap();
    assert_eq!((done.phase, seen.new.failed, seen.newly_failing), (Phase::Deployed, 0, 0));
    assert!(seen.new.messages >= 40 && seen.old.messages > 0, "{seen:?}");
    assert_eq!(serving(&host), "counter@2.0.0");
    // Who made what is on record: no key has met both while both served.
    let mut met: HashMap<String, HashSet<gantry_core::Digest>> = HashMap::new();
    for at in erp.seen().iter().take(usize::try_from(seen.new.messages + seen.old.messages).unwrap()) {
        let id = at.idempotency_key();
        let id = id.split('.').next().unwrap().parse().unwrap();
        let history = host.handle().store().history(id).await.unwrap().unwrap();
        let made_by = history.timeline.iter().find_map(|entry| match &entry.event {
            gantry_core::Event::Transformed { plugins, .. } => Some(plugins[0]),
            _ => None,
        });
        met.entry(history.key.unwrap()).or_default().insert(made_by.unwrap());
    }
    assert!(met.values().all(|versions| versions.len() == 1), "{met:?}");
    host.stop().await;
}

#[tokio::test]
async fn a_version_that_fails_too_often_is_taken_back_by_itself_and_costs_no_dead_letter() {
    let (host, erp) = host_with("echo").await;
    let new = publish(&host, "trap_on", "2.0.0").await;
    let begun = begin(&host, &new, canary(1.0, 1000)).await;
    for key in 0..5 {
        post(&host, key, "poison").await;
    }
    let done = rests(&host, begun.number).await;
    assert_eq!((done.phase, serving(&host).as_str()), (Phase::RolledBack, "echo@0.1.0"));
    assert!(why(&done).contains("of which the old version handles: too many"), "{}", why(&done));
    let counts = host.settled().await[0].counts;
    assert_eq!((counts.delivered, counts.dead_lettered, erp.seen().len()), (5, 0, 5), "the old version answered");
    assert!(host.handle().reports()[0].plugins[0].on_trial.is_none());
    host.stop().await;
}

#[tokio::test]
async fn what_both_versions_fail_on_does_not_speak_against_the_new_one() {
    let (host, _erp) = host_with("trap_on").await;
    let new = publish(&host, "trap_on", "2.0.0").await;
    let begun = begin(&host, &new, canary(1.0, 10)).await;
    for key in 0..10 {
        post(&host, key, if key % 2 == 0 { "poison" } else { "good" }).await;
    }
    let done = rests(&host, begun.number).await;
    let seen = done.canary.unwrap();
    assert_eq!((done.phase, seen.new.failed, seen.newly_failing), (Phase::Deployed, 5, 0));
    assert_eq!(host.settled().await[0].counts.dead_lettered, 5);
    host.stop().await;
}

#[tokio::test]
async fn whoever_accepts_failures_gets_the_new_versions_word_and_still_a_bound() {
    let (host, _erp) = host_with("echo").await;
    let new = publish(&host, "trap_on", "2.0.0").await;
    let accept = Some(Judgement::Accept);
    let terms = TermsChange { newly_failing: accept, max_failure_rate: Some(0.2), ..canary(1.0, 1000) };
    let begun = begin(&host, &new, terms).await;
    for key in 0..5 {
        post(&host, key, "poison").await;
    }
    let done = rests(&host, begun.number).await;
    assert_eq!(done.phase, Phase::RolledBack);
    assert!(host.settled().await[0].counts.dead_lettered >= 5, "no net: its failures are dead letters");
    host.stop().await;
}

#[tokio::test]
async fn a_version_is_watched_over_all_messages_and_taken_back_when_it_fails_there() {
    let (host, _erp) = host_with("echo").await;
    let new = publish(&host, "trap_on", "2.0.0").await;
    let terms = TermsChange { watch_messages: Some(1000), ..at_once() };
    let begun = begin(&host, &new, terms).await;
    for key in 0..20 {
        post(&host, key, "good").await;
    }
    host.settled().await;
    let watched = host.handle().deployment(begun.number).unwrap();
    assert_eq!((watched.phase, watched.watch.unwrap().new.messages), (Phase::Watching, 20));
    post(&host, 0, "poison").await;
    let done = rests(&host, begun.number).await;
    assert_eq!((done.phase, serving(&host).as_str()), (Phase::RolledBack, "echo@0.1.0"));
    assert_eq!(host.settled().await[0].counts.dead_lettered, 0);
    host.stop().await;
}

#[tokio::test]
async fn an_operator_promotes_or_takes_back_before_the_time() {
    let (host, _erp) = host_with("echo").await;
    let new = publish(&host, "counter", "2.0.0").await;
    let begun = begin(&host, &new, canary(0.1, 1_000_000)).await;
    host.handle().roll_back(begun.number, "olga".into(), "a bad feeling".into()).await.unwrap();
    let done = rests(&host, begun.number).await;
    assert_eq!((done.phase, why(&done), serving(&host).as_str()), (Phase::RolledBack, "a bad feeling", "echo@0.1.0"));
    let begun = begin(&host, &new, canary(0.1, 1_000_000)).await;
    host.handle().approve_deployment(begun.number, "olga".into()).await.unwrap();
    let done = rests(&host, begun.number).await;
    assert_eq!((done.phase, serving(&host).as_str()), (Phase::Deployed, "counter@2.0.0"));
    host.stop().await;
}

#[tokio::test]
async fn what_a_targets_schema_refuses_of_the_new_version_counts_against_it() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let schema = dir.path().join("object.json");
    std::fs::write(&schema, r#"{"type": "object"}"#).unwrap();
    let target = format!("schema = {:?}", schema.display().to_string());
    let flow = FlowText::new("in").source_line("key = { pointer = \"/key\" }").step(guest("echo"), NAMED);
    let host = TestHost::start(&[flow.target("erp", &erp, &target)]).await;
    // `counter` answers with a text where `echo` answers with the object.
    let new = publish(&host, "counter", "2.0.0").await;
    let begun = begin(&host, &new, canary(1.0, 1000)).await;
    post(&host, 0, "x").await;
    let done = rests(&host, begun.number).await;
    assert_eq!((done.phase, serving(&host).as_str()), (Phase::RolledBack, "echo@0.1.0"));
    assert_eq!(done.canary.unwrap().newly_failing, 1);
    host.stop().await;
}
