//! A sender that repeats itself: one message, one answer, over a crash too.

use gantry_e2e::{Answer, FlowText, HostProcess, Sink, TestHost, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_request_gets_the_stored_answer_after_a_kill_and_is_delivered_once() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    let flow = FlowText::new("in").source_line("idempotency_key = { window = \"1h\" }").target("erp", &erp, "");
    flow.write(&dir.path().join("flows"));
    let client = gantry_e2e::client_builder().build().unwrap();
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

#[tokio::test]
async fn a_corrected_message_is_delivered_although_its_value_was_seen_before() {
    let erp = Sink::start().await;
    erp.set_rule(|seen| seen.text().contains("Atlantis").then(|| Answer::status(422)));
    let flow =
        FlowText::new("in").source_line("dedupe = { pointer = \"/order\", window = \"24h\" }").target("erp", &erp, "");
    let host = TestHost::start(&[flow]).await;
    let answer = async |country: &str| {
        let answer = host.send("/in", format!(r#"{{"order": 7, "country": "{country}"}}"#), &[]).await;
        serde_json::from_str::<serde_json::Value>(&answer.text().await.unwrap()).unwrap()
    };
    let first = answer("Atlantis").await["id"].clone();
    eventually("the dead letter", || async { host.dead_letters().await.len() == 1 }).await;
    let corrected = answer("Germany").await;
    assert_eq!((&corrected["supersedes"], corrected.get("duplicate")), (&first, None));
    eventually("the delivery", || async { erp.accepted().len() == 1 }).await;
    host.settled().await;
    let again = answer("Germany").await;
    assert_eq!((&again["duplicate"], &again["state"]), (&true.into(), &"delivered".into()));
    assert_eq!(again["id"], corrected["id"]);
    assert_eq!(host.dead_letters().await[0].state.name(), "superseded");
    host.stop().await;
}
