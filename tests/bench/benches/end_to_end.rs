//! Webhook → plugin → HTTP target, with fsync on, beside the same webhook server in front of nothing: load generator,
//! host and target share one process and the machine's cores.
//!
//! `GANTRY_BENCH_MESSAGES` sets how many messages are sent (100,000 unless set).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use gantry_bench::load::{self, Measured};
use gantry_bench::sink::Sink;
use gantry_config::{Flow, HostConfig, load_flows};
use gantry_core::{FlowName, MessageId, MessageState, SystemClock};
use gantry_runtime::Host;
use gantry_transport::webhook::{RouteTable, Routes, ServerLimits, WebhookServer};
use gantry_transport::{Arrival, Intake, IntakeError, Progress, Receipt};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const CONNECTIONS: usize = 128;

/// Takes everything and keeps nothing.
struct Nothing;

#[async_trait]
impl Intake for Nothing {
    async fn accept(&self, arrivals: Vec<Arrival>, _: Option<Progress>) -> Result<Vec<Receipt>, IntakeError> {
        Ok(arrivals.iter().map(|_| Receipt::Accepted(MessageId::generate())).collect())
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
}

#[tokio::main]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let messages = std::env::var("GANTRY_BENCH_MESSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let dir = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target")).expect("a directory on disk");
    let sink = Sink::start().await;
    let flows = flows(dir.path(), sink.address);
    let body = gantry_bench::order().to_string();
    println!("{messages} orders of {} bytes over {CONNECTIONS} connections\n", body.len());

    let idle = answering_only(&flows, &body, messages).await;
    let (intake, drained) = whole_way(dir.path(), flows, &sink, &body, messages).await;
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 messages")]
    let through = messages as f64 / drained.as_secs_f64();
    line("answer 202, do nothing", &idle, idle.per_second(), 1.0);
    line(
        "202 after fsync, plugins and deliveries under way",
        &intake,
        intake.per_second(),
        intake.per_second() / idle.per_second(),
    );
    println!("{:<52} {through:>9.0}/s {:>6.2}x", "received, mapped, delivered, settled", through / idle.per_second());
}

fn line(name: &str, measured: &Measured, per_second: f64, ratio: f64) {
    let ms = |share| measured.quantile(share).as_secs_f64() * 1e3;
    println!("{name:<52} {per_second:>9.0}/s {ratio:>6.2}x   p50 {:.1} ms  p99 {:.1} ms", ms(0.5), ms(0.99));
}

fn flows(dir: &std::path::Path, target: SocketAddr) -> Vec<Flow> {
    let (plugin, table) = gantry_bench::lay_out(dir);
    let file = dir.join("orders.toml");
    let text = format!(
        "[flow]\nname = \"orders\"\nin_flight = 2000\n[source.webhook]\npath = \"/orders\"\nverify = \"none\"\n\
         [table.products]\nfile = {table:?}\nkey = \"sku\"\n[[step]]\nplugin = {plugin:?}\n\
         grants = {{ lookup = [\"products\"] }}\n[target.erp.http]\nurl = \"http://{target}/orders\"\nconcurrency = 128\n"
    );
    std::fs::write(&file, text).expect("a writable directory");
    load_flows(&[file]).unwrap_or_else(|problems| panic!("{problems:?}")).0
}

async fn answering_only(flows: &[Flow], body: &str, messages: usize) -> Measured {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound address");
    let routes = RouteTable::build(flows, &|_| None).unwrap_or_else(|problems| panic!("{problems:?}"));
    let limits = ServerLimits::of(&HostConfig::default());
    let server = WebhookServer::new(Arc::new(Routes::new(routes)), Arc::new(Nothing), Arc::new(SystemClock), limits);
    let stop = CancellationToken::new();
    let serving = tokio::spawn(server.run(listener, stop.clone()));
    let measured = load::post(address, "/orders", body, CONNECTIONS, messages).await;
    stop.cancel();
    serving.await.expect("the server ends");
    measured
}

/// The answers to the senders, and the time until the last message was delivered and settled.
async fn whole_way(
    dir: &std::path::Path,
    flows: Vec<Flow>,
    sink: &Sink,
    body: &str,
    messages: usize,
) -> (Measured, Duration) {
    let config =
        HostConfig { data_dir: dir.join("data"), intake_listen: ([127, 0, 0, 1], 0).into(), ..HostConfig::default() };
    let host = Host::start(&config, flows, &|_| None, Arc::new(SystemClock)).await.expect("the host starts");
    let start = Instant::now();
    let measured = load::post(host.intake_address(), "/orders", body, CONNECTIONS, messages).await;
    sink.wait_for(messages).await;
    let handle = host.handle();
    while handle.reports()[0].counts.delivered < messages as u64 {
        tokio::task::yield_now().await;
    }
    let drained = start.elapsed();
    host.drain(Duration::from_secs(60)).await.expect("nothing is left");
    (measured, drained)
}
