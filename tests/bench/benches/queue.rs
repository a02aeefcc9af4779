//! What the depth of a queue costs: messages of 1 KiB are queued for a paused target, ten times as many at each stage;
//! then the host is killed and started again; then the target is resumed. Runs the real binary with fsync and a plugin;
//! the load generator and the target are on the same cores.
//!
//! `GANTRY_BENCH_MESSAGES` sets how deep the queue gets (1,000,000 unless set).

use std::path::Path;
use std::time::{Duration, Instant};

use gantry_bench::sink::Sink;
use gantry_bench::{load, memory};
use gantry_e2e::{FlowText, HostProcess, guest, run_gantry};

/// Connections that send, as many as a busy sender's pool has.
const CONNECTIONS: usize = 64;
/// The depth of the first stage.
const FIRST: usize = 1_000;

#[tokio::main]
async fn main() {
    let messages = std::env::var("GANTRY_BENCH_MESSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let dir = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target")).expect("a directory on disk");
    let sink = Sink::start().await;
    std::fs::create_dir(dir.path().join("flows")).expect("a writable directory");
    flow(&sink).write(&dir.path().join("flows"));
    println!("{messages} messages of 1 KiB over {CONNECTIONS} connections, {} between fsyncs\n", fsync(dir.path()));

    let host = HostProcess::start(dir.path()).await;
    // Warm up: plugins, pools and connections exist before anything is measured.
    send(&host, 2 * FIRST).await;
    sink.wait_for(2 * FIRST).await;
    target(dir.path(), "pause");
    println!(
        "{:<28} {:>9} {:>9} {:>7} {:>9} {:>9}",
        "queued, 202 after fsync", "per s", "us each", "cost", "p99 ms", "MiB"
    );
    let filled = fill(&host, messages).await;

    host.kill();
    let began = Instant::now();
    let host = HostProcess::start(dir.path()).await;
    let ready = began.elapsed();
    println!("\nkilled and ready again in {:.2} s, {} MiB\n", ready.as_secs_f64(), memory::of(host.id()).now);

    println!("{:<28} {:>9} {:>9} {:>7} {:>9} {:>9}", "delivered, left", "per s", "us each", "cost", "", "MiB");
    drain(dir.path(), &host, &sink, filled).await;
    println!("\nat most {} MiB since the restart", memory::of(host.id()).peak);
}

fn flow(sink: &Sink) -> FlowText {
    let url = format!("http://{}/", sink.address);
    FlowText::new("orders").step(guest("echo"), "").target_at("erp", &url, "concurrency = 64")
}

/// How long an empty file system takes to make one small write durable: the baseline of everything here.
fn fsync(dir: &Path) -> String {
    use std::io::Write as _;
    const TIMES: u32 = 200;
    let mut file = std::fs::File::create(dir.join("fsync")).expect("a writable directory");
    let began = Instant::now();
    for _ in 0..TIMES {
        file.write_all(&[0; 4096]).and_then(|()| file.sync_data()).expect("a disk");
    }
    format!("{:.0} us", (began.elapsed() / TIMES).as_secs_f64() * 1e6)
}

async fn send(host: &HostProcess, messages: usize) -> load::Measured {
    let body = format!("{{\"text\":\"{}\"}}", "x".repeat(1013));
    load::post(host.intake, "/orders", &body, CONNECTIONS, messages).await
}

fn target(dir: &Path, command: &str) {
    let args = ["target", command, "orders/erp", "--by", "bench", "--data"].map(Path::new);
    let data = dir.join("data");
    let output = run_gantry(args.into_iter().chain([data.as_path()]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Queues messages, stage by stage. Returns how many there are in the end.
async fn fill(host: &HostProcess, messages: usize) -> usize {
    let mut queued = 0;
    let mut first = None;
    for depth in stages(messages) {
        let measured = send(host, depth - queued).await;
        queued = depth;
        let each = measured.elapsed / u32::try_from(measured.waits.len()).expect("few enough");
        let cost = each.as_secs_f64() / first.get_or_insert(each).as_secs_f64();
        let p99 = measured.quantile(0.99).as_secs_f64() * 1e3;
        let memory = memory::of(host.id());
        row(depth, measured.per_second(), each, cost, &format!("{p99:.1}"), memory.now);
    }
    queued
}

/// Delivers all of them, and prints what a message cost at each depth.
async fn drain(dir: &Path, host: &HostProcess, sink: &Sink, queued: usize) {
    let before = sink.received();
    target(dir, "resume");
    let mut left = queued;
    let mut figures = Vec::new();
    for next in stages(queued).rev().skip(1).chain([0]) {
        let began = Instant::now();
        sink.wait_for(before + queued - next).await;
        let count = left - next;
        figures.push((left, count, began.elapsed(), memory::of(host.id()).now));
        left = next;
    }
    let each = |count: usize, elapsed: Duration| elapsed / u32::try_from(count).expect("few enough");
    let of = figures.last().map_or(Duration::ZERO, |(_, count, elapsed, _)| each(*count, *elapsed));
    for (depth, count, elapsed, memory) in figures {
        let each = each(count, elapsed);
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 messages")]
        row(depth, count as f64 / elapsed.as_secs_f64(), each, each.as_secs_f64() / of.as_secs_f64(), "", memory);
    }
}

/// Depths, tenfold each.
fn stages(messages: usize) -> impl DoubleEndedIterator<Item = usize> {
    let below: Vec<usize> =
        std::iter::successors(Some(FIRST), |depth| Some(depth * 10)).take_while(|depth| *depth < messages).collect();
    below.into_iter().chain([messages])
}

fn row(depth: usize, per_second: f64, each: Duration, cost: f64, p99: &str, memory: u64) {
    let micros = each.as_secs_f64() * 1e6;
    println!("{depth:<28} {per_second:>9.0} {micros:>9.1} {cost:>6.2}x {p99:>9} {memory:>9}");
}
