//! A target in trouble: its breaker, and what it spares.

use gantry_control::targets::TargetCommand;
use gantry_core::{BreakerState, HoldCause};
use gantry_e2e::{Answer, FlowText, Sink, TestHost, eventually};
use gantry_observe::report::FlowReport;

use super::{held, say, target, waiting};

const QUICK: &str = r#"retry = { attempts = 3, base = "1ms", budget = { floor = 100000 } }"#;

fn state(host: &TestHost) -> BreakerState {
    target(host, "in", "erp").breaker.unwrap().state
}

#[tokio::test]
async fn an_open_breaker_spends_no_attempt_and_dead_letters_nothing() {
    let erp = Sink::start().await;
    erp.set_rule(|_| Some(Answer::status(503)));
    // Opened by the first three attempts, and not probed before the test is over.
    let breaker = r#"breaker = { window = 3, open = "1h" }"#;
    let flow = FlowText::new("in").source_line("key = { pointer = \"/key\" }").target(
        "erp",
        &erp,
        &format!("{QUICK}\n{breaker}"),
    );
    let host = TestHost::start(&[flow]).await;
    let mut events = host.handle().events();
    for n in 0..3 {
        host.post("/in", format!(r#"{{"key":"first","n":{n}}}"#)).await;
    }
    eventually("the breaker to open", || async { state(&host) == BreakerState::Open }).await;
    for n in 0..50 {
        host.post("/in", format!(r#"{{"key":"k{}","n":{n}}}"#, n % 5)).await;
    }
    eventually("one of each key to wait", || async { held(&host, HoldCause::Breaker) >= 5 }).await;
    let before = erp.seen().len();
    let dead = host.dead_letters().await.len();
    assert!(before == 3 && dead <= 1, "{before} attempts, {dead} dead");
    let metrics = host.handle().scrape().unwrap();
    assert!(metrics.contains(r#"gantry_breaker_state{flow="in",state="open",target="erp"} 1"#), "{metrics}");

    erp.set_rule(|_| None);
    assert_eq!(erp.seen().len(), before);
    let report = say(&host, "in", "erp", TargetCommand::CloseBreaker).await;
    assert_eq!(report.breaker.unwrap().state, BreakerState::Closed);
    let report = host.settled().await.remove(0);
    assert_eq!(report.counts.delivered + report.counts.dead_lettered, 53);
    assert_eq!(report.counts.dead_lettered, dead as u64);
    let told: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).map(|event| event.what.name()).collect();
    assert!(told.contains(&"breaker_opened") && told.contains(&"breaker_closed"), "{told:?}");
    in_order(&erp);
    host.stop().await;
}

#[tokio::test]
async fn what_a_breaker_holds_back_goes_at_once_after_a_restart_and_after_a_reload_that_changes_its_target() {
    let erp = Sink::start().await;
    let retry = r#"retry = { attempts = 1000, base = "1ms", budget = { floor = 100000 } }"#;
    let flow = |concurrency: usize| {
        let lines = format!("{retry}\nconcurrency = {concurrency}\nbreaker = {{ window = 3, open = \"1h\" }}");
        FlowText::new("in").target("erp", &erp, &lines)
    };
    let mut host = TestHost::start(&[flow(4)]).await;
    for (accepted, restarts) in [(20, true), (40, false)] {
        erp.set_rule(|_| Some(Answer::status(503)));
        for n in 0..20 {
            host.post("/in", n.to_string()).await;
        }
        waiting(&host, 20).await;
        eventually("the breaker to open", || async { state(&host) == BreakerState::Open }).await;
        erp.set_rule(|_| None);
        if restarts {
            host = host.restart().await;
        } else {
            flow(3).write(host.flows());
            assert_eq!(host.reload().await.changes.changed.len(), 1);
        }
        host.settled().await;
        assert_eq!(erp.accepted().len(), accepted);
    }
    host.stop().await;
}

#[tokio::test]
async fn probes_close_the_breaker_when_the_target_is_back_and_failed_probes_cost_no_message() {
    let erp = Sink::start().await;
    erp.set_rule(|_| Some(Answer::status(503)));
    let breaker = r#"breaker = { window = 4, open = "20ms", probes = 2 }"#;
    let flow = FlowText::new("in").target("erp", &erp, &format!("{QUICK}\n{breaker}"));
    let host = TestHost::start(&[flow]).await;
    for n in 0..40 {
        host.post("/in", n.to_string()).await;
    }
    // Four attempts opened it; whatever came after was a probe.
    let seen = erp.wait_for(30).await;
    assert!(seen.len() >= 30);
    let dead = host.dead_letters().await.len();
    assert!(dead <= 1, "only what was under way when it opened: {dead}");
    erp.set_rule(|_| None);
    let report: FlowReport = host.settled().await.remove(0);
    assert_eq!(report.counts.delivered + report.counts.dead_lettered, 40);
    assert!(report.counts.dead_lettered <= 1);
    assert_eq!(state(&host), BreakerState::Closed);
    host.stop().await;
}

#[tokio::test]
async fn retries_beyond_the_budget_wait_and_none_is_lost() {
    let erp = Sink::start().await;
    let met = std::sync::Mutex::new(std::collections::HashSet::new());
    erp.set_rule(move |seen| met.lock().unwrap().insert(seen.text()).then(|| Answer::status(503)));
    let lines = r#"
retry = { attempts = 2, base = "1ms", budget = { share = 0, floor = 5, window = "1s" } }
breaker = { enabled = false }"#;
    let host = TestHost::start(&[FlowText::new("in").target("erp", &erp, lines)]).await;
    // All at once, however long they take to come in.
    say(&host, "in", "erp", TargetCommand::Pause).await;
    for n in 0..30 {
        host.post("/in", n.to_string()).await;
    }
    waiting(&host, 30).await;
    say(&host, "in", "erp", TargetCommand::Resume).await;
    let report = host.settled().await.remove(0);
    assert_eq!((report.counts.delivered, report.counts.dead_lettered), (30, 0));
    assert!(held(&host, HoldCause::Budget) > 0, "30 retries are more than 5 a second");
    assert_eq!(erp.seen().len(), 60, "a retry that waits is not an attempt");
    assert!(target(&host, "in", "erp").breaker.is_none());
    host.stop().await;
}

#[tokio::test]
async fn each_class_of_failure_has_its_own_patience() {
    let erp = Sink::start().await;
    erp.set_rule(|seen| Some(Answer::status(if seen.text() == "busy" { 429 } else { 500 })));
    let lines = r#"retry = { attempts = 2, base = "1ms", throttled = { attempts = 5 } }"#;
    let host = TestHost::start(&[FlowText::new("in").target("erp", &erp, lines)]).await;
    host.post("/in", "busy").await;
    host.post("/in", "broken").await;
    host.settled().await;
    let of = |text: &str| erp.seen().iter().filter(|seen| seen.text() == text).count();
    assert_eq!((of("busy"), of("broken")), (5, 2));
    waiting(&host, 0).await;
    host.stop().await;
}

/// The first delivery of each message, in order for each key.
fn in_order(erp: &Sink) {
    let mut last = std::collections::HashMap::new();
    for seen in erp.accepted() {
        let message: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
        let key = message["key"].to_string();
        let n = message["n"].as_u64().unwrap();
        let before = last.insert(key, n);
        assert!(before.is_none_or(|before| before < n), "{before:?} before {n}");
    }
}
