//! Host events as the source of a flow.

use gantry_e2e::{FlowText, HostProcess, Operator as _, Sink, TestHost, eventually, run_gantry};
use serde_json::Value;

use super::{events, lines, names, picky, watcher};

#[tokio::test]
async fn a_flow_gets_what_happens_to_the_others_as_messages() {
    let erp = picky().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("events.ndjson");
    let flows = [FlowText::new("orders").target("erp", &erp, ""), watcher("watch", &file, "")];
    let host = TestHost::start(&flows).await;
    assert_eq!(events(&file, 1).await[0]["event"], "host_started");
    host.post("/orders", r#""bad""#).await;
    let told = &events(&file, 2).await[1];
    let dead_letter = host.dead_letters().await.remove(0);
    assert_eq!((&told["event"], &told["flow"]), (&"dead_lettered".into(), &"orders".into()));
    assert_eq!(
        (&told["dead_letter"], &told["fingerprint"]),
        (&dead_letter.id.to_string().into(), &dead_letter.fingerprint.into())
    );
    assert_eq!((&told["target"], &told["version"], &told["instance"]), (&"erp".into(), &1.into(), &"gantry".into()));
    assert!(told["at"].as_str().unwrap().ends_with('Z') && told["id"].is_string(), "{told}");
    host.stop().await;
}

#[tokio::test]
async fn a_flow_gets_the_events_it_names_of_the_flows_it_names() {
    let erp = picky().await;
    let dir = tempfile::tempdir().unwrap();
    let all = dir.path().join("all.ndjson");
    let some = dir.path().join("some.ndjson");
    let flows = [
        FlowText::new("orders").target("erp", &erp, ""),
        FlowText::new("other").target("erp", &erp, ""),
        watcher("all", &all, ""),
        watcher("some", &some, "events = [\"dead_lettered\"]\nflows = [\"orders\"]"),
    ];
    let host = TestHost::start(&flows).await;
    for flow in ["/other", "/orders"] {
        host.post(flow, r#""bad""#).await;
        host.settled().await;
    }
    let told = events(&all, 3).await;
    assert_eq!(names(&told), ["host_started", "dead_lettered", "dead_lettered"]);
    let told = events(&some, 1).await;
    assert_eq!(told.iter().map(|event| &event["flow"]).collect::<Vec<_>>(), ["orders"]);
    host.stop().await;
}

#[tokio::test]
async fn flows_whose_events_fail_feed_neither_themselves_nor_each_other() {
    let erp = picky().await;
    let siem = Sink::start().await.answers_by(|_| Some(gantry_e2e::Answer::status(422)));
    let source = "[source.host_events]\nevents = [\"dead_lettered\"]\n";
    let taker = |name: &str| FlowText::new(name).source(source).target("siem", &siem, "");
    let flows = [FlowText::new("orders").target("erp", &erp, ""), taker("one"), taker("two")];
    let host = TestHost::start(&flows).await;
    host.post("/orders", r#""bad""#).await;
    // Events of dead letters are queued with the dead letters: when nothing is queued, nothing more comes.
    eventually("each flow's dead letter", || async { host.dead_letters().await.len() == 3 }).await;
    host.settled().await;
    assert_eq!(host.dead_letters().await.len(), 3);
    let metrics = host.handle().scrape().unwrap();
    for flow in ["one", "two"] {
        let told = format!(r#"gantry_events_total{{event="dead_lettered",flow="{flow}"}} 1"#);
        let taken = format!(r#"gantry_messages_received_total{{flow="{flow}"}} 1"#);
        assert!(metrics.contains(&told) && metrics.contains(&taken), "{metrics}");
    }
    assert_eq!(siem.seen().len(), 2);
    host.stop().await;
}

#[tokio::test]
async fn what_somebody_does_to_a_target_is_told_in_order() {
    use gantry_control::targets::TargetCommand::{Disable, Enable, Pause, Resume};
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("events.ndjson");
    let flows = [FlowText::new("orders").target("erp", &erp, ""), watcher("watch", &file, "flows = [\"orders\"]")];
    let host = TestHost::start(&flows).await;
    let flow = "orders".parse().unwrap();
    let target = "erp".parse().unwrap();
    for command in [Pause, Resume, Disable, Enable] {
        let said = host.handle().command_target(&flow, &target, command, "anna".into(), "move".into()).await;
        said.unwrap();
    }
    let told = events(&file, 5).await;
    let of_target: Vec<_> = names(&told).into_iter().filter(|name| name.starts_with("target")).collect();
    assert_eq!(of_target, ["target_paused", "target_resumed", "target_disabled", "target_resumed"]);
    let paused = told.iter().find(|event| event["event"] == "target_paused").unwrap();
    assert_eq!((&paused["by"], &paused["reason"], &paused["target"]), (&"anna".into(), &"move".into(), &"erp".into()));
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_dead_letter_is_told_wherever_the_host_is_killed() {
    let erp = picky().await;
    let dir = tempfile::tempdir().unwrap();
    let flows = dir.path().join("flows");
    let file = dir.path().join("events.ndjson");
    std::fs::create_dir(&flows).unwrap();
    FlowText::new("orders").target("erp", &erp, "").write(&flows);
    watcher("watch", &file, "events = [\"dead_lettered\"]").write(&flows);
    let client = gantry_e2e::client_builder().build().unwrap();
    for round in 0..5 {
        let host = HostProcess::start(dir.path()).await;
        for n in 0..20 {
            let request =
                client.post(format!("http://{}/orders", host.intake)).header("content-type", "application/json");
            let answer = request.body(format!(r#"{{"bad": {n}, "round": {round}}}"#)).send().await.unwrap();
            assert_eq!(answer.status(), 202);
        }
        // In the midst of it: some are dead letters by now, some are told.
        erp.wait_for(round * 20 + 5).await;
        host.kill();
    }
    let _host = HostProcess::start(dir.path()).await;
    let data = dir.path().join("data").display().to_string();
    let dead_letters = || {
        let output = run_gantry(["dlq", "list", "--limit", "1000", "--format", "json", "--data", &data]);
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        let dead_letters = list["dead_letters"].as_array().unwrap().iter();
        dead_letters.map(|dead_letter| dead_letter["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    eventually("all of them to be dead", || async { dead_letters().len() == 100 }).await;
    eventually("all of them to be told", || async {
        let told: Vec<_> = lines(&file).iter().map(|event| event["dead_letter"].as_str().unwrap().to_owned()).collect();
        dead_letters().iter().all(|dead_letter| told.contains(dead_letter))
    })
    .await;
}
