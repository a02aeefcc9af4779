//! The flow's last messages through old and new: what is found, and what follows from it.

use gantry_control::rollout::{Kind, Phase, ShadowReport};
use gantry_core::rollout::{Judgement, TermsChange};
use gantry_e2e::{Operator as _, TestHost};
use serde_json::json;

use super::{deploy, host_with, publish, rests, serving, shadow_only, why};

/// Two messages `trap-on` handles, one it traps on.
async fn three_messages(host: &TestHost) {
    for text in ["good", "fine", "poison"] {
        host.post("/in", json!({"key": text}).to_string()).await;
    }
    host.settled().await;
}

fn counts(report: &ShadowReport) -> [usize; 5] {
    [report.messages, report.same, report.changed, report.newly_failing, report.newly_passing]
}

#[tokio::test]
async fn newly_failing_messages_refuse_a_version_by_default_and_are_shown() {
    let (host, _erp) = host_with("echo").await;
    three_messages(&host).await;
    let new = publish(&host, "trap_on", "2.0.0").await;
    let terms = TermsChange { newly_failing: None, ..shadow_only() };
    let refused = deploy(&host, &new, terms).await;
    let report = refused.shadow.as_ref().unwrap();
    assert_eq!((refused.phase, counts(report)), (Phase::Refused, [3, 2, 0, 1, 0]));
    assert_eq!(why(&refused), "of 3 messages 2 the same, 0 changed, 1 newly failing, 0 newly passing");
    let sample = &report.samples[0];
    assert_eq!(sample.kind, Kind::NewlyFailing);
    let paths: Vec<_> = sample.changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(paths, ["/emit", "/fault"]);
    assert_eq!(serving(&host), "echo@0.1.0");
    assert_eq!(host.dead_letters().await.len(), 0, "trying harms nothing");
    host.stop().await;
}

#[tokio::test]
async fn a_dead_letter_the_new_version_handles_is_newly_passing() {
    let (host, _erp) = host_with("trap_on").await;
    three_messages(&host).await;
    let dead = host.dead_letters().await.remove(0).id;
    let new = publish(&host, "echo", "2.0.0").await;
    let deployed = deploy(&host, &new, shadow_only()).await;
    let report = deployed.shadow.unwrap();
    assert_eq!((deployed.phase, counts(&report), report.dead_letters), (Phase::Deployed, [3, 2, 0, 0, 1], 1));
    assert_eq!((report.samples[0].message, report.samples[0].kind), (dead.message, Kind::NewlyPassing));
    host.stop().await;
}

#[tokio::test]
async fn changed_outcomes_wait_for_the_operator_who_approves_or_takes_it_back() {
    let (host, erp) = host_with("echo").await;
    three_messages(&host).await;
    let new = publish(&host, "counter", "2.0.0").await;
    let terms = TermsChange { changed: None, ..shadow_only() };
    let waiting = deploy(&host, &new, terms).await;
    assert_eq!((waiting.phase, counts(waiting.shadow.as_ref().unwrap())), (Phase::Waiting, [3, 0, 3, 0, 0]));
    host.post("/in", "{}").await;
    host.settled().await;
    assert_eq!(erp.seen().last().unwrap().text(), "{}", "the old version serves while the new one waits");
    host.handle().roll_back(waiting.number, "olga".into(), "not today".into()).await.unwrap();
    let refused = rests_over(&host, waiting.number).await;
    assert_eq!((refused.phase, why(&refused), serving(&host).as_str()), (Phase::Refused, "not today", "echo@0.1.0"));

    let waiting = deploy(&host, &new, terms).await;
    host.handle().approve_deployment(waiting.number, "nina".into()).await.unwrap();
    let deployed = rests_over(&host, waiting.number).await;
    assert_eq!((deployed.phase, serving(&host).as_str()), (Phase::Deployed, "counter@2.0.0"));
    assert!(deployed.events.iter().any(|event| event.by == "nina" && event.text == "approved"));
    let over = host.handle().approve_deployment(waiting.number, "nina".into()).await.unwrap_err();
    assert_eq!(over.to_string(), format!("deployment {} is over: deployed", waiting.number));
    host.stop().await;
}

async fn rests_over(host: &TestHost, number: u64) -> gantry_control::rollout::Deployment {
    super::eventually("the order to be taken", || async {
        host.handle().deployment(number).unwrap().phase != Phase::Waiting
    })
    .await;
    rests(host, number).await
}

#[tokio::test]
async fn a_difference_that_is_refused_by_the_terms_needs_nobody() {
    let (host, _erp) = host_with("echo").await;
    three_messages(&host).await;
    let new = publish(&host, "counter", "2.0.0").await;
    let terms = TermsChange { changed: Some(Judgement::Refuse), ..shadow_only() };
    assert_eq!(deploy(&host, &new, terms).await.phase, Phase::Refused);
    host.stop().await;
}

#[tokio::test]
async fn a_dry_run_tells_what_another_version_would_say_of_dead_letters_and_changes_nothing() {
    let (host, erp) = host_with("trap_on").await;
    three_messages(&host).await;
    let dead_letter = host.dead_letters().await.remove(0);
    let new = publish(&host, "echo", "2.0.0").await;
    let report = host.handle().dry_run("in".parse().unwrap(), super::step(), &new, vec![dead_letter.id]).await.unwrap();
    assert_eq!((counts(&report), report.samples[0].kind), ([1, 0, 0, 0, 1], Kind::NewlyPassing));
    assert_eq!((host.dead_letters().await, erp.seen().len()), (vec![dead_letter], 2));
    host.stop().await;
}
