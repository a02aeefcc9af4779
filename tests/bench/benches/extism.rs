//! The mapping `order-to-erp` here and as an Extism plugin: the same Rust code, built with the same options, on two hosts
//! that take turns. Extism's host is a separate program, `tests/bench-extism`, because it contains another engine. This
//! benchmark builds it (minutes, once) and tells it when to measure a round.
//!
//! | aim | |
//! |---|---|
//! | a reused instance | Extism takes at least 2 times as long |
//! | a fresh instance | at least 5 times |

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use gantry_bench::mapping::{WARM, median, orders, sandbox_round, step};
use gantry_sandbox::{Reuse, Sandbox, SandboxConfig};

/// Rounds of each measurement; the median counts.
const ROUNDS: usize = 15;

fn main() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let order = dir.path().join("order.json");
    std::fs::write(&order, gantry_bench::order().to_string()).expect("a writable directory");
    let mut extism = Extism::start(&order);
    let component = gantry_bench::component("order-to-erp");
    let plugin = Sandbox::new(SandboxConfig::default()).expect("a sandbox").load(&component).expect("a plugin");
    println!("one order, µs a message (median of {ROUNDS} rounds)\n");
    println!("{:<10} {:>6} {:>10} {:>10} {:>8}", "instance", "batch", "gantry", "extism", "ratio");
    for (name, reuse, count) in
        [("reused", WARM, 1), ("reused", WARM, 100), ("fresh", Reuse::Fresh, 1), ("fresh", Reuse::Fresh, 100)]
    {
        let step = step(&plugin, reuse);
        let orders = orders(count);
        let rounds = (0..ROUNDS).map(|_| (sandbox_round(&step, &orders), extism.round(name, count)));
        let (ours, theirs): (Vec<_>, Vec<_>) = rounds.unzip();
        let ours = median(ours);
        let theirs = median(theirs);
        println!("{name:<10} {count:>6} {ours:>10.2} {theirs:>10.2} {:>7.2}x", theirs / ours);
    }
}

/// The other host, waiting for rounds.
struct Extism {
    child: Child,
    rounds: ChildStdin,
    figures: BufReader<ChildStdout>,
}

impl Extism {
    fn start(order: &Path) -> Self {
        let (plugin, host) = built();
        let mut child = Command::new(host)
            .arg(plugin)
            .arg(order)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the other host starts");
        let rounds = child.stdin.take().expect("piped");
        let figures = child.stdout.take().expect("piped");
        Self { child, rounds, figures: BufReader::new(figures) }
    }

    fn round(&mut self, instance: &str, count: usize) -> f64 {
        writeln!(self.rounds, "{instance} {count}").expect("the other host reads");
        let mut figure = String::new();
        self.figures.read_line(&mut figure).expect("the other host answers");
        figure.trim().parse().expect("a figure")
    }
}

impl Drop for Extism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The other plugin and the other host.
fn built() -> (PathBuf, PathBuf) {
    let target = gantry_bench::repository().join("target/bench-extism");
    build("tests/bench-extism/guest", &target, &["--target", "wasm32-unknown-unknown"]);
    // Its engine names a newer compiler than it needs.
    build("tests/bench-extism", &target, &["--ignore-rust-version"]);
    (target.join("wasm32-unknown-unknown/release/order_to_erp_extism.wasm"), target.join("release/gantry-bench-extism"))
}

fn build(folder: &str, target: &Path, more: &[&str]) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--locked"]).args(more).arg("--target-dir").arg(target);
    let status = cargo.current_dir(gantry_bench::repository().join(folder)).stdin(Stdio::null()).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "cargo can't build {folder}: it needs the crates of its Cargo.lock, and the guest `rustup target add wasm32-unknown-unknown`"
    );
}
