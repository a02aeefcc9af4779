//! A hundred thousand dead letters: what it costs to create, list and redrive them, compared with messages that are
//! delivered at once. Runs the real binary and its commands with fsync; the load generator and the target are on the same
//! cores.
//!
//! `GANTRY_BENCH_MESSAGES` sets how many (100,000 unless set).

use std::path::Path;
use std::time::{Duration, Instant};

use gantry_bench::sink::Sink;
use gantry_bench::{load, memory};
use gantry_e2e::{FlowText, HostProcess, guest, run_gantry};

const CONNECTIONS: usize = 64;

#[tokio::main]
async fn main() {
    let messages = std::env::var("GANTRY_BENCH_MESSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let dir = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target")).expect("a directory on disk");
    let sink = Sink::start().await;
    std::fs::create_dir(dir.path().join("flows")).expect("a writable directory");
    let url = format!("http://{}/", sink.address);
    let flow = FlowText::new("orders").step(guest("echo"), "").target_at("erp", &url, "concurrency = 64");
    flow.write(&dir.path().join("flows"));
    let host = HostProcess::start(dir.path()).await;
    send(&host, &sink, messages / 10).await;
    println!("{messages} messages of 1 KiB over {CONNECTIONS} connections\n");

    let delivered = send(&host, &sink, messages).await;
    row("received, mapped, delivered", messages, delivered, delivered);
    sink.answer(422);
    let refused = send(&host, &sink, messages).await;
    row("received, mapped, refused: dead letters", messages, refused, delivered);
    sink.answer(200);
    for (name, args) in [
        ("dlq groups", vec!["dlq", "groups"]),
        ("dlq list, a page of 100", vec!["dlq", "list", "--limit", "100"]),
        ("dlq list by a text in the reason", vec!["dlq", "list", "--text", "refused", "--limit", "100"]),
    ] {
        row(name, messages, command(dir.path(), &args), delivered);
    }
    let before = sink.received();
    let redrive = ["dlq", "redrive", "--flow", "orders", "--rate", "0", "--yes", "--wait", "--by", "bench"];
    let redriven = command(dir.path(), &redrive);
    row("dlq redrive --wait: all delivered", messages, redriven, delivered);
    assert_eq!(sink.received() - before, messages, "each once");
    println!("\nthe host has {} MiB, and had {} at most", memory::of(host.id()).now, memory::of(host.id()).peak);
}

/// From the first request until the target has answered the last.
async fn send(host: &HostProcess, sink: &Sink, messages: usize) -> Duration {
    let before = sink.received();
    let began = Instant::now();
    let body = format!("{{\"text\":\"{}\"}}", "x".repeat(1013));
    load::post(host.intake, "/orders", &body, CONNECTIONS, messages).await;
    sink.wait_for(before + messages).await;
    began.elapsed()
}

fn command(dir: &Path, args: &[&str]) -> Duration {
    let data = dir.join("data");
    let began = Instant::now();
    let output = run_gantry(args.iter().map(Path::new).chain([Path::new("--data"), data.as_path()]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    began.elapsed()
}

fn row(name: &str, messages: usize, took: Duration, of: Duration) {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 messages")]
    let per_second = messages as f64 / took.as_secs_f64();
    let seconds = took.as_secs_f64();
    let ratio = took.as_secs_f64() / of.as_secs_f64();
    println!("{name:<44} {seconds:>8.2} s {per_second:>9.0}/s {ratio:>6.2}x");
}
