//! A sender that repeats itself: one message, one answer, over a crash too.

use gantry_e2e::{FlowText, HostProcess, Sink};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_request_gets_the_stored_answer_after_a_kill_and_is_delivered_once() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    let flow = FlowText::new("in").source_line("idempotency_key = { window = \"1h\" }").target("erp", &erp, "");
    flow.write(&dir.path().join("flows"));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let send = async |host: &HostProcess, body: &'static str| {
        let request = client.post(format!("http://{}/in", host.intake)).header("idempotency-key", "\"order-7\"");
        let answer = request.body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let host = HostProcess::start(dir.path()).await;
    let first = send(&host, "1").await;
    erp.wait_for(1).await;
    host.kill();
    let host = HostProcess::start(dir.path()).await;
    assert_eq!(send(&host, "1").await, first);
    assert_eq!(send(&host, "2").await.0, 422);
    host.signal("TERM");
    assert!(host.wait().success());
    let keys: std::collections::HashSet<_> = erp.seen().iter().map(gantry_e2e::Seen::idempotency_key).collect();
    assert_eq!(keys.len(), 1, "one message, however often it was sent");
}
