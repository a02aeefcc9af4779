//! The commands of an operator, on the real binary: publish, deploy, look, approve, roll back; and a crash half-way.

use std::path::Path;
use std::process::Output;

use gantry_e2e::{FlowText, HostProcess, Sink, eventually, guest, run_gantry, versioned};
use serde_json::Value;

use super::NAMED;

/// Flows of one step that `echo` serves, in a directory of their own; plugins needn't be signed.
async fn started(erp: &Sink) -> (tempfile::TempDir, HostProcess) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    let flow = FlowText::new("in").step(guest("echo"), NAMED).target("erp", erp, "");
    flow.write(&dir.path().join("flows"));
    let host = start(dir.path()).await;
    (dir, host)
}

async fn start(dir: &Path) -> HostProcess {
    HostProcess::start_with(dir, "[plugins]\nunsigned = \"allow\"\n").await
}

fn gantry(dir: &Path, args: &[&str]) -> Output {
    let data = dir.join("data");
    run_gantry(args.iter().copied().chain(["--data", data.to_str().unwrap()]))
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn publish(dir: &Path, name: &str, version: &str) {
    let file = dir.join(format!("{name}-{version}.wasm"));
    std::fs::write(&file, versioned(name, version)).unwrap();
    let published = gantry(dir, &["plugin", "publish", file.to_str().unwrap()]);
    assert!(published.status.success(), "{}", said(&published));
}

async fn post(host: &HostProcess, body: &str) {
    let client = gantry_e2e::client_builder().build().unwrap();
    let request = client.post(format!("http://{}/in", host.intake)).body(body.to_owned());
    assert_eq!(request.send().await.unwrap().status(), 202);
}

/// What `flow list` says serves the step.
fn serving(dir: &Path) -> String {
    let listed = gantry(dir, &["flow", "list", "--format", "json"]);
    let flows: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let plugin = &flows["flows"][0]["plugins"][0];
    format!("{}@{}", plugin["name"].as_str().unwrap(), plugin["version"].as_str().unwrap())
}

const AT_ONCE: [&str; 4] = ["--canary", "0", "--watch-messages", "0"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commands_deploy_show_approve_and_roll_back() {
    let erp = Sink::start().await;
    let (top, host) = started(&erp).await;
    let dir = top.path();
    publish(dir, "counter", "2.0.0");
    post(&host, "{}").await;
    erp.wait_for(1).await;

    let place = "in/map";
    let waits = gantry(dir, &[&["plugin", "deploy", place, "counter@2.0.0"], &AT_ONCE[..]].concat());
    let text = said(&waits);
    assert_eq!(waits.status.code(), Some(9), "{text}");
    assert!(text.contains("1 changed") && text.contains("/emit/0/payload"), "{text}");
    assert!(text.contains("gantry deploy approve in/map"), "{text}");
    let status = said(&gantry(dir, &["deploy", "status"]));
    assert!(status.contains("counter@2.0.0") && status.contains("waiting"), "{status}");
    let early = gantry(dir, &["deploy", "approve", place, "--phase", "canary"]);
    assert_eq!(early.status.code(), Some(2), "it is another phase: {}", said(&early));
    let approved = gantry(dir, &["deploy", "approve", place, "--by", "olga"]);
    assert!(
        approved.status.success() && said(&approved).contains("deployment 1: waiting approved"),
        "{}",
        said(&approved)
    );
    eventually("the approved version to serve", || async { serving(dir) == "counter@2.0.0" }).await;
    let page = said(&gantry(dir, &["deploy", "status", place]));
    assert!(page.contains("phase") && page.contains("deployed") && page.contains("olga"), "{page}");
    let back = gantry(dir, &["deploy", "rollback", place, "--reason", "wrong"]);
    assert!(said(&back).contains("in/map runs echo@0.1.0 again"), "{}", said(&back));
    assert_eq!(serving(dir), "echo@0.1.0");
    let page = said(&gantry(dir, &["deploy", "status", place]));
    assert!(page.starts_with("deployment    2\n") && page.contains("roll back deployment 1: wrong"), "{page}");
    assert!(page.contains("serving now   echo@0.1.0"), "{page}");
    let audit = gantry(dir, &["audit", "list", "--subject", place, "--format", "json"]);
    let audit: Value = serde_json::from_slice(&audit.stdout).unwrap();
    for operation in ["deployments.begin", "deployments.approve", "deployments.roll_back"] {
        let mut entries = audit["entries"].as_array().unwrap().iter();
        let entry = entries.find(|entry| entry["operation"] == operation && entry["outcome"] == "done").unwrap();
        assert!(entry["detail"].as_str().unwrap().starts_with("deployment 1"), "{entry}");
    }
    let history = said(&gantry(dir, &["deploy", "history", place]));
    assert_eq!(history.lines().count(), 3, "{history}");

    let missing = gantry(dir, &["plugin", "deploy", place, "counter@9.0.0"]);
    assert_eq!(missing.status.code(), Some(7), "{}", said(&missing));
    let refused = gantry(dir, &["plugin", "deploy", place, "counter@2.0.0", "--changed", "refuse"]);
    assert_eq!(refused.status.code(), Some(4), "{}", said(&refused));
    assert!(said(&refused).contains("echo@0.1.0 stays active"), "{}", said(&refused));
    let page = said(&gantry(dir, &["deploy", "status", place]));
    assert!(page.contains("refused since") && page.contains("/emit/0/payload"), "the last one, with findings: {page}");
    host.signal("TERM");
    assert!(host.wait().success());
    assert_eq!(gantry(dir, &["deploy", "status"]).status.code(), Some(5), "no host runs any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_half_way_goes_on_after_the_next_start_and_serves_the_old_version_until_then() {
    let erp = Sink::start().await;
    let (top, host) = started(&erp).await;
    let dir = top.path();
    publish(dir, "counter", "2.0.0");
    let begun = ["plugin", "deploy", "in/map", "counter@2.0.0", "--canary", "0", "--watch-messages", "3", "--detach"];
    assert!(gantry(dir, &begun).status.success());
    let phase = || {
        let status = gantry(dir, &["deploy", "status", "in/map", "--format", "json"]);
        serde_json::from_slice::<Value>(&status.stdout).unwrap()["phase"].as_str().unwrap().to_owned()
    };
    eventually("the watch to begin", || async { phase() == "watching" }).await;
    host.kill();
    let host = start(dir).await;
    assert_eq!(serving(dir), "echo@0.1.0");
    assert_eq!(phase(), "watching");
    for _ in 0..3 {
        post(&host, "{}").await;
        erp.wait_for(1).await;
    }
    eventually("the version to be in force", || async { phase() == "deployed" }).await;
    assert_eq!(serving(dir), "counter@2.0.0");
    host.kill();
    let host = start(dir).await;
    assert_eq!(serving(dir), "counter@2.0.0", "what is in force outlasts a crash");
    host.signal("TERM");
    assert!(host.wait().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_over_dead_letters_shows_what_the_next_version_would_make_of_them() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    let flow = FlowText::new("in").step(guest("trap_on"), NAMED).target("erp", &erp, "");
    flow.write(&dir.path().join("flows"));
    let dir = dir.path();
    let host = start(dir).await;
    publish(dir, "echo", "2.0.0");
    post(&host, "poison").await;
    post(&host, "poison too").await;
    let open = || {
        let listed = gantry(dir, &["dlq", "list", "--format", "json"]);
        String::from_utf8_lossy(&listed.stdout).matches("\"state\"").count()
    };
    eventually("the dead letters", || async { open() == 2 }).await;
    let tried = gantry(dir, &["dlq", "replay", "--all", "--with", "echo@2.0.0", "--dry-run"]);
    let text = said(&tried);
    assert!(tried.status.success() && text.contains("2 newly passing") && text.contains("/fault"), "{text}");
    assert_eq!(open(), 2, "nothing was replayed");
    let unknown = gantry(dir, &["dlq", "replay", "--all", "--with", "echo@7.0.0", "--dry-run"]);
    assert_eq!(unknown.status.code(), Some(7), "{}", said(&unknown));
    let alone = gantry(dir, &["dlq", "replay", "--all", "--with", "echo@2.0.0"]);
    assert_eq!(alone.status.code(), Some(2), "another version is for trying only: deploy it to replay with it");
    host.signal("TERM");
    assert!(host.wait().success());
    let stopped = gantry(dir, &["dlq", "replay", "--all", "--with", "echo@2.0.0", "--dry-run"]);
    assert_eq!(stopped.status.code(), Some(5), "it needs a running host: {}", said(&stopped));
}
