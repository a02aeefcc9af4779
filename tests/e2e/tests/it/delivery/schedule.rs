//! Attempts are scheduled on disk: a crash forgets neither how many were made nor when the next is due.

use std::time::Duration;

use gantry_e2e::{FlowText, HostProcess, Sink, eventually};
use serde_json::Value;

async fn ask(host: &HostProcess, dir: &std::path::Path, path: &str) -> Value {
    let client = gantry_e2e::client_builder().timeout(Duration::from_secs(10)).build().unwrap();
    let token = std::fs::read_to_string(dir.join("data/admin.token")).unwrap();
    let request = client.get(format!("http://{}{path}", host.admin)).bearer_auth(token.trim());
    request.send().await.unwrap().json().await.unwrap()
}

/// When the attempts were made, and when the last said the next is due.
fn attempts(message: &Value) -> (usize, Option<u64>) {
    let timeline = message["timeline"].as_array().unwrap();
    let attempts: Vec<_> = timeline.iter().filter(|entry| entry["event"]["what"] == "attempted").collect();
    (attempts.len(), attempts.last().and_then(|last| last["event"]["retry_at"].as_u64()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_and_their_due_times_survive_a_kill() {
    let erp = Sink::start().await.answers(503, 100);
    let lines = r#"retry = { attempts = 3, base = "3s", jitter = false }"#;
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    FlowText::new("in").target("erp", &erp, lines).write(&dir.path().join("flows"));
    let host = HostProcess::start(dir.path()).await;
    let client = gantry_e2e::client_builder().build().unwrap();
    let answer = client.post(format!("http://{}/in", host.intake)).body("1").send().await.unwrap();
    let id = answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/messages/{id}");
    eventually("the first attempt to be on record", || async {
        attempts(&ask(&host, dir.path(), &path).await).1.is_some()
    })
    .await;
    let (_, due) = attempts(&ask(&host, dir.path(), &path).await);
    // What is on record may still be on its way to the disk: an answer to another message says that it is there.
    client.post(format!("http://{}/in", host.intake)).body("2").send().await.unwrap();
    host.kill();

    let host = HostProcess::start(dir.path()).await;
    let (made, still_due) = attempts(&ask(&host, dir.path(), &path).await);
    if made == 1 {
        assert_eq!(still_due, due, "the restart kept the time");
    }
    eventually("the message to be given up", || async {
        ask(&host, dir.path(), &path).await["state"] == "dead_lettered"
    })
    .await;
    let message = ask(&host, dir.path(), &path).await;
    assert_eq!(attempts(&message).0, 3, "none was forgotten, none repeated");
    let timeline = message["timeline"].as_array().unwrap();
    let times: Vec<_> = timeline.iter().filter(|entry| entry["event"]["what"] == "attempted").collect();
    for pair in times.windows(2) {
        let due = pair[0]["event"]["retry_at"].as_u64();
        let at = pair[1]["at"].as_u64();
        assert!(at >= due, "not before it was due");
    }
    assert_eq!(erp.seen().iter().filter(|seen| seen.text() == "1").count(), 3);
}
