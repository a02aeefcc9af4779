//! More comes in than goes out: what is taken, what is refused and how, and what the host spends on it meanwhile.

use gantry_control::targets::TargetCommand;
use gantry_core::HoldCause;
use gantry_e2e::{Answer, FlowText, HostProcess, Sink, TestHost, eventually, guest, run_gantry};

use super::{held, say, waiting};

async fn refused(host: &TestHost, path: &str) -> (u16, String, bool) {
    let answer = host.send(path, "1", &[]).await;
    let status = answer.status().as_u16();
    let asked = answer.headers().contains_key("retry-after");
    let problem: serde_json::Value = answer.json().await.unwrap();
    (status, problem["reason"].as_str().unwrap_or_default().to_owned(), asked)
}

#[tokio::test]
async fn a_flow_whose_queue_is_full_answers_429_until_there_is_room_and_its_neighbour_takes_on() {
    let erp = Sink::start().await;
    let full = FlowText::new("in").head("queue = { messages = 3 }").target("erp", &erp, "");
    let neighbour = FlowText::new("other").target("erp", &erp, "");
    let host = TestHost::start(&[full, neighbour]).await;
    say(&host, "in", "erp", TargetCommand::Pause).await;
    for _ in 0..3 {
        host.post("/in", "1").await;
    }
    assert_eq!(refused(&host, "/in").await, (429, "queue_full".to_owned(), true));
    host.post("/other", "2").await;
    let host = host.restart().await;
    assert_eq!(refused(&host, "/in").await.0, 429, "what is queued is counted again after a restart");
    let metrics = host.handle().scrape().unwrap();
    assert!(metrics.contains(r#"gantry_messages_refused_total{flow="in",reason="queue_full"} 1"#), "{metrics}");
    say(&host, "in", "erp", TargetCommand::Resume).await;
    host.settled().await;
    host.post("/in", "1").await;
    host.settled().await;
    assert_eq!(host.handle().reports()[0].queue.bytes, 0);
    assert_eq!(erp.accepted().len(), 5, "nothing that was refused was delivered");
    host.stop().await;
}

#[tokio::test]
async fn a_queue_is_bounded_by_its_bytes_too_also_when_attempts_make_records_longer() {
    let erp = Sink::start().await;
    let flow = FlowText::new("in").head("queue = { bytes = \"8KiB\" }").target("erp", &erp, "");
    let host = TestHost::start(&[flow]).await;
    say(&host, "in", "erp", TargetCommand::Pause).await;
    host.post("/in", format!("\"{}\"", "x".repeat(5_000))).await;
    waiting(&host, 1).await;
    // With its delivery in it, the record has the payload twice.
    eventually("the record to be written again", || async { host.handle().reports()[0].queue.bytes > 2 * 5_000 }).await;
    assert_eq!(refused(&host, "/in").await.0, 429);
    say(&host, "in", "erp", TargetCommand::Resume).await;
    host.settled().await;
    host.stop().await;
}

#[tokio::test]
async fn the_hosts_quota_counts_all_flows_and_answers_503() {
    let dir = tempfile::tempdir().unwrap();
    let flows = dir.path().join("flows");
    std::fs::create_dir(&flows).unwrap();
    let erp = Sink::start().await;
    for name in ["one", "two"] {
        FlowText::new(name).target("erp", &erp, "").write(&flows);
    }
    let host = HostProcess::start_with(dir.path(), "quota = \"6KiB\"").await;
    let data = dir.path().join("data");
    let command = |command: &str| {
        for target in ["one/erp", "two/erp"] {
            let output = run_gantry(["target", command, target, "--data", data.to_str().unwrap()]);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    };
    command("pause");
    let client = gantry_e2e::client_builder().build().unwrap();
    let post = async |flow: &str| {
        let body = format!("\"{}\"", "x".repeat(2_000));
        client.post(format!("http://{}/{flow}", host.intake)).body(body).send().await.unwrap()
    };
    let mut taken = 0;
    let refusal = loop {
        let answer = post(if taken % 2 == 0 { "one" } else { "two" }).await;
        if answer.status() != 202 {
            break answer;
        }
        taken += 1;
    };
    assert!((1..=3).contains(&taken), "{taken}");
    assert_eq!((refusal.status().as_u16(), refusal.headers().contains_key("retry-after")), (503, true));
    assert_eq!(refusal.json::<serde_json::Value>().await.unwrap()["reason"], "over_quota");
    command("resume");
    eventually("room", || async { post("two").await.status() == 202 }).await;
    host.signal("TERM");
    assert!(host.wait().success());
}

#[tokio::test]
async fn a_flow_at_its_bound_of_dead_letters_takes_nothing_in_and_its_queue_waits_until_there_is_room() {
    queue_waits_at_the_bound("in_flight = 1\nbatch_messages = 1").await;
}

#[tokio::test]
async fn at_the_bound_of_dead_letters_a_batch_that_waits_for_more_gets_replays_only() {
    queue_waits_at_the_bound("in_flight = 2\nbatch_messages = 2\nbatch_wait = \"100ms\"").await;
}

async fn queue_waits_at_the_bound(batches: &str) {
    let erp = Sink::start().await.answers_by(|_| Some(Answer::status(422)));
    let dir = tempfile::tempdir().unwrap();
    let flows = dir.path().join("flows");
    std::fs::create_dir(&flows).unwrap();
    let head = format!("{batches}\ndead_letters = {{ max_bytes = \"5KiB\" }}");
    FlowText::new("bound").head(&head).target("erp", &erp, "").write(&flows);
    FlowText::new("free").target("erp", &erp, "").write(&flows);
    let host = HostProcess::start(dir.path()).await;
    let data = dir.path().join("data");
    let command = |words: &[&str]| {
        let output = run_gantry([words, &["--data", data.to_str().unwrap(), "--format", "json"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let client = gantry_e2e::client_builder().build().unwrap();
    let post = async |flow: &str| {
        let body = format!("\"{}\"", "x".repeat(2_000));
        client.post(format!("http://{}/{flow}", host.intake)).body(body).send().await.unwrap()
    };
    command(&["target", "pause", "bound/erp"]);
    for _ in 0..6 {
        assert_eq!(post("bound").await.status(), 202);
    }
    command(&["target", "resume", "bound/erp"]);
    eventually("the bound", || async { post("bound").await.status() == 503 }).await;
    let refused: serde_json::Value = post("bound").await.json().await.unwrap();
    assert_eq!(refused["reason"], "dead_letters_full");
    let waiting = command(&["queue", "list", "--flow", "bound"])["messages"].as_array().unwrap().clone();
    assert!(!waiting.is_empty(), "no dead letter arises beyond the bound");
    assert_eq!(waiting[0]["wait"]["reason"], "dead_letters_full");
    assert_eq!(post("free").await.status(), 202, "its neighbour takes on");
    let status = run_gantry(["status", "--data", data.to_str().unwrap()]);
    let status = String::from_utf8(status.stdout).unwrap();
    assert!(status.contains("Flow `bound` takes nothing in and its queue waits"), "{status}");

    // Nothing is mended yet: the replays fail again, before anything that waits.
    let redrive = ["dlq", "redrive", "--flow", "bound", "--rate", "0", "--max-failed", "100", "--yes"];
    let output = run_gantry([&redrive[..], &["--wait", "--data", data.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(8), "{}", String::from_utf8_lossy(&output.stderr));
    let still_waiting = command(&["queue", "list", "--flow", "bound"])["messages"].as_array().unwrap().len();
    assert_eq!(still_waiting, waiting.len());

    erp.set_rule(|_| None);
    command(&redrive);
    eventually("room, and all of them", || async { erp.accepted().len() >= 6 }).await;
    eventually("the intake", || async { post("bound").await.status() == 202 }).await;
    host.signal("TERM");
    assert!(host.wait().success());
}

#[tokio::test]
async fn while_every_target_is_stopped_a_deep_queue_stays_where_it_is() {
    let erp = Sink::start().await;
    let flow = FlowText::new("in").head("in_flight = 5").target("erp", &erp, "");
    let host = TestHost::start(&[flow]).await;
    say(&host, "in", "erp", TargetCommand::Pause).await;
    for n in 0..40 {
        host.post("/in", n.to_string()).await;
    }
    // Once as many as may be in flight have learnt that nothing passes, no other is read.
    eventually("the flow to stand still", || async { host.handle().reports()[0].queue.scheduled >= 5 }).await;
    host.post("/in", "40").await;
    assert!(held(&host, HoldCause::Paused) < 10 && host.handle().reports()[0].queue.scheduled < 10);
    say(&host, "in", "erp", TargetCommand::Resume).await;
    assert_eq!(erp.wait_for(41).await.len(), 41);
    assert_eq!(host.settled().await[0].counts.delivered, 41);
    host.stop().await;
}

#[tokio::test]
async fn a_batch_waits_for_more_messages_as_long_as_its_flow_says() {
    let erp = Sink::start().await;
    let flow = FlowText::new("in")
        .head("ordering = \"none\"\nbatch_messages = 3\nbatch_wait = \"1h\"")
        .step(guest("echo"), "name = \"map\"")
        .target("erp", &erp, "");
    let host = TestHost::start(&[flow]).await;
    for n in 0..3 {
        host.post("/in", n.to_string()).await;
    }
    erp.wait_for(3).await;
    host.settled().await;
    let metrics = host.handle().scrape().unwrap();
    let calls = r#"gantry_plugin_call_duration_seconds_count{flow="in",step="map"} 1"#;
    assert!(metrics.contains(calls), "three messages, one call: {metrics}");
    host.post("/in", "3").await;
    // One that waits for others neither holds up the stop nor is lost by it.
    host.restart().await.stop().await;
}
