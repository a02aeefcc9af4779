//! A target that hangs delays nobody but those on their way to it.

use std::time::{Duration, Instant};

use gantry_core::HoldCause;
use gantry_e2e::{FlowText, Sink, TestHost, eventually, guest, hanging};

use super::held;

const MESSAGES: usize = 60;

/// How long each of a row of messages takes to the sink, sent one after the other.
async fn times(host: &TestHost, path: &str, body: &str, sink: &Sink) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..MESSAGES {
        let before = sink.seen().len();
        let start = Instant::now();
        host.post(path, body.to_owned()).await;
        sink.wait_for(before + 1).await;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_hangs_delays_neither_its_flows_other_target_nor_another_flow() {
    let hangs = hanging().await;
    let near = Sink::start().await;
    let far = Sink::start().await;
    let patient = "timeout = \"10m\"\nretry = { attempts = 1 }";
    let flow = FlowText::new("mixed")
        .head("in_flight = 20")
        .step(guest("outcomes"), "")
        .target_at("hangs", &hangs, &format!("{patient}\ndefault = true"))
        .target("near", &near, "");
    let host = TestHost::start(&[flow, FlowText::new("other").target("far", &far, "")]).await;
    let to_near = r#"{"emit":[{"text":"x","route":"near"}]}"#;
    let to_hangs = r#"{"emit":[{"text":"x"}]}"#;
    let calm = [times(&host, "/mixed", to_near, &near).await, times(&host, "/other", "1", &far).await];
    // Five times what the flow has room for.
    for _ in 0..100 {
        host.post("/mixed", to_hangs).await;
    }
    eventually("the crowd to be sent back", || async { held(&host, HoldCause::OverShare) > 50 }).await;
    let beside = [times(&host, "/mixed", to_near, &near).await, times(&host, "/other", "1", &far).await];
    for (name, (calm, beside)) in ["same flow", "other flow"].into_iter().zip(calm.iter().zip(&beside)) {
        let p99 = |times: &[Duration]| times[times.len() - 1].as_secs_f64();
        println!("{name}: p99 beside a hanging target is {:.1} times the calm one", p99(beside) / p99(calm));
    }
    assert_eq!((near.accepted().len(), far.accepted().len()), (MESSAGES * 2, MESSAGES * 2));
    let depth = host.handle().reports().remove(0).queue;
    assert_eq!(depth.queued + depth.leased + depth.scheduled, 100, "none of those that hang is lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_whose_delivery_hangs_holds_up_its_own_messages_and_those_of_no_other_key() {
    let hangs = hanging().await;
    let near = Sink::start().await;
    let flow = FlowText::new("keys")
        .head("in_flight = 20")
        .source_line("key = { pointer = \"/key\" }")
        .step(guest("outcomes"), "")
        .target_at("hangs", &hangs, "timeout = \"10m\"\nretry = { attempts = 1 }\ndefault = true")
        .target("near", &near, "");
    let host = TestHost::start(&[flow]).await;
    let body = |key: &str, route: &str| format!(r#"{{"key":"{key}","emit":[{{"text":"{key}","route":"{route}"}}]}}"#);
    host.post("/keys", body("stuck", "hangs")).await;
    // Far more than the flow has room for, and all of them behind the one that hangs.
    for _ in 0..100 {
        host.post("/keys", body("stuck", "near")).await;
    }
    for n in 0..MESSAGES {
        host.post("/keys", body(&format!("free-{}", n % 3), "near")).await;
    }
    let seen = near.wait_for(MESSAGES).await;
    assert!(seen.iter().all(|seen| seen.text().starts_with("free-")), "nothing overtakes within a key");
    eventually("all but those of the stuck key to be settled", || async {
        let depth = host.handle().reports().remove(0).queue;
        depth.queued + depth.leased + depth.scheduled == 101
    })
    .await;
    assert_eq!(near.seen().len(), MESSAGES);
}
