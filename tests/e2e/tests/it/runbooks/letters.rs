//! Runbooks of messages that fail.

use gantry_e2e::{Answer, FlowText, Sink, eventually, guest};

use super::{Site, letter};

/// A target that refuses what says "bad".
async fn picky() -> Sink {
    Sink::start().await.answers_by(|seen| seen.text().contains("bad").then(|| Answer::status(422)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_at_night() {
    let erp = picky().await;
    let flow = FlowText::new("orders").target("erp", &erp, "");
    let mut site = Site::open("dead-letters-at-night", &[flow], "").await;
    for n in 0..3 {
        assert_eq!(site.post("/orders", &format!("bad {n}")).await, 202);
    }
    site.until("dlq groups", |groups| groups["groups"][0]["counts"]["open"] == 3).await;
    let (id, fingerprint) = letter(&site);
    let shown = site.run("dlq groups --state open", &[("FINGERPRINT", &fingerprint), ("ID", &id)]).ok();
    assert!(shown.contains("target-refused-422"), "{shown}");
    site.run("acknowledge --for", &[("FINGERPRINT", &fingerprint)]).ok();
    erp.set_rule(|_| None);
    let said = site.run("dlq redrive", &[("FINGERPRINT", &fingerprint), ("ID", &id)]).ok();
    assert!(said.contains("finished"), "{said}");
    site.run("dlq jobs", &[]).ok();

    erp.set_rule(|seen| seen.text().contains("bad").then(|| Answer::status(422)));
    for n in 0..9 {
        site.post("/orders", &format!("bad again {n}")).await;
    }
    site.until("dlq groups", |groups| groups["groups"][0]["counts"]["open"] == 9).await;
    let job = site.asked(&format!("dlq redrive --fingerprint {fingerprint} --rate 1 --yes"));
    let job = job["id"].as_str().unwrap_or_else(|| panic!("{job}")).to_owned();
    site.run("dlq job JOB cancel", &[("JOB", &job)]).ok();
    eventually("the rest to be open", || async { site.asked("dlq groups")["groups"][0]["counts"]["replaying"] == 0 })
        .await;
    site.run("resolve --note", &[("FINGERPRINT", &fingerprint)]).ok();
    site.run("dlq discard", &[("FINGERPRINT", &fingerprint)]).ok();
    site.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plugin_faults() {
    let erp = Sink::start().await;
    let flow = FlowText::new("orders").step(guest("trap_on"), "name = \"map\"").target("erp", &erp, "");
    let mut site = Site::open("plugin-faults", &[flow], "").await;
    site.post("/orders", "poison").await;
    site.until("dlq list --state open", |listed| listed["dead_letters"][0]["id"].is_string()).await;
    let (id, _) = letter(&site);
    let shown = site.run("dlq show", &[("FLOW", "orders"), ("ID", &id)]).ok();
    assert!(shown.contains("plugin-trap") && shown.contains("sha256:"), "{shown}");
    site.run("deploy history", &[]).ok();
    site.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn criteria_missed() {
    let erp = picky().await;
    let purpose = "[purpose]\ngoal = \"g\"\nowner = \"sales@example.com\"\nsuccess = { error_rate = 0.01 }\n";
    let source = "[source.webhook]\npath = \"/orders\"\nverify = \"none\"\n";
    let flow = FlowText::new("orders").source(&format!("{purpose}{source}")).target("erp", &erp, "");
    let mut site = Site::open("criteria-missed", &[flow], "").await;
    for n in 0..20 {
        site.post("/orders", &format!("bad {n}")).await;
    }
    let status = site.until("status", |status| status["findings"][1]["kind"] == "criteria_missed").await;
    assert_eq!(status["findings"][1]["owner"], "sales@example.com");
    let shown = site.run("flow list --format json", &[]).ok();
    assert!(shown.contains("\"met\": false") || shown.contains("\"met\":false"), "{shown}");
    let shown = site.run("dlq groups", &[("FLOW", "orders")]).ok();
    assert!(shown.contains("target-refused-422"), "{shown}");
    site.run("target list", &[]).ok();
    site.run("reload", &[]).ok();
    site.end();
}
