//! A flow that is wrong at a start runs as it did before, says so everywhere, and goes on with its file once that is right.

use std::path::Path;

use gantry_control::reload::ReloadResult;
use gantry_e2e::{FlowText, HostProcess, Sink, TestHost, guest, replace, run_gantry};
use gantry_observe::report::{FlowReport, FlowState};
use serde_json::Value;

const TABLE: &str = "sku,name\n1,a\n";

fn priced(erp: &Sink, table: &Path) -> FlowText {
    FlowText::new("priced").table("prices", table, "sku").step(guest("echo"), "").target("erp", erp, "")
}

fn sound(erp: &Sink) -> FlowText {
    FlowText::new("sound").step(guest("echo"), "").target("erp", erp, "")
}

fn report_of(host: &TestHost, flow: &str) -> FlowReport {
    let mut reports = host.handle().reports().into_iter().filter(|report| report.name == flow);
    let report = reports.next().unwrap();
    assert!(reports.next().is_none(), "it is reported once");
    report
}

#[tokio::test]
async fn a_flow_whose_table_was_emptied_runs_as_before_over_a_restart_until_it_is_put_right() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("prices.csv");
    std::fs::write(&table, TABLE).unwrap();
    let alert = format!(
        "[[alert]]\nname = \"pager\"\nurl = {:?}\nresolve_after = \"50ms\"\non = [\"flow_broken\"]\n",
        pager.url("/alerts")
    );
    let host = TestHost::start_around(&[priced(&erp, &table), sound(&erp)], &alert).await;
    let version = report_of(&host, "priced").version;
    replace(&table, "sku,name\n");
    let host = host.restart().await;

    host.post("/priced", "1").await;
    assert_eq!(erp.wait_for(1).await[0].text(), "1");
    let report = report_of(&host, "priced");
    assert_eq!((report.state, report.version.as_str()), (FlowState::Broken, version.as_str()));
    assert!(report.last_good.is_some() && report.why[0].contains("prices"), "{report:?}");
    assert_eq!((report.plugins.len(), report.counts.received), (1, 1), "{report:?}");
    assert_eq!(report_of(&host, "sound").state, FlowState::Running);
    let metrics = host.handle().scrape().unwrap();
    assert!(metrics.contains("gantry_flow_broken{flow=\"priced\"} 1"), "{metrics}");
    assert!(metrics.contains("gantry_flow_last_good{flow=\"priced\"} 1"), "{metrics}");
    let trigger: Value = serde_json::from_slice(&pager.wait_for(1).await[0].body).unwrap();
    assert!(trigger["summary"].as_str().unwrap().contains("runs with the configuration of 20"), "{trigger}");

    sound(&erp).head("batch_messages = 7").write(host.flows());
    let report = host.reload().await;
    assert_eq!(report.result, ReloadResult::Applied, "it keeps no other flow back: {report:?}");
    assert_eq!((report.changes.changed[0].as_str(), report.changes.broken[0].as_str()), ("sound", "priced"));
    assert!(report.changes.unchanged.iter().any(|flow| flow.as_str() == "priced"), "and runs on: {report:?}");
    host.post("/priced", "2").await;
    erp.wait_for(2).await;

    let file = host.flows().join("priced.toml");
    let text = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let report = host.reload().await;
    assert_eq!(report.changes.removed.len(), 1, "its file is gone: {report:?}");
    std::fs::write(&file, text).unwrap();
    assert_eq!(host.reload().await.result, ReloadResult::Refused, "it is a new flow now, and those must be right");

    replace(&table, "sku,name\n1,a\n2,b\n");
    let report = host.reload().await;
    assert_eq!((report.result, report.changes.added[0].as_str()), (ReloadResult::Applied, "priced"));
    assert!(report.changes.broken.is_empty(), "{report:?}");
    let report = report_of(&host, "priced");
    assert_eq!((report.state, report.last_good), (FlowState::Running, None));
    host.post("/priced", "3").await;
    erp.wait_for(3).await;
    let resolve: Value = serde_json::from_slice(&pager.wait_for(2).await[1].body).unwrap();
    assert_eq!(resolve["action"], "resolve");
    host.stop().await;
}

#[tokio::test]
async fn a_flow_that_is_broken_and_renamed_with_its_file_runs_as_before_under_its_former_name() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("prices.csv");
    std::fs::write(&table, TABLE).unwrap();
    let host = TestHost::start_around(&[priced(&erp, &table), sound(&erp)], "").await;
    let text = std::fs::read_to_string(host.flows().join("priced.toml")).unwrap();
    std::fs::remove_file(host.flows().join("priced.toml")).unwrap();
    let renamed = text.replace("name = \"priced\"", "name = \"costs\"\nformerly = [\"priced\"]");
    assert_ne!(renamed, text);
    std::fs::write(host.flows().join("costs.toml"), renamed).unwrap();
    replace(&table, "sku,name\n");
    let host = host.restart().await;
    host.post("/priced", "1").await;
    assert_eq!(erp.wait_for(1).await[0].text(), "1");
    assert!(report_of(&host, "priced").last_good.is_some());
    host.stop().await;
}

#[tokio::test]
async fn at_a_start_no_flow_takes_what_is_left_under_a_name_that_two_claim() {
    let erp = Sink::start().await;
    let crm = Sink::start().await;
    let host = TestHost::start_around(&[sound(&erp)], "").await;
    let text = std::fs::read_to_string(host.flows().join("sound.toml")).unwrap();
    let renamed =
        text.replace("name = \"sound\"", "name = \"order\"\nformerly = [\"sound\"]").replace("/sound", "/order");
    std::fs::write(host.flows().join("order.toml"), renamed).unwrap();
    FlowText::new("sound").target("crm", &crm, "").write(host.flows());
    let host = host.restart().await;
    host.post("/sound", "1").await;
    assert_eq!(erp.wait_for(1).await[0].text(), "1", "the flow runs as it did before");
    assert!(crm.seen().is_empty());
    assert!(report_of(&host, "sound").last_good.is_some());
    assert_eq!(report_of(&host, "order").state, FlowState::Broken);
    host.stop().await;
}

#[tokio::test]
async fn a_host_of_which_every_flow_file_is_wrong_runs_as_before_and_without_that_does_not_start() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let flows = dir.path().join("flows");
    std::fs::create_dir(&flows).unwrap();
    sound(&erp).write(&flows);
    HostProcess::start(dir.path()).await.kill();
    std::fs::write(flows.join("sound.toml"), "this is no TOML").unwrap();
    let data = dir.path().join("data");
    for refuses in [["--strict"].as_slice(), &["--broken-flows", "without"], &["--broken-flows=refuse"]] {
        let run = ["run", &flows.display().to_string(), "--data", &data.display().to_string()].map(str::to_owned);
        let output = run_gantry(run.into_iter().chain(refuses.iter().map(|word| (*word).to_owned())));
        assert_eq!(output.status.code(), Some(3), "{refuses:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let _host = HostProcess::start(dir.path()).await;
    let output = run_gantry(["flow", "list", "--data", &data.display().to_string()]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("sound") && said.contains("broken, runs with the configuration of 20"), "{said}");
    assert!(said.contains("sound is broken and runs with the configuration of"), "{said}");
    let output = run_gantry(["status", "--format", "json", "--data", &data.display().to_string()]);
    let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(status["looked_at"]["flows"], 1, "a broken flow that runs its last good state is one flow: {status}");
}
