//! Alerts of dead letters.

use gantry_e2e::{Answer, FlowText, Sink, TestHost};
use gantry_store::GroupState;

use crate::{alert, json, words};

/// A target that refuses what says "bad", until it is told otherwise.
async fn picky() -> Sink {
    Sink::start().await.answers_by(|seen| seen.text().contains("bad").then(|| Answer::status(422)))
}

#[tokio::test]
async fn a_dead_letter_triggers_an_alert_and_its_replay_resolves_it_under_the_same_key() {
    let (erp, pager) = (picky().await, Sink::start().await);
    let host = TestHost::start_with(&[FlowText::new("orders").target("erp", &erp, "")], &alert(&pager, "")).await;
    host.post("/orders", r#""bad""#).await;
    let trigger = json(&pager.wait_for(1).await[0]);
    assert_eq!((&trigger["action"], &trigger["alert"]), (&"trigger".into(), &"dead_letters".into()));
    assert_eq!((&trigger["flow"], &trigger["severity"]), (&"orders".into(), &"error".into()));
    assert_eq!((&trigger["details"]["open"], &trigger["details"]["target"]), (&1.into(), &"erp".into()));
    let letter = host.dead_letters().await.remove(0);
    assert_eq!(trigger["dedup_key"], format!("gantry/dead_letters/orders/{}", letter.fingerprint));
    assert_eq!(host.handle().alerts()[0].firing.len(), 1);

    // A second of its kind is the same alert.
    host.post("/orders", r#""as bad""#).await;
    host.settled().await;
    erp.set_rule(|_| None);
    for letter in host.dead_letters().await {
        host.handle().store().replay(letter.id, "anna".into(), None).await.unwrap();
    }
    let seen = pager.wait_for(2).await;
    assert_eq!(words(&seen), ["trigger dead_letters", "resolve dead_letters"]);
    assert_eq!(json(&seen[1])["dedup_key"], trigger["dedup_key"]);
    assert!(host.handle().alerts()[0].firing.is_empty());
    host.stop().await;
}

#[tokio::test]
async fn who_takes_a_kind_of_failure_on_ends_its_alert() {
    let (erp, pager) = (picky().await, Sink::start().await);
    let host = TestHost::start_with(&[FlowText::new("orders").target("erp", &erp, "")], &alert(&pager, "")).await;
    host.post("/orders", r#""bad""#).await;
    pager.wait_for(1).await;
    let fingerprint = host.dead_letters().await[0].fingerprint.clone();
    let (store, by) = (host.handle().store().clone(), "anna".to_owned());
    store.set_group_state(&fingerprint, GroupState::Acknowledged, by, "on it".into()).await.unwrap();
    assert_eq!(words(&pager.wait_for(2).await), ["trigger dead_letters", "resolve dead_letters"]);
    host.stop().await;
}
