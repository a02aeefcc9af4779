//! What a message costs the disk: orders of 487 bytes through `order-to-erp` to an HTTP target, at 300 a second and as fast as they
//! are taken in. Runs the real binary; the load generator and the target are in another process on the same cores.
//!
//! `GANTRY_BENCH_MESSAGES` sets how many messages are sent at full load (100,000 unless set), `GANTRY_BENCH_SECONDS` how long the
//! others take (60 unless set), and `GANTRY_BINARY` names another binary to be measured.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use gantry_bench::load::{self, Measured};
use gantry_bench::memory;
use gantry_bench::process::{Used, bytes_in};
use gantry_bench::sink::Sink;
use gantry_e2e::{FlowText, HostProcess};

const CONNECTIONS: usize = 64;
const PER_SECOND: u32 = 300;

#[tokio::main]
async fn main() {
    let messages = number("GANTRY_BENCH_MESSAGES", 100_000);
    let seconds = number("GANTRY_BENCH_SECONDS", 60);
    let dir = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target")).expect("a directory on disk");
    let dir = dir.path();
    let sink = Sink::start().await;
    flow(dir, &sink);
    let order = gantry_bench::order().to_string();
    println!("orders of {} bytes over {CONNECTIONS} connections; {}\n", order.len(), appended(dir, order.as_bytes()));
    println!(
        "{:<28} {:>8} {:>9} {:>9} {:>9} {:>8} {:>8} {:>8}",
        "", "per s", "written", "x order", "on disk", "CPU us", "p50 ms", "p99 ms"
    );
    let host = HostProcess::start(dir).await;
    let run = Run { host: &host, sink: &sink, dir, order: &order };
    // Warm up: plugins, pools and connections exist before anything is measured.
    run.send(1_000, None).await;
    let every = Some(Duration::from_secs(1) / PER_SECOND);
    run.row("300 a second", seconds * PER_SECOND as usize, every).await;
    run.row("full load", messages, None).await;
    run.row("300 a second, after that", seconds * PER_SECOND as usize, every).await;
    let memory = memory::of(host.id());
    println!("\nthe host has {} MiB, at most {}", memory.now, memory.peak);
    host.kill();
    let began = Instant::now();
    let host = HostProcess::start(dir).await;
    println!("killed and ready again in {:.2} s, {} MiB", began.elapsed().as_secs_f64(), memory::of(host.id()).now);
}

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().and_then(|number| number.parse().ok()).unwrap_or(default)
}

fn flow(dir: &Path, sink: &Sink) {
    let (plugin, table) = gantry_bench::lay_out(dir);
    std::fs::create_dir(dir.join("flows")).expect("a writable directory");
    let orders = FlowText::new("orders").head("in_flight = 2000");
    let orders = orders.table("products", &table, "sku").step(plugin, "grants = { lookup = [\"products\"] }");
    let url = format!("http://{}/orders", sink.address);
    orders.target_at("erp", &url, "concurrency = 64").write(&dir.join("flows"));
}

/// What appending the orders to a file costs, each with an `fdatasync`: the baseline of everything here.
fn appended(dir: &Path, order: &[u8]) -> String {
    const TIMES: u32 = 1_000;
    let file = File::create(dir.join("appended")).expect("a writable directory");
    let before = Used::by(std::process::id());
    let began = Instant::now();
    for n in 0..u64::from(TIMES) {
        file.write_all_at(order, n * order.len() as u64).and_then(|()| file.sync_data()).expect("a working disk");
    }
    let each = began.elapsed() / TIMES;
    let written = Used::by(std::process::id()).since(before).written / u64::from(TIMES);
    format!("appended to a file with an fdatasync each: {written} bytes written, {:.2} ms", each.as_secs_f64() * 1e3)
}

struct Run<'a> {
    host: &'a HostProcess,
    sink: &'a Sink,
    dir: &'a Path,
    order: &'a str,
}

impl Run<'_> {
    /// Sends, and waits until all are delivered.
    async fn send(&self, messages: usize, every: Option<Duration>) -> Measured {
        let before = self.sink.received();
        let measured = load::paced(self.host.intake, "/orders", self.order, CONNECTIONS, messages, every).await;
        self.sink.wait_for(before + messages).await;
        measured
    }

    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 of anything")]
    async fn row(&self, name: &str, messages: usize, every: Option<Duration>) {
        let used = Used::by(self.host.id());
        let stored = bytes_in(&self.dir.join("data"));
        let began = Instant::now();
        let measured = self.send(messages, every).await;
        let per_second = messages as f64 / began.elapsed().as_secs_f64();
        let used = Used::by(self.host.id()).since(used);
        let written = used.written as f64 / messages as f64;
        let stored = (bytes_in(&self.dir.join("data")) as f64 - stored as f64) / messages as f64;
        let ms = |share| measured.quantile(share).as_secs_f64() * 1e3;
        println!(
            "{name:<28} {per_second:>8.0} {written:>9.0} {:>8.1}x {stored:>9.0} {:>8.0} {:>8.1} {:>8.1}",
            written / self.order.len() as f64,
            used.processor.as_secs_f64() * 1e6 / messages as f64,
            ms(0.5),
            ms(0.99),
        );
    }
}
