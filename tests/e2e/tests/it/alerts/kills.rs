//! Alerts of a host that is killed in between.

use std::collections::BTreeMap;

use gantry_e2e::{FlowText, HostProcess, Sink, eventually, run_gantry};

use super::{alert, json, picky};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_killed_between_trigger_and_resolve_says_each_once() {
    let erp = picky().await;
    let pager = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    FlowText::new("orders").target("erp", &erp, "").write(&dir.path().join("flows"));
    let settings = alert(&pager, "");
    let data = dir.path().join("data").display().to_string();

    let host = HostProcess::start_with(dir.path(), &settings).await;
    let client = gantry_e2e::client_builder().build().unwrap();
    let request = client.post(format!("http://{}/orders", host.intake)).header("content-type", "application/json");
    assert_eq!(request.body(r#""bad""#).send().await.unwrap().status(), 202);
    pager.wait_for(1).await;
    host.kill();

    // It still fires: said once, it is not said again.
    let host = HostProcess::start_with(dir.path(), &settings).await;
    eventually("the host to remember", || async {
        let listed = run_gantry(["alert", "list", "--data", &data]).stdout;
        String::from_utf8(listed).unwrap().contains("dead_letters/orders/")
    })
    .await;
    host.kill();

    // It ends while no host runs.
    let discarded = run_gantry(["dlq", "discard", "--all", "--reason", "a test", "--yes", "--data", &data]);
    assert!(discarded.status.success(), "{discarded:?}");
    let _host = HostProcess::start_with(dir.path(), &settings).await;
    // What was sent in the moment of a kill is sent again, under the same idempotency key: it counts once.
    let said = || {
        let seen = pager.seen();
        let said: BTreeMap<_, _> = seen.iter().map(|seen| (seen.idempotency_key(), json(seen))).collect();
        said.into_values().collect::<Vec<_>>()
    };
    eventually("the resolve", || async { said().iter().any(|said| said["action"] == "resolve") }).await;
    let [trigger, resolve] = &said()[..] else { panic!("each once: {:?}", said()) };
    assert_eq!((&trigger["action"], &trigger["dedup_key"]), (&"trigger".into(), &resolve["dedup_key"]));
}
