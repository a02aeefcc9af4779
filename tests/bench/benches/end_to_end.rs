//! Webhook → plugin → HTTP target, with fsync, compared with the same webhook server that only answers. Runs the real
//! binary; the load generator and the target are in another process on the same cores.
//!
//! `GANTRY_BENCH_MESSAGES` sets how many messages are sent (100,000 unless set).

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use gantry_bench::load::{self, Measured};
use gantry_bench::memory;
use gantry_bench::sink::Sink;
use gantry_config::{Flow, HostConfig, load_flows};
use gantry_core::{FlowName, MessageId, MessageState, SystemClock};
use gantry_e2e::{FlowText, HostProcess, guest, run_gantry};
use gantry_transport::source::webhook::{RouteTable, Routes, WebhookLimits, WebhookServer};
use gantry_transport::{Arrivals, Intake, IntakeError, Progress, Receipt};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const CONNECTIONS: usize = 64;

/// Accepts everything and stores nothing.
struct Nothing;

#[async_trait]
impl Intake for Nothing {
    async fn accept(&self, arrivals: Arrivals, _: Option<Progress>) -> Result<Vec<Receipt>, IntakeError> {
        Ok(arrivals
            .messages
            .iter()
            .map(|_| Receipt::Accepted { id: MessageId::generate(), supersedes: None })
            .collect())
    }
    async fn progress(&self, _: &str, _: &str) -> Result<Option<Vec<u8>>, IntakeError> {
        Ok(None)
    }
    async fn forget(&self, _: &str, _: &str) -> Result<(), IntakeError> {
        Ok(())
    }
    async fn state(&self, _: MessageId) -> Result<Option<MessageState>, IntakeError> {
        Ok(None)
    }
    fn refused(&self, _: &FlowName, _: &'static str) {}
    fn refused_without_flow(&self, _: &'static str) {}
}

#[tokio::main]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let messages = std::env::var("GANTRY_BENCH_MESSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let dir = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target")).expect("a directory on disk");
    let dir = dir.path();
    let sink = Sink::start().await;
    let flows = flows(dir, &sink);
    let order = gantry_bench::order().to_string();
    let plain = format!("{{\"text\":\"{}\"}}", "x".repeat(1013));
    println!("{messages} messages each over {CONNECTIONS} connections; latency from receipt to the target's answer\n");

    let idle = answering_only(&flows, &plain, messages).await;
    row("1 KiB: answer 202, do nothing", &idle, idle.per_second(), idle.per_second());
    let host = HostProcess::start(dir).await;
    for (flow, what, body) in
        [("plain", "1 KiB, echo", &plain), ("orders", "an order of 487 bytes, order-to-erp", &order)]
    {
        // Warm up: plugins, pools and connections exist before anything is measured.
        whole_way(&host, &sink, flow, body, messages / 10).await;
        let (accepted, drained) = whole_way(&host, &sink, flow, body, messages).await;
        row(&format!("{what}: 202 after fsync"), &accepted, accepted.per_second(), idle.per_second());
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 messages")]
        let through = messages as f64 / drained.as_secs_f64();
        let latency = latency(dir, flow);
        println!(
            "{:<52} {through:>9.0}/s {:>6.2}x   {latency}",
            "  delivered and settled",
            through / idle.per_second()
        );
    }
    println!("\nthe host has {} MiB", memory::of(host.id()).now);
}

fn row(name: &str, measured: &Measured, per_second: f64, of: f64) {
    let ms = |share| measured.quantile(share).as_secs_f64() * 1e3;
    let ratio = per_second / of;
    println!("{name:<52} {per_second:>9.0}/s {ratio:>6.2}x   p50 {:.1} ms  p99 {:.1} ms", ms(0.5), ms(0.99));
}

fn flows(dir: &Path, sink: &Sink) -> Vec<Flow> {
    let (plugin, table) = gantry_bench::lay_out(dir);
    let files = dir.join("flows");
    std::fs::create_dir(&files).expect("a writable directory");
    let flow = |name: &str| FlowText::new(name).head("in_flight = 2000");
    let url = format!("http://{}/orders", sink.address);
    let target = "concurrency = 64";
    flow("plain").step(guest("echo"), "").target_at("erp", &url, target).write(&files);
    let orders = flow("orders").table("products", &table, "sku").step(plugin, "grants = { lookup = [\"products\"] }");
    orders.target_at("erp", &url, target).write(&files);
    load_flows(&[files], &gantry_transport::kinds()).unwrap_or_else(|problems| panic!("{problems:?}")).0
}

async fn answering_only(flows: &[Flow], body: &str, messages: usize) -> Measured {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address: SocketAddr = listener.local_addr().expect("a bound address");
    let (routes, problems) = RouteTable::build(flows, &|_| None);
    assert!(problems.is_empty(), "{problems:?}");
    let limits = WebhookLimits::of(&HostConfig::default());
    let server = WebhookServer::new(Arc::new(Routes::new(routes)), Arc::new(Nothing), Arc::new(SystemClock), limits);
    let stop = CancellationToken::new();
    let serving = tokio::spawn(server.run(listener, stop.clone()));
    let measured = load::post(address, "/plain", body, CONNECTIONS, messages).await;
    stop.cancel();
    serving.await.expect("the server ends");
    measured
}

/// The answers to the senders, and the time until the target had answered the last message.
async fn whole_way(host: &HostProcess, sink: &Sink, flow: &str, body: &str, messages: usize) -> (Measured, Duration) {
    let before = sink.received();
    let start = Instant::now();
    let measured = load::post(host.intake, &format!("/{flow}"), body, CONNECTIONS, messages).await;
    sink.wait_for(before + messages).await;
    (measured, start.elapsed())
}

/// What the host measured.
fn latency(dir: &Path, flow: &str) -> String {
    let data = dir.join("data");
    let output = run_gantry(["flow", "list", "--format", "json", "--data", &data.display().to_string()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let flows: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let counts = &flows.iter().find(|report| report["name"] == flow).expect("the flow")["counts"];
    format!("p50 {} ms  p99 {} ms", counts["p50_ms"], counts["p99_ms"])
}
