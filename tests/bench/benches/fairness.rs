//! What a target that hangs costs other targets: how long a message takes from its sender to its target, alone and while
//! another flow, the flow's other target, or another key of the same flow hangs. Both are measured in the same host, one
//! after the other, message by message; the result is the ratio of their 99th percentiles.
//!
//! `GANTRY_BENCH_MESSAGES` sets how many messages each figure is taken from (1,000 unless set).

use std::time::{Duration, Instant};

use gantry_e2e::{FlowText, Sink, TestHost, guest, hanging};

/// Messages of one flow in flight at once.
const IN_FLIGHT: usize = 100;
/// Messages for the target that hangs: several times what the flow may have in flight.
const HANGING: usize = 500;
/// A timeout that is longer than the benchmark.
const LONG_TIMEOUT: &str = "timeout = \"10m\"\nretry = { attempts = 1 }\n";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let messages = std::env::var("GANTRY_BENCH_MESSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000);
    println!(
        "{messages} messages each; {HANGING} on their way to what hangs, of which {IN_FLIGHT} fit into the flow\n"
    );
    println!("{:<34} {:>9} {:>9} {:>11} {:>11} {:>7}", "beside", "p50 calm", "p50", "p99 calm", "p99", "ratio");
    show("another flow that hangs", &two_flows(messages).await);
    show("the flow's other target that hangs", &two_targets(messages).await);
    show("another key that hangs", &two_keys(messages).await);
}

/// How long messages took, shortest first, before and while the target hangs.
struct Times {
    calm: Vec<Duration>,
    beside: Vec<Duration>,
}

async fn two_flows(messages: usize) -> Times {
    let hangs = hanging().await;
    let near = Sink::start().await;
    let head = format!("in_flight = {IN_FLIGHT}");
    let hung = FlowText::new("hung").head(&head).target_at("erp", &hangs, LONG_TIMEOUT);
    let host = TestHost::start(&[hung, FlowText::new("calm").head(&head).target("erp", &near, "")]).await;
    measure(&host, ("/hung", "{}"), ("/calm", "{}"), &near, messages).await
}

async fn two_targets(messages: usize) -> Times {
    let hangs = hanging().await;
    let near = Sink::start().await;
    let host = TestHost::start(&[mixed(&hangs, &near)]).await;
    let to_hangs = r#"{"emit":[{"text":"x"}]}"#;
    let to_near = r#"{"emit":[{"text":"x","route":"near"}]}"#;
    measure(&host, ("/mixed", to_hangs), ("/mixed", to_near), &near, messages).await
}

async fn two_keys(messages: usize) -> Times {
    let hangs = hanging().await;
    let near = Sink::start().await;
    let host = TestHost::start(&[mixed(&hangs, &near)]).await;
    let stuck = r#"{"key":"a","emit":[{"text":"x"}]}"#;
    let free = r#"{"key":"b","emit":[{"text":"x","route":"near"}]}"#;
    measure(&host, ("/mixed", stuck), ("/mixed", free), &near, messages).await
}

/// A flow with a target that hangs and one that doesn't.
fn mixed(hangs: &str, near: &Sink) -> FlowText {
    let flow = FlowText::new("mixed").head(&format!("in_flight = {IN_FLIGHT}"));
    let flow = flow.source_line("key = { pointer = \"/key\" }").step(guest("outcomes"), "");
    flow.target_at("hangs", hangs, &format!("{LONG_TIMEOUT}default = true")).target("near", near, "")
}

async fn measure(host: &TestHost, stuck: (&str, &str), free: (&str, &str), near: &Sink, messages: usize) -> Times {
    times(host, free, near, messages / 10).await;
    let calm = times(host, free, near, messages).await;
    for _ in 0..HANGING {
        host.post(stuck.0, stuck.1.to_owned()).await;
    }
    Times { calm, beside: times(host, free, near, messages).await }
}

async fn times(host: &TestHost, (path, body): (&str, &str), near: &Sink, messages: usize) -> Vec<Duration> {
    let mut times = Vec::with_capacity(messages);
    let before = near.seen().len();
    for n in 1..=messages {
        let start = Instant::now();
        host.post(path, body.to_owned()).await;
        near.wait_until(before + n).await;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times
}

fn show(name: &str, Times { calm, beside }: &Times) {
    let at = |times: &[Duration], share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!(
        "{name:<34} {:>6.2} ms {:>6.2} ms {:>8.2} ms {:>8.2} ms {:>6.2}x",
        at(calm, 50),
        at(beside, 50),
        at(calm, 99),
        at(beside, 99),
        at(beside, 99) / at(calm, 99)
    );
}
