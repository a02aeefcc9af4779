//! Alerts of dead letters.

use gantry_e2e::{FlowText, Sink, TestHost, guest};
use gantry_store::GroupState;

use super::{alert, fires, json, picky, words};

#[tokio::test]
async fn a_dead_letter_triggers_an_alert_and_its_replay_resolves_it_under_the_same_key() {
    let erp = picky().await;
    let pager = Sink::start().await;
    let host = TestHost::start_with(&[FlowText::new("orders").target("erp", &erp, "")], &alert(&pager, "")).await;
    host.post("/orders", r#""bad""#).await;
    let trigger = json(&pager.wait_for(1).await[0]);
    assert_eq!((&trigger["action"], &trigger["alert"]), (&"trigger".into(), &"dead_letters".into()));
    assert_eq!((&trigger["flow"], &trigger["severity"]), (&"orders".into(), &"error".into()));
    assert_eq!((&trigger["details"]["open"], &trigger["details"]["target"]), (&1.into(), &"erp".into()));
    let dead_letter = host.dead_letters().await.remove(0);
    assert_eq!(trigger["dedup_key"], format!("gantry/dead_letters/orders/{}", dead_letter.fingerprint));
    fires(&host, 1).await;

    // A second of its kind is the same alert.
    host.post("/orders", r#""as bad""#).await;
    host.settled().await;
    erp.set_rule(|_| None);
    for dead_letter in host.dead_letters().await {
        host.handle().store().replay(dead_letter.id, "anna".into(), None).await.unwrap();
    }
    let seen = pager.wait_for(2).await;
    assert_eq!(words(&seen), ["trigger dead_letters", "resolve dead_letters"]);
    let resolve = json(&seen[1]);
    assert_eq!(resolve["dedup_key"], trigger["dedup_key"]);
    let summary = resolve["summary"].as_str().unwrap();
    assert!(summary.starts_with("No dead letter of group ") && summary.contains("is open any more."), "{summary}");
    assert!(resolve["details"]["open"].is_null() && resolve["details"]["lasted_seconds"].is_u64(), "{resolve}");
    fires(&host, 0).await;
    host.stop().await;
}

#[tokio::test]
async fn who_takes_a_kind_of_failure_on_ends_its_alert() {
    let erp = picky().await;
    let pager = Sink::start().await;
    let host = TestHost::start_with(&[FlowText::new("orders").target("erp", &erp, "")], &alert(&pager, "")).await;
    host.post("/orders", r#""bad""#).await;
    pager.wait_for(1).await;
    let fingerprint = host.dead_letters().await[0].fingerprint.clone();
    let store = host.handle().store().clone();
    let by = "anna".to_owned();
    store.set_group_state(&fingerprint, GroupState::Acknowledged, by, "on it".into()).await.unwrap();
    let seen = pager.wait_for(2).await;
    assert_eq!(words(&seen), ["trigger dead_letters", "resolve dead_letters"]);
    let summary = json(&seen[1])["summary"].as_str().unwrap().to_owned();
    let said = format!(
        "Group {fingerprint} in flow `orders` was marked as acknowledged by anna; 1 of its dead letters are still open."
    );
    assert!(summary.starts_with(&said), "{summary}");
    host.stop().await;
}

#[tokio::test]
async fn an_alert_names_the_owner_and_goes_to_the_endpoint_that_asks_for_this_owner() {
    let erp = picky().await;
    let sales = Sink::start().await;
    let stock = Sink::start().await;
    let flow = |name: &str, owner: &str| {
        let source = format!(
            "[purpose]\ngoal = \"g\"\nowner = {owner:?}\n[source.webhook]\npath = \"/{name}\"\nverify = \"none\"\n"
        );
        FlowText::new(name).source(&source).target("erp", &erp, "")
    };
    let settings = format!(
        "{}owners = [\"sales@example.com\"]\n{}owners = [\"stock@example.com\"]\n",
        alert(&sales, ""),
        alert(&stock, "").replace("pager", "other")
    );
    let flows = [flow("orders", "sales@example.com"), flow("parts", "stock@example.com")];
    let host = TestHost::start_with(&flows, &settings).await;
    host.post("/orders", r#""bad""#).await;
    host.post("/parts", r#""bad""#).await;
    let of_sales = json(&sales.wait_for(1).await[0]);
    let of_stock = json(&stock.wait_for(1).await[0]);
    assert_eq!((&of_sales["flow"], &of_sales["owner"]), (&"orders".into(), &"sales@example.com".into()));
    assert_eq!((&of_stock["flow"], &of_stock["owner"]), (&"parts".into(), &"stock@example.com".into()));
    let next = format!("gantry dlq group {}", of_sales["about"].as_str().unwrap());
    assert_eq!(of_sales["next"], next);
    assert_eq!((sales.seen().len(), stock.seen().len()), (1, 1));
    host.stop().await;
}

#[tokio::test]
async fn fewer_letters_than_an_alert_asks_for_and_other_flows_than_it_names_alarm_nobody() {
    let erp = picky().await;
    let pager = Sink::start().await;
    let flows = [FlowText::new("orders").target("erp", &erp, ""), FlowText::new("other").target("erp", &erp, "")];
    let host = TestHost::start_with(&flows, &alert(&pager, "dead_letters = 2\nflows = [\"orders\"]")).await;
    for flow in ["/other", "/other", "/other", "/orders", "/orders"] {
        host.post(flow, r#""bad""#).await;
    }
    let trigger = json(&pager.wait_for(1).await[0]);
    assert_eq!((&trigger["flow"], &trigger["details"]["open"]), (&"orders".into(), &2.into()));
    fires(&host, 1).await;
    assert_eq!(pager.seen().len(), 1);
    host.stop().await;
}

#[tokio::test]
async fn what_a_plugin_says_of_data_stays_in_the_house() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    let flow = FlowText::new("orders").step(guest("outcomes"), "").target("erp", &erp, "");
    let host = TestHost::start_with(&[flow], &alert(&pager, "")).await;
    host.post("/orders", r#"{"reject": "no-such-customer"}"#).await;
    let said = pager.wait_for(1).await[0].text();
    assert!(said.contains("no-such-customer"), "the code is told: {said}");
    assert_eq!(host.dead_letters().await[0].reason.text, "as the message asks");
    assert!(!said.contains("as the message asks"), "the text is not: {said}");
    host.stop().await;
}
