//! A flow that is wrong doesn't keep the others from starting: it is named everywhere, its senders come again, and a reload
//! starts it once it is right.

use std::path::Path;

use gantry_config::{Code, Severity};
use gantry_control::reload::ReloadResult;
use gantry_control::rollout::{DeployError, DeployRequest};
use gantry_control::targets::{TargetCommand, TargetError};
use gantry_core::rollout::TermsChange;
use gantry_e2e::{FlowText, HostProcess, Operator as _, Sink, TestHost, eventually, guest, replace, run_gantry};
use gantry_observe::report::{FlowReport, FlowState};
use serde_json::Value;

const TABLE: &str = "sku,name\n1,a\n";

/// A host that leaves broken flows out, also those that ran before.
const WITHOUT: &str = "[start]\nbroken_flows = \"without\"\n";

fn with_table(erp: &Sink, table: &Path) -> FlowText {
    FlowText::new("priced").table("prices", table, "sku").step(guest("echo"), "").target("erp", erp, "")
}

fn sound(erp: &Sink) -> FlowText {
    FlowText::new("sound").step(guest("echo"), "").target("erp", erp, "")
}

fn report_of(host: &TestHost, flow: &str) -> FlowReport {
    host.handle().reports().into_iter().find(|report| report.name == flow).unwrap()
}

/// The answer to a message for a flow that is broken.
async fn refused(host: &TestHost, path: &str) {
    let answer = host.send(path, "{}", &[]).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "60");
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["reason"], "flow_broken");
}

#[tokio::test]
async fn a_flow_with_an_empty_table_is_broken_the_other_delivers_and_a_reload_starts_it_once_the_table_is_filled() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("prices.csv");
    std::fs::write(&table, "sku,name\n").unwrap();
    let alert = format!(
        "[[alert]]\nname = \"pager\"\nurl = {:?}\nresolve_after = \"50ms\"\non = [\"flow_broken\"]\n",
        pager.url("/alerts")
    );
    let host = TestHost::start_around(&[with_table(&erp, &table), sound(&erp)], &alert).await;
    host.post("/sound", "{}").await;
    erp.wait_for(1).await;
    refused(&host, "/priced").await;

    let broken = host.handle().reports().remove(0);
    assert_eq!((broken.name.as_str(), broken.state), ("priced", FlowState::Broken), "broken flows come first");
    assert!(broken.why[0].contains("priced.toml: ") && broken.why[0].contains("prices"), "{:?}", broken.why);
    assert!(broken.next.unwrap().starts_with("gantry check "));
    assert_eq!(report_of(&host, "sound").state, FlowState::Running);
    let metrics = host.handle().scrape().unwrap();
    assert!(metrics.contains("gantry_flow_broken{flow=\"priced\"} 1"), "{metrics}");
    assert!(metrics.contains("gantry_flow_broken{flow=\"sound\"} 0"), "{metrics}");
    let trigger: Value = serde_json::from_slice(&pager.wait_for(1).await[0].body).unwrap();
    let about = (trigger["action"].as_str(), trigger["alert"].as_str(), trigger["flow"].as_str());
    assert_eq!(about, (Some("trigger"), Some("flow_broken"), Some("priced")), "{trigger}");

    sound(&erp).head("batch_messages = 7").write(host.flows());
    let report = host.reload().await;
    assert_eq!(report.result, ReloadResult::Applied, "one that is broken still keeps no other back");
    assert_eq!((report.changes.changed[0].as_str(), report.changes.broken[0].as_str()), ("sound", "priced"));
    let error = report.diagnostics.iter().find(|found| found.code == Code::TableRefused).unwrap();
    assert_eq!(error.severity, Severity::Error);
    assert_eq!(host.reload().await.result, ReloadResult::Unchanged);

    replace(&table, TABLE);
    let report = host.reload().await;
    assert_eq!((report.result, report.changes.added[0].as_str()), (ReloadResult::Applied, "priced"));
    assert!(report.changes.broken.is_empty() && report.changes.removed.is_empty(), "{:?}", report.changes);
    host.post("/priced", "{}").await;
    erp.wait_for(2).await;
    let resolve: Value = serde_json::from_slice(&pager.wait_for(2).await[1].body).unwrap();
    assert_eq!((&resolve["action"], &resolve["alert"]), (&"resolve".into(), &"flow_broken".into()));
    assert_eq!(report_of(&host, "priced").state, FlowState::Running);
    host.stop().await;
}

#[tokio::test]
async fn a_flow_whose_file_has_a_mistake_or_lacks_a_secret_is_broken_under_its_own_name() {
    let erp = Sink::start().await;
    let mistake = FlowText::whole(
        "a",
        "[flow]\nname = \"orders\"\nnmae = 1\n[source.webhook]\npath = \"/orders\"\nverify = \"none\"\n",
    );
    let syntax = FlowText::whole("b", "[flow]\nname = \"returns\"\nthis is no TOML\n");
    let secret = FlowText::new("c").target("erp", &erp, "auth = { bearer = \"env:GANTRY_TEST_NOT_SET\" }");
    let twice = FlowText::whole("z", &sound(&erp).render());
    let host = TestHost::start_around(&[mistake, syntax, secret, twice, sound(&erp)], "").await;
    let reports = host.handle().reports();
    let broken: Vec<_> = reports.iter().filter(|report| report.state == FlowState::Broken).collect();
    let mut names: Vec<_> = broken.iter().map(|report| report.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["c", "orders", "returns", "z"], "of two flows of one name the later is broken");
    let orders = report_of(&host, "orders");
    assert!(orders.why.iter().any(|why| why.contains("a.toml:3:1: ")), "{:?}", orders.why);
    refused(&host, "/orders").await;
    refused(&host, "/c").await;
    assert_eq!(host.send("/returns", "{}", &[]).await.status(), 404, "its path can't be read");
    host.post("/sound", "{}").await;
    erp.wait_for(1).await;

    FlowText::whole("a", &FlowText::new("orders").target("erp", &erp, "").render()).write(host.flows());
    assert_eq!(host.reload().await.changes.added[0].as_str(), "orders");
    host.post("/orders", "{}").await;
    erp.wait_for(2).await;
    std::fs::remove_file(host.flows().join("b.toml")).unwrap();
    assert_eq!(host.reload().await.changes.removed[0].flow.as_str(), "returns");
    host.stop().await;
}

#[tokio::test]
async fn what_a_flow_has_in_the_store_waits_while_it_is_broken_and_commands_say_that_it_is() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("prices.csv");
    std::fs::write(&table, TABLE).unwrap();
    let host = TestHost::start_around(&[with_table(&erp, &table), sound(&erp)], WITHOUT).await;
    let flow: gantry_core::FlowName = "priced".parse().unwrap();
    let target = "erp".parse().unwrap();
    let anna = || "anna".to_owned();
    host.handle().command_target(&flow, &target, TargetCommand::Pause, anna(), String::new()).await.unwrap();
    host.post("/priced", "{}").await;
    replace(&table, "");
    let host = host.restart().await;
    let report = report_of(&host, "priced");
    assert_eq!((report.state, report.queue.queued + report.queue.scheduled), (FlowState::Broken, 1));

    let resumed = host.handle().command_target(&flow, &target, TargetCommand::Resume, anna(), String::new()).await;
    assert!(matches!(&resumed, Err(TargetError::Broken(_))), "{resumed:?}");
    let said = resumed.unwrap_err().to_string();
    assert!(said.starts_with("flow `priced` is broken: "), "{said}");
    let request = DeployRequest {
        flow: flow.clone(),
        step: "echo".into(),
        plugin: "echo@9.9.9".into(),
        terms: TermsChange::default(),
        by: anna(),
    };
    let deployed = host.handle().deploy(request).await;
    assert!(matches!(deployed, Err(DeployError::Broken(_))), "{deployed:?}");

    replace(&table, TABLE);
    assert_eq!(host.reload().await.changes.added[0].as_str(), "priced");
    host.handle().command_target(&flow, &target, TargetCommand::Resume, anna(), String::new()).await.unwrap();
    erp.wait_for(1).await;
    host.stop().await;
}

#[tokio::test]
async fn a_refused_reload_is_an_alert_until_one_succeeds() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    let alert = format!(
        "[[alert]]\nname = \"pager\"\nurl = {:?}\nresolve_after = \"50ms\"\non = [\"reload_refused\"]\n",
        pager.url("/alerts")
    );
    let host = TestHost::start_with(&[sound(&erp)], &alert).await;
    sound(&erp).head("orderin = 1").write(host.flows());
    assert_eq!(host.reload().await.result, ReloadResult::Refused, "a flow that runs keeps its version");
    let trigger: Value = serde_json::from_slice(&pager.wait_for(1).await[0].body).unwrap();
    assert_eq!((&trigger["action"], &trigger["alert"]), (&"trigger".into(), &"reload_refused".into()));
    host.post("/sound", "{}").await;
    sound(&erp).write(host.flows());
    assert_eq!(host.reload().await.result, ReloadResult::Unchanged);
    let resolve: Value = serde_json::from_slice(&pager.wait_for(2).await[1].body).unwrap();
    assert_eq!((&resolve["action"], &resolve["alert"]), (&"resolve".into(), &"reload_refused".into()));
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_watches_starts_a_mended_flow_by_itself_and_a_strict_one_does_not_start_at_all() {
    let erp = Sink::start().await;
    let top = tempfile::tempdir().unwrap();
    let dir = top.path();
    let flows = dir.join("flows");
    std::fs::create_dir(&flows).unwrap();
    sound(&erp).write(&flows);
    std::fs::write(flows.join("orders.toml"), "nonsense").unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let table = elsewhere.path().join("prices.csv");
    std::fs::write(&table, "").unwrap();
    with_table(&erp, &table).write(&flows);

    let data = dir.join("strict");
    let run = ["run".as_ref(), flows.as_os_str(), "--strict".as_ref(), "--data".as_ref(), data.as_os_str()];
    let output = run_gantry(run);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("orders.toml") && !data.join("host.json").exists(), "{said}");

    let host = HostProcess::start_with(dir, "[reload]\nwatch = true\n").await;
    let listed = || {
        let output = run_gantry(["flow".as_ref(), "list".as_ref(), "--data".as_ref(), dir.join("data").as_os_str()]);
        String::from_utf8(output.stdout).unwrap()
    };
    let list = listed();
    assert!(list.contains("orders is broken and does not run:\n") && list.contains("next: gantry check "), "{list}");
    let client = gantry_e2e::client_builder().build().unwrap();
    let ready = client.get(format!("http://{}/readyz", host.admin)).send().await.unwrap();
    assert_eq!(ready.status(), 200);
    let ready: Value = ready.json().await.unwrap();
    assert_eq!(ready["broken_flows"], serde_json::json!(["orders", "priced"]), "{ready}");
    let log = std::fs::read_to_string(dir.join("log")).unwrap();
    assert_eq!(log.matches("a flow is broken and does not run").count(), 2, "{log}");

    replace(&table, TABLE);
    eventually("the flow whose table was filled to run", || async { !listed().contains("priced is broken") }).await;
    FlowText::new("orders").target("erp", &erp, "").write(&flows);
    eventually("the mended flow to run", || async { !listed().contains("broken") }).await;
    let sent = client.post(format!("http://{}/orders", host.intake)).body("{}").send().await.unwrap();
    assert_eq!(sent.status(), 202);
    erp.wait_for(1).await;
    host.signal("TERM");
    assert!(host.wait().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_watches_starts_a_flow_whose_schema_was_mended() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let flows = dir.path().join("flows");
    std::fs::create_dir(&flows).unwrap();
    sound(&erp).write(&flows);
    let elsewhere = tempfile::tempdir().unwrap();
    let schema = elsewhere.path().join("order.json");
    std::fs::write(&schema, "{").unwrap();
    let line = format!("schema = {:?}", schema.display().to_string());
    FlowText::new("orders").source_line(&line).target("erp", &erp, "").write(&flows);
    let _host = HostProcess::start_with(dir.path(), "[reload]\nwatch = true\n").await;
    let listed = || {
        let output =
            run_gantry(["flow".as_ref(), "list".as_ref(), "--data".as_ref(), dir.path().join("data").as_os_str()]);
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(listed().contains("orders is broken and does not run"), "{}", listed());
    replace(&schema, "{}");
    eventually("the flow whose schema was mended to run", || async { !listed().contains("broken") }).await;
}
