//! `gantry alert`: what fires, and whether an endpoint can be reached.

use gantry_e2e::{FlowText, HostProcess, Sink, run_gantry};
use serde_json::Value;

use super::{alert, json, words};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_lists_what_fires_and_tries_endpoints() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    FlowText::new("orders").target("erp", &erp, "").write(&dir.path().join("flows"));
    let data = dir.path().join("data").display().to_string();
    let gantry = |words: &str| {
        let output = run_gantry(words.split(' ').chain(["--data", &data]));
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    assert_eq!(gantry("alert list").0, Some(5), "there is no host yet");
    let _host = HostProcess::start_with(dir.path(), &alert(&pager, "")).await;
    let (code, said) = gantry("alert list");
    let nothing_fires =
        said.lines().any(|line| line.starts_with("pager  gantry  active") && line.trim_end().ends_with('0'));
    assert!(code == Some(0) && nothing_fires, "{said}");

    let (code, said) = gantry("alert test pager");
    assert!(
        code == Some(0) && said.contains("trigger  accepted  200") && said.contains("resolve  accepted  200"),
        "{said}"
    );
    let seen = pager.wait_for(2).await;
    assert_eq!(words(&seen), ["trigger dead_letters", "resolve dead_letters"]);
    assert!(json(&seen[0])["summary"].as_str().unwrap().contains("This is a test"));
    assert_eq!(json(&seen[0])["dedup_key"], json(&seen[1])["dedup_key"]);

    pager.set_rule(|_| Some(gantry_e2e::Answer { body: "no such key".into(), ..gantry_e2e::Answer::status(401) }));
    let (code, said) = gantry("alert test pager");
    assert!(code == Some(1) && said.contains("401") && said.contains("no such key"), "{said}");
    assert_eq!(gantry("alert test nobody").0, Some(7));

    assert!(gantry("target pause orders/erp").0 == Some(0));
    pager.set_rule(|_| None);
    gantry_e2e::eventually("the alert to fire", || async { gantry("alert list").1.contains("target_paused") }).await;
    let (_, listed) = gantry("alert list --format json");
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["alerts"][0]["firing"][0]["dedup_key"], "gantry/target_paused/orders/erp");
    assert_eq!(listed["alerts"][0]["firing"][0]["severity"], "error");
}
