//! Host events as the source of a flow.

use std::path::Path;

use gantry_e2e::{FlowText, Sink, TestHost, eventually};
use serde_json::Value;

/// The payloads of a file target's lines.
fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["payload"].clone()).collect()
}

async fn events(path: &Path, n: usize) -> Vec<Value> {
    eventually("events in the file", || async { lines(path).len() >= n }).await;
    lines(path)
}

/// A flow that appends these events to a file.
fn watcher(name: &str, file: &Path, lines: &str) -> FlowText {
    FlowText::new(name).source(&format!("[source.host_events]\n{lines}")).file_target("log", file)
}

#[tokio::test]
async fn a_flow_gets_what_happens_to_the_others_as_messages() {
    let (erp, dir) = (Sink::start().await.answers(422, 1), tempfile::tempdir().unwrap());
    let file = dir.path().join("events.ndjson");
    let flows = [FlowText::new("orders").target("erp", &erp, ""), watcher("watch", &file, "")];
    let host = TestHost::start(&flows).await;
    assert_eq!(events(&file, 1).await[0]["event"], "host_started");
    host.post("/orders", "1").await;
    let told = &events(&file, 2).await[1];
    let letter = host.dead_letters().await.remove(0);
    assert_eq!((&told["event"], &told["flow"]), (&"dead_lettered".into(), &"orders".into()));
    assert_eq!(told["letter"], letter.id.to_string());
    assert_eq!(told["fingerprint"], letter.fingerprint);
    assert!(told["at"].as_str().unwrap().ends_with('Z') && told["id"].is_string(), "{told}");
    host.stop().await;
}
