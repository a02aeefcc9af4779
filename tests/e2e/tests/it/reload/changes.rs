//! Flows that are added, removed, changed or left as they are.

use gantry_control::reload::ReloadResult;
use gantry_e2e::{Answer, FlowText, Sink, TestHost, eventually, guest};
use gantry_observe::report::FlowState;

use super::{install, own_plugin, report_of};

#[tokio::test]
async fn an_added_flow_takes_in_and_a_removed_one_stops_and_keeps_its_queue_until_it_is_back() {
    let erp = Sink::start().await.answers_by(|_| Some(Answer::status(503)));
    let many_retries = "retry = { attempts = 1000, base = \"10ms\", cap = \"50ms\" }";
    let going = FlowText::new("going").step(guest("echo"), "").target("erp", &erp, many_retries);
    let staying = FlowText::new("staying").target("erp", &erp, many_retries);
    let host = TestHost::start(&[going.clone(), staying]).await;
    let waiting = host.post("/going", "{}").await;
    erp.wait_for(2).await;
    std::fs::remove_file(host.flows().join("going.toml")).unwrap();
    let coming = FlowText::new("coming").target("erp", &erp, many_retries);
    coming.write(host.flows());
    let report = host.reload().await;
    assert_eq!((report.changes.added.len(), report.changes.changed.len()), (1, 0));
    assert_eq!((report.changes.removed[0].flow.as_str(), report.changes.removed[0].waiting), ("going", 1));
    assert_eq!(host.send("/going", "{}", &[]).await.status(), 404);
    host.post("/coming", "{}").await;
    eventually("the removed flow's message to be back in its queue", || async {
        let reports = host.handle().reports();
        let gone = report_of(&reports, "going");
        let queue = gone.queue;
        gone.state == FlowState::Removed && queue.leased == 0 && queue.queued + queue.scheduled == 1
    })
    .await;
    erp.set_rule(|_| None);
    eventually("the added flow to deliver", || async {
        report_of(&host.handle().reports(), "coming").counts.delivered == 1
    })
    .await;
    assert_eq!(host.handle().store().history(waiting).await.unwrap().unwrap().state.name(), "queued");
    going.write(host.flows());
    host.reload().await;
    host.settled().await;
    assert_eq!(host.handle().store().history(waiting).await.unwrap().unwrap().state.name(), "delivered");
    host.stop().await;
}

#[tokio::test]
async fn unchanged_flows_keep_their_warm_instances_and_a_changed_one_starts_afresh() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let warm = "warm = {}";
    let plugin = own_plugin(dir.path(), "counter");
    let still = FlowText::new("still").step(guest("counter"), warm).target("erp", &erp, "");
    let edited = FlowText::new("edited").step(&plugin, warm).target("erp", &erp, "");
    let host = TestHost::start(&[still, edited]).await;
    let post_and_read = async |path: &str| {
        host.post(path, "x").await;
        host.settled().await;
        erp.seen().last().unwrap().text()
    };
    assert_eq!(
        (post_and_read("/still").await, post_and_read("/edited").await),
        ("1 after ``".to_owned(), "1 after ``".to_owned())
    );
    let before = host.handle().reports();
    gantry_e2e::replace(&plugin, gantry_e2e::another_version(&guest("counter"), 1));
    let report = host.reload().await;
    assert_eq!((report.changes.changed[0].as_str(), report.changes.unchanged[0].as_str()), ("edited", "still"));
    assert_eq!(
        (post_and_read("/still").await, post_and_read("/edited").await),
        ("2 after `x`".to_owned(), "1 after ``".to_owned())
    );
    let after = host.handle().reports();
    assert_eq!(report_of(&before, "still").since, report_of(&after, "still").since);
    assert_ne!(report_of(&before, "edited").plugins, report_of(&after, "edited").plugins);
    assert_eq!(report_of(&after, "edited").counts.delivered, 2, "a flow keeps its counts across a reload");
    let metrics = host.handle().scrape().unwrap();
    let lines = metrics.lines().filter(|line| line.starts_with("gantry_plugin_info{") && line.contains("\"edited\""));
    assert_eq!(lines.count(), 1, "only the version in force");
    host.stop().await;
}

#[tokio::test]
async fn a_source_that_changed_moves_over_and_one_that_did_not_goes_on() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let plugin = own_plugin(dir.path(), "echo");
    let at = |place: &str| {
        let directory = dir.path().join(place).display().to_string();
        let source = format!(
            "[source.files]\ndirectory = {directory:?}\npattern = \"*.ndjson\"\nformat = \"ndjson\"\npoll = \"10ms\"\n"
        );
        FlowText::new("drop").source(&source).step(&plugin, "").target("erp", &erp, "")
    };
    let host = TestHost::start(&[at("a")]).await;
    let put = |place: &str, name: &str| std::fs::write(dir.path().join(place).join(name), "{}\n").unwrap();
    put("a", "1.ndjson");
    erp.wait_for(1).await;
    install(&plugin, "logger");
    assert_eq!(host.reload().await.result, ReloadResult::Applied);
    put("a", "2.ndjson");
    erp.wait_for(2).await;
    at("b").write(host.flows());
    assert_eq!(host.reload().await.result, ReloadResult::Applied);
    put("a", "3.ndjson");
    put("b", "4.ndjson");
    erp.wait_for(3).await;
    host.settled().await;
    assert_eq!(erp.seen().len(), 3);
    assert!(dir.path().join("a/3.ndjson").exists(), "nobody watches the old directory any more");
    host.stop().await;
}
