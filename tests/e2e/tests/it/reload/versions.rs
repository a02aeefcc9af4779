//! Which version processes a message: existing deliveries stay as they are, new ones are made by the new version.

use gantry_control::reload::ReloadResult;
use gantry_core::Event;
use gantry_e2e::{Answer, FlowText, Sink, TestHost, eventually};

use super::{install, own_plugin};

#[tokio::test]
async fn what_was_made_before_a_reload_is_sent_and_dead_lettered_as_the_old_version_made_it() {
    let erp = Sink::start().await.answers_by(|_| Some(Answer::status(503)));
    let dir = tempfile::tempdir().unwrap();
    let plugin = own_plugin(dir.path(), "echo");
    let many_retries = "retry = { attempts = 1000, base = \"10ms\", cap = \"50ms\" }";
    let host = TestHost::start(&[FlowText::new("in").step(&plugin, "").target("erp", &erp, many_retries)]).await;
    let old = host.handle().reports()[0].plugins[0].clone();
    let id = host.post("/in", r#"{"made":"by echo"}"#).await;
    erp.wait_for(2).await;
    install(&plugin, "counter");
    assert_eq!(host.reload().await.result, ReloadResult::Applied);
    erp.wait_for(erp.seen().len() + 3).await;
    erp.set_rule(|_| Some(Answer::status(422)));
    host.settled().await;
    assert!(erp.seen().iter().all(|seen| seen.text() == r#"{"made":"by echo"}"#));
    let dead_letter = host.dead_letters().await.remove(0);
    assert_eq!((dead_letter.received.id, dead_letter.plugins.len()), (id, 1));
    assert_eq!((&dead_letter.plugins[0].name, dead_letter.plugins[0].digest), (&old.name, old.digest));
    host.stop().await;
}

#[tokio::test]
async fn a_message_that_waits_for_its_plugin_runs_under_the_new_version() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let plugin = own_plugin(dir.path(), "outcomes");
    let flow = FlowText::new("in")
        .head("retry = { attempts = 1000, base = \"10ms\", cap = \"50ms\" }")
        .step(&plugin, "")
        .target("erp", &erp, "");
    let host = TestHost::start(&[flow]).await;
    let id = host.post("/in", r#"{"retry":"not-yet"}"#).await;
    eventually("the plugin to ask for another run", || async { host.handle().reports()[0].counts.retried > 1 }).await;
    install(&plugin, "echo");
    assert_eq!(host.reload().await.result, ReloadResult::Applied);
    host.settled().await;
    assert_eq!(erp.accepted()[0].text(), r#"{"retry":"not-yet"}"#);
    let new = host.handle().reports()[0].plugins[0].digest;
    let history = host.handle().store().history(id).await.unwrap().unwrap();
    let by = history.timeline.iter().find_map(|entry| match &entry.event {
        Event::Transformed { plugins, .. } => plugins.first().copied(),
        _ => None,
    });
    assert_eq!(by, Some(new), "the history names the version that made the delivery");
    host.stop().await;
}
