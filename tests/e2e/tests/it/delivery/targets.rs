//! Targets that are stopped: by an operator, by 410, by refusing every delivery.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gantry_control::targets::{TargetCommand, TargetError};
use gantry_core::{BreakerState, Clock as _, HoldCause, HostEventKind, SystemClock, Timestamp};
use gantry_e2e::{Answer, FlowText, HostProcess, Operator as _, Sink, TestHost, eventually, guest, run_gantry};
use gantry_engine::target_report::TargetState;
use gantry_operations::{Actor, ErrorKind, PauseTarget};
use gantry_store::AuditFilter;

use super::{held, say, target, waiting};

fn flow(erp: &Sink) -> FlowText {
    FlowText::new("in").target("erp", erp, "breaker = {}")
}

#[tokio::test]
async fn a_paused_target_gets_nothing_over_reload_and_restart_until_it_is_resumed() {
    let erp = Sink::start().await;
    let host = TestHost::start(&[flow(&erp)]).await;
    say(&host, "in", "erp", TargetCommand::Pause).await;
    host.post("/in", "1").await;
    waiting(&host, 1).await;
    // Another concurrency: the gate is a new one, the pause the same.
    FlowText::new("in").target("erp", &erp, "concurrency = 3").write(host.flows());
    assert_eq!(host.reload().await.changes.changed.len(), 1);
    let host = host.restart().await;
    host.post("/in", "2").await;
    waiting(&host, 2).await;
    let report = target(&host, "in", "erp");
    let stop = report.stop.unwrap();
    assert_eq!(
        (report.state, stop.by.as_deref(), stop.reason.as_str()),
        (TargetState::Paused, Some("anna"), "upgrade")
    );
    assert!(erp.seen().is_empty() && held(&host, HoldCause::Paused) > 0);

    say(&host, "in", "erp", TargetCommand::Resume).await;
    assert_eq!(erp.wait_for(2).await.len(), 2);
    assert_eq!(host.settled().await[0].counts.dead_lettered, 0);
    assert_eq!(target(&host, "in", "erp").state, TargetState::Active);
    host.stop().await;
}

#[tokio::test]
async fn a_410_dead_letters_its_message_and_disables_the_target_until_it_is_enabled() {
    let erp = Sink::start().await.answers(410, 1);
    let host = TestHost::start(&[flow(&erp)]).await;
    let mut events = host.handle().events();
    host.post("/in", "1").await;
    eventually("the dead letter", || async { host.dead_letters().await.len() == 1 }).await;
    assert_eq!(host.dead_letters().await[0].reason.code, "target-refused-410");
    host.post("/in", "2").await;
    waiting(&host, 1).await;
    let host = host.restart().await;
    let stop = target(&host, "in", "erp").stop.unwrap();
    assert_eq!((stop.by, stop.reason.as_str()), (None, "it answered 410 Gone"));
    let flow = "in".parse().unwrap();
    let erp_name = "erp".parse().unwrap();
    let handle = host.handle();
    let resume = handle.command_target(&flow, &erp_name, TargetCommand::Resume, "anna".into(), String::new());
    assert!(matches!(resume.await, Err(TargetError::Disabled { .. })), "a disabled target is not merely paused");
    assert_eq!(erp.seen().len(), 1);
    say(&host, "in", "erp", TargetCommand::Enable).await;
    assert_eq!(erp.wait_for(2).await[1].text(), "2");
    let told: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).map(|event| event.what.name()).collect();
    assert_eq!(told, ["target_disabled", "dead_lettered"]);
    host.stop().await;
}

#[tokio::test]
async fn a_target_that_is_enabled_while_it_is_still_gone_costs_no_letter_and_one_that_is_back_gets_everything() {
    const MESSAGES: usize = 60;
    let erp = Sink::start().await;
    erp.set_rule(|_| Some(Answer::status(410)));
    let host = TestHost::start(&[FlowText::new("in").target("erp", &erp, "concurrency = 16")]).await;
    host.post("/in", "0").await;
    eventually("the dead letter", || async { host.dead_letters().await.len() == 1 }).await;
    for n in 1..=MESSAGES {
        host.post("/in", n.to_string()).await;
    }
    waiting(&host, MESSAGES).await;
    say(&host, "in", "erp", TargetCommand::Enable).await;
    eventually("the next 410", || async { erp.seen().len() == 2 && target(&host, "in", "erp").stop.is_some() }).await;
    waiting(&host, MESSAGES).await;
    assert_eq!((erp.seen().len(), host.dead_letters().await.len()), (2, 1), "one was tried, and it waits as well");

    erp.set_rule(|_| None);
    say(&host, "in", "erp", TargetCommand::Enable).await;
    let counts = host.settled().await[0].counts;
    assert_eq!((counts.delivered, counts.dead_lettered), (MESSAGES as u64, 1));
    assert!(held(&host, HoldCause::Disabled) > 0);
    host.stop().await;
}

#[tokio::test]
async fn a_pause_ends_at_its_time_over_a_restart_and_says_so() {
    let erp = Sink::start().await;
    let host = TestHost::start(&[flow(&erp)]).await;
    let pause = |until: Option<Timestamp>, reason: &str| PauseTarget {
        flow: "in".parse().unwrap(),
        target: "erp".parse().unwrap(),
        until,
        reason: reason.to_owned(),
    };
    let act = async |host: &TestHost, by: &str, pause: PauseTarget| {
        host.handle().operations().execute(&Actor::admin().on_behalf_of(by), pause).await
    };
    let now = SystemClock.now();
    let passed = act(&host, "anna", pause(Some(now), "")).await.unwrap_err();
    assert!(passed.kind() == ErrorKind::Invalid && passed.to_string().contains("a time to come"), "{passed}");
    act(&host, "anna", pause(Some(now.after(Duration::from_secs(1))), "upgrade")).await.unwrap();
    let later = Some(now.after(Duration::from_secs(3)));
    act(&host, "olga", pause(later, "it takes longer")).await.unwrap();
    let shorter = act(&host, "otto", pause(Some(now.after(Duration::from_secs(2))), "")).await.unwrap_err();
    assert!(shorter.to_string().contains("already paused by olga since"), "{shorter}");
    host.post("/in", "1").await;
    waiting(&host, 1).await;
    let host = host.restart().await;
    let mut events = host.handle().events();
    let stop = target(&host, "in", "erp").stop.unwrap();
    assert_eq!((stop.by.as_deref(), stop.until), (Some("olga"), later));
    assert_eq!((stop.earlier[0].by.as_deref(), stop.earlier[0].reason.as_str()), (Some("anna"), "upgrade"));
    assert!(erp.seen().is_empty());

    assert_eq!(erp.wait_for(1).await.len(), 1);
    assert_eq!(target(&host, "in", "erp").state, TargetState::Active);
    let told: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).map(|event| event.what.clone()).collect();
    let resumed = told.iter().find_map(|what| match what {
        HostEventKind::TargetResumed { by, reason, .. } => Some((by.clone(), reason.clone())),
        _ => None,
    });
    let (by, reason) = resumed.unwrap_or_else(|| panic!("{told:?}"));
    assert!(by.as_deref() == Some("gantry") && reason.contains("it was paused by olga since"), "{by:?} {reason}");
    let page = host.handle().operations().records().audit(AuditFilter::default(), None, 10).await.unwrap();
    let entry = &page.entries[0].record;
    assert_eq!(
        (entry.operation.as_str(), entry.via.as_str(), entry.subject.as_str()),
        ("targets.resume", "schedule", "in/erp")
    );
    assert!(entry.detail.contains("its time is over"), "{}", entry.detail);
    host.stop().await;
}

#[tokio::test]
async fn a_410_for_one_record_disables_nothing() {
    let erp = Sink::start().await.answers(410, 1);
    let flow = FlowText::new("in").target_at("erp", &erp.url("/orders/{/id}"), "");
    let host = TestHost::start(&[flow]).await;
    host.post("/in", r#"{"id": 1}"#).await;
    host.post("/in", r#"{"id": 2}"#).await;
    erp.wait_for(2).await;
    host.settled().await;
    assert_eq!(host.dead_letters().await.len(), 1);
    assert_eq!(target(&host, "in", "erp").state, TargetState::Active);
    host.stop().await;
}

#[tokio::test]
async fn a_401_is_seen_told_once_and_ends_when_an_operator_has_put_it_right() {
    let erp = Sink::start().await;
    erp.set_rule(|_| Some(Answer::status(401)));
    let host = TestHost::start(&[flow(&erp)]).await;
    let mut events = host.handle().events();
    for n in 0..20 {
        host.post("/in", n.to_string()).await;
    }
    waiting(&host, 20).await;
    let report = target(&host, "in", "erp");
    assert!(report.state == TargetState::Unauthorized && report.refusal.is_some());
    let metrics = host.handle().scrape().unwrap();
    assert!(metrics.contains(r#"gantry_target_state{flow="in",state="unauthorized",target="erp"} 1"#), "{metrics}");
    assert!(metrics.contains(r#"gantry_events_total{event="target_paused",flow="in"} 1"#), "{metrics}");
    erp.set_rule(|_| None);
    say(&host, "in", "erp", TargetCommand::Resume).await;
    assert_eq!(host.settled().await[0].counts.delivered, 20);
    let told: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).map(|event| event.what.clone()).collect();
    assert!(
        matches!(&told[..], [HostEventKind::TargetPaused { by: None, .. }, HostEventKind::TargetResumed { .. }]),
        "{told:?}"
    );
    host.stop().await;
}

#[tokio::test]
async fn a_path_that_is_gone_costs_no_message_and_the_report_says_what_the_target_answers() {
    let erp = Sink::start().await;
    erp.set_rule(|_| Some(Answer { body: "no route matches".into(), ..Answer::status(404) }));
    let host = TestHost::start(&[flow(&erp)]).await;
    for n in 0..20 {
        host.post("/in", n.to_string()).await;
    }
    waiting(&host, 20).await;
    let report = target(&host, "in", "erp");
    assert_eq!(report.state, TargetState::WrongEndpoint);
    assert_eq!(report.refusal.unwrap().reason, "it answers 404: no route matches");
    assert!(held(&host, HoldCause::WrongEndpoint) > 0);
    erp.set_rule(|_| None);
    say(&host, "in", "erp", TargetCommand::Resume).await;
    let counts = host.settled().await[0].counts;
    assert_eq!((counts.delivered, counts.dead_lettered), (20, 0));
    host.stop().await;
}

#[tokio::test]
async fn no_order_overtakes_its_customer_where_the_target_of_orders_comes_after_that_of_customers() {
    let requests = AtomicUsize::new(0);
    let erp = Sink::start().await.answers_by(move |seen| {
        let is_refused = seen.path == "/customers" && requests.fetch_add(1, Ordering::Relaxed).is_multiple_of(3);
        is_refused.then(|| Answer::status(503))
    });
    let flow = FlowText::new("in")
        .step(guest("outcomes"), "")
        .target_at("customers", &erp.url("/customers"), r#"retry = { base = "10ms", cap = "20ms" }"#)
        .target_at("orders", &erp.url("/orders"), "after = \"customers\"\ndefault = true");
    let host = TestHost::start(&[flow]).await;
    for n in 0..50 {
        let body = format!(r#"{{"emit":[{{"text":"{n}"}},{{"text":"{n}","route":"customers"}}]}}"#);
        host.post("/in", body).await;
    }
    assert_eq!(host.settled().await[0].counts.delivered, 50);
    let accepted = erp.accepted();
    assert_eq!(accepted.len(), 100);
    let place = |path: &str, text: &str| accepted.iter().position(|seen| seen.path == path && seen.text() == text);
    for n in 0..50 {
        let n = n.to_string();
        assert!(place("/customers", &n).unwrap() < place("/orders", &n).unwrap(), "order {n} overtook its customer");
    }
    host.stop().await;
}

#[tokio::test]
async fn a_target_that_throttles_gets_everything_in_the_end_and_no_attempt_is_spent() {
    let requests = Arc::new(AtomicUsize::new(0));
    // Every tenth request is one too many.
    let counted = Arc::clone(&requests);
    let erp = Sink::start().await.answers_by(move |_| {
        let is_too_many = counted.fetch_add(1, Ordering::Relaxed) % 10 == 9;
        is_too_many.then(|| Answer { retry_after: Some("1".into()), ..Answer::status(429) })
    });
    let host = TestHost::start(&[flow(&erp)]).await;
    for n in 0..40 {
        host.post("/in", n.to_string()).await;
    }
    assert_eq!(host.settled().await[0].counts.delivered, 40);
    let throttled = erp.seen().iter().filter(|seen| seen.status == 429).count();
    assert!(throttled >= 4 && requests.load(Ordering::Relaxed) == 40 + throttled, "{throttled}");
    host.stop().await;
}

#[tokio::test]
async fn what_a_target_asked_to_wait_for_is_sent_at_once_when_an_operator_resumes_it() {
    let erp = Sink::start().await;
    let wait = Answer { retry_after: Some("3600".into()), ..Answer::status(503) };
    erp.set_rule(move |_| Some(wait.clone()));
    let host = TestHost::start(&[flow(&erp)]).await;
    for n in 0..3 {
        host.post("/in", n.to_string()).await;
    }
    waiting(&host, 3).await;
    assert!(erp.seen().iter().all(|seen| seen.status == 503));
    erp.set_rule(|_| None);
    say(&host, "in", "erp", TargetCommand::Resume).await;
    assert_eq!(host.settled().await[0].counts.delivered, 3);
    host.stop().await;
}

#[tokio::test]
async fn a_403_to_one_message_is_its_own_failure_while_others_pass() {
    let erp = Sink::start().await.answers_by(|seen| (seen.text() == "5").then(|| Answer::status(403)));
    let host = TestHost::start(&[flow(&erp)]).await;
    for n in 0..20 {
        host.post("/in", n.to_string()).await;
    }
    eventually("all others to be delivered", || async { erp.accepted().len() == 19 }).await;
    assert_eq!(target(&host, "in", "erp").state, TargetState::Active, "the target is not paused");
    waiting(&host, 1).await;
    host.stop().await;
}

#[tokio::test]
async fn messages_wait_for_space_on_the_disk_of_a_file_target_and_none_becomes_a_dead_letter() {
    let scratch = tempfile::tempdir().unwrap();
    let archive = scratch.path().join("archive.ndjson");
    std::os::unix::fs::symlink("/dev/full", &archive).unwrap();
    let host = TestHost::start(&[FlowText::new("in").file_target("archive", &archive)]).await;
    for n in 0..20 {
        host.post("/in", n.to_string()).await;
    }
    waiting(&host, 20).await;
    let report = target(&host, "in", "archive");
    assert_eq!(report.breaker.unwrap().state, BreakerState::Open);
    let metrics = host.handle().scrape().unwrap();
    assert!(metrics.contains(r#"gantry_attempts_total{flow="in",result="no_space",target="archive"}"#), "{metrics}");
    assert!(host.dead_letters().await.is_empty());

    std::fs::remove_file(&archive).unwrap();
    say(&host, "in", "archive", TargetCommand::CloseBreaker).await;
    assert_eq!(host.settled().await[0].counts.delivered, 20);
    assert_eq!(std::fs::read_to_string(&archive).unwrap().lines().count(), 20);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_stops_targets_and_lets_them_go_on() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    flow(&erp).write(&dir.path().join("flows"));
    let data = dir.path().join("data").display().to_string();
    let gantry = |words: &str| {
        let output = run_gantry(words.split(' ').chain(["--data", &data]));
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    };
    assert_eq!(gantry("target list").0, Some(5), "there is no host yet");
    let host = HostProcess::start(dir.path()).await;
    let (code, said) = gantry("target disable in/erp --reason moved --by anna");
    assert!(code == Some(0) && said.contains("in/erp  disabled  closed") && said.contains("anna, "), "{said}");
    host.kill();
    let _host = HostProcess::start(dir.path()).await;
    let (_, said) = gantry("target list");
    assert!(said.contains("in/erp  disabled") && said.contains(": moved"), "{said}");
    let (code, said) = gantry("target resume in/erp");
    assert!(code == Some(2) && said.contains("enable it instead"), "{code:?} {said}");
    assert!(gantry("target enable in/erp").1.contains("in/erp  active"));
    assert_eq!(gantry("target pause in/erp --reason upgrade --by anna").0, Some(0));
    let (code, said) = gantry("target enable in/erp");
    assert!(code == Some(2) && said.contains("upgrade; resume it instead"), "{code:?} {said}");
    for again in ["target pause in/erp --by olga", "target disable in/erp --by olga"] {
        let (code, said) = gantry(again);
        assert!(code == Some(2) && said.contains("already paused by anna since"), "{code:?} {said}");
    }
    assert!(gantry("target list").1.contains(": upgrade"), "who paused it first, and why, is kept");
    assert!(gantry("target resume in/erp").1.contains("in/erp  active"));
    let (code, said) = gantry("target pause in/erp --for 8h --reason migration --by anna");
    assert!(code == Some(0) && said.contains(" until ") && said.contains(": migration"), "{code:?} {said}");
    let (code, said) = gantry("target pause in/erp --for 1h --by olga");
    assert!(code == Some(2) && said.contains("already paused by anna since"), "{code:?} {said}");
    assert_eq!(gantry("target pause in/erp --reason longer --by olga").0, Some(0));
    let (code, said) = gantry("target show in/erp");
    assert!(code == Some(0) && said.contains("olga") && said.contains("anna  migration"), "{code:?} {said}");
    assert!(gantry("target resume in/erp").1.contains("in/erp  active"));
    assert_eq!(gantry("target show in/nobody").0, Some(7));
    let (code, said) = gantry("target pause in/erp --until 2020-01-01T00:00:00Z");
    assert!(code == Some(2) && said.contains("name a time to come"), "{code:?} {said}");
    assert!(gantry("target close-breaker in/erp").1.contains("closed"));
    assert_eq!(gantry("target pause in/nobody").0, Some(7));
    assert_eq!(gantry("target pause nobody").0, Some(2));
}

#[tokio::test]
async fn a_target_that_throttles_everything_is_left_alone_and_costs_no_message() {
    const MESSAGES: usize = 60;
    let erp = Sink::start().await;
    let busy = AtomicUsize::new(6);
    erp.set_rule(move |_| {
        let is_busy = busy.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
        is_busy.then(|| Answer { retry_after: Some("1".to_owned()), ..Answer::status(429) })
    });
    let host = TestHost::start(&[FlowText::new("in").target("erp", &erp, "")]).await;
    say(&host, "in", "erp", TargetCommand::Pause).await;
    for n in 0..MESSAGES {
        host.post("/in", n.to_string()).await;
    }
    waiting(&host, MESSAGES).await;
    say(&host, "in", "erp", TargetCommand::Resume).await;
    eventually("the throttle", || async { target(&host, "in", "erp").state == TargetState::Throttled }).await;
    let counts = host.settled().await[0].counts;
    assert_eq!((counts.delivered, counts.dead_lettered), (MESSAGES as u64, 0));
    assert!(held(&host, HoldCause::Throttled) > 0, "others wait while it asks to be left alone");
    assert!(erp.seen().len() <= MESSAGES + 6, "{} requests", erp.seen().len());
    host.stop().await;
}
