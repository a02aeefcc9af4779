//! What replacing a plugin costs its flow: the same load on two flows of one host, one left in peace, one deployed to a
//! hundred times, to and fro between two versions. Latency is from receipt to the target's acceptance.
//!
//! `GANTRY_BENCH_MESSAGES` sets how many messages each flow gets (50,000 unless set).

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use gantry_bench::load;
use gantry_bench::sink::Sink;
use gantry_config::{Flow, HostConfig, PluginTrust, load_flows};
use gantry_control::rollout::DeployRequest;
use gantry_control::rollout::Phase;
use gantry_core::rollout::TermsChange;
use gantry_e2e::Operator as _;
use gantry_engine::metrics::Counts;
use gantry_runtime::{Host, HostHandle};

const CONNECTIONS: usize = 64;
const SWAPS: usize = 100;

#[tokio::main]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let messages = std::env::var("GANTRY_BENCH_MESSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(50_000);
    let dir = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target")).expect("a directory on disk");
    let sink = Sink::start().await;
    let flows = ["warm-up", "calm", "swapped"].map(|name| flow(dir.path(), name, sink.address)).into_iter().flatten();
    let config = HostConfig {
        data_dir: dir.path().join("data"),
        intake_listen: ([127, 0, 0, 1], 0).into(),
        plugin_trust: PluginTrust { allow_unsigned: true, keys: Vec::new() },
        ..HostConfig::default()
    };
    let host = Host::builder(&config, |_| None).start(flows.collect::<Vec<_>>()).await.expect("the host starts");
    let versions = [publish(&host.handle(), "2.0.0").await, publish(&host.handle(), "3.0.0").await];
    println!("{messages} messages of 1 KiB over {CONNECTIONS} connections to each flow, {SWAPS} swaps\n");
    run(&host, &sink, "warm-up", messages / 5).await;
    let calm = run(&host, &sink, "calm", messages).await;
    let swapping = tokio::spawn(swap(host.handle(), versions, messages as u64));
    let swapped = run(&host, &sink, "swapped", messages).await;
    let swaps = swapping.await.expect("every version is taken");
    show("left in peace", &calm, &calm);
    show(&format!("{swaps} versions, one after the other"), &swapped, &calm);
    host.drain(Duration::from_secs(60)).await.expect("nothing is left");
}

/// What came of the messages of one flow, and how many a second.
struct Ran {
    counts: Counts,
    per_second: f64,
}

async fn run(host: &Host, sink: &Sink, flow: &str, messages: usize) -> Ran {
    let before = sink.received();
    let start = Instant::now();
    let body = format!("{{\"text\":\"{}\"}}", "x".repeat(1010));
    load::post(host.intake_address(), &format!("/{flow}"), &body, CONNECTIONS, messages).await;
    sink.wait_for(before + messages).await;
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 messages")]
    let per_second = messages as f64 / start.elapsed().as_secs_f64();
    loop {
        let counts = counts(&host.handle(), flow);
        if counts.delivered == messages as u64 {
            return Ran { counts, per_second };
        }
        assert_eq!(counts.dead_lettered, 0, "a message was lost to a swap");
        tokio::task::yield_now().await;
    }
}

/// A hundred deployments, spread over the messages; each is in force before the next begins.
async fn swap(host: HostHandle, versions: [String; 2], messages: u64) -> usize {
    for swap in 0..SWAPS {
        let due = messages * swap as u64 / SWAPS as u64;
        while counts(&host, "swapped").delivered < due {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let none = Some(0);
        let terms =
            TermsChange { shadow: none, canary_share: Some(0.0), watch_messages: Some(0), ..TermsChange::default() };
        let flow = "swapped".parse().expect("a name");
        let plugin = versions[swap % 2].clone();
        let request = DeployRequest { flow, step: "map".to_owned(), plugin, by: "bench".to_owned(), terms };
        let number = host.deploy(request).await.expect("a deployment").number;
        while host.deployment(number).expect("a record").phase != Phase::Deployed {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    SWAPS
}

fn counts(host: &HostHandle, flow: &str) -> Counts {
    host.reports().into_iter().find(|report| report.name == flow).expect("the flow").counts
}

fn show(name: &str, ran: &Ran, calm: &Ran) {
    let ms = |counts: &Counts| [counts.p50_ms, counts.p95_ms, counts.p99_ms].map(|ms| ms.unwrap_or_default().max(1));
    let [p50, p95, p99] = ms(&ran.counts);
    let [.., of] = ms(&calm.counts);
    #[expect(clippy::cast_precision_loss, reason = "milliseconds")]
    let ratio = p99 as f64 / of as f64;
    println!(
        "{name:<36} {:>7.0}/s {:>5.2}x   p50 {p50} ms  p95 {p95} ms  p99 {p99} ms {ratio:>5.2}x",
        ran.per_second,
        ran.per_second / calm.per_second
    );
}

fn flow(dir: &Path, name: &str, target: SocketAddr) -> Vec<Flow> {
    let file = dir.join(format!("{name}.toml"));
    let plugin = dir.join("echo.wasm");
    std::fs::write(&plugin, gantry_guests::ECHO).expect("a writable directory");
    let text = format!(
        "[flow]\nname = \"{name}\"\nin_flight = 512\n[source.webhook]\npath = \"/{name}\"\nverify = \"none\"\n\
         [[step]]\nname = \"map\"\nplugin = {plugin:?}\n[target.erp.http]\nurl = \"http://{target}/\"\nconcurrency = 64\n"
    );
    std::fs::write(&file, text).expect("a writable directory");
    load_flows(&[file], &gantry_transport::kinds()).unwrap_or_else(|problems| panic!("{problems:?}")).0
}

/// The echo guest under another version; `NAME@VERSION`.
async fn publish(host: &HostHandle, version: &str) -> String {
    let inspection = gantry_component::inspect(gantry_guests::ECHO).expect("a plugin");
    let manifest = inspection.require_manifest().expect("a manifest").clone();
    let manifest = gantry_core::Manifest { version: version.to_owned(), ..manifest };
    let plugin = gantry_component::embed(gantry_guests::ECHO, &manifest).expect("a plugin");
    host.publish(plugin).await.published().plugin.to_string()
}
