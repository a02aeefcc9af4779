//! What the sandbox itself costs, with all limits on: the plugin `echo`, which does nothing, through `PreparedStep::run`,
//! compared with the same component in plain wasmtime, and with the same Rust code native. All of them take turns within
//! one run.
//!
//! | aim | |
//! |---|---|
//! | whole cycle of a fresh instance | at most 1.3 times bare wasmtime |
//! | starting an instance | at most 10 µs |
//! | overhead of a message of 1 KiB in a batch of 100 | at most 300 ns |

use std::hint::black_box;

use gantry_bench::bare::{Bare, Batch};
use gantry_bench::mapping::{WARM, echo, echo_step, median, messages, round, run};
use gantry_sandbox::{PreparedStep, Reuse, Sandbox, SandboxConfig};

/// Rounds of each measurement; the median counts.
const ROUNDS: usize = 15;
/// The messages' media type, of which the sandbox makes text.
const TEXT: &str = "text/plain";

fn main() {
    let component = gantry_bench::component("echo");
    let plugin = Sandbox::new(SandboxConfig::default()).expect("a sandbox").load(&component).expect("a plugin");
    let fresh = echo_step(&plugin, Reuse::Fresh);
    let warm = echo_step(&plugin, WARM);
    let bare = Bare::new(&component);

    println!("whole cycle of a fresh instance, µs (median of {ROUNDS} rounds)\n");
    println!("{:>6} {:>8} {:>10} {:>10} {:>8}", "batch", "bytes", "bare", "sandbox", "ratio");
    for (count, bytes) in [(1, 64), (1, 1024), (10, 1024), (100, 1024)] {
        cycle(&bare, &fresh, count, bytes);
    }
    start(&bare, &fresh, &warm);
    overhead(&bare, &fresh, &warm);
}

/// Instantiate, configure, one batch, drop.
fn cycle(bare: &Bare, fresh: &PreparedStep, count: usize, bytes: usize) {
    let payload = "x".repeat(bytes);
    let batch = Batch::new(count, &payload);
    let messages = messages(count, TEXT, &payload);
    let [bare, sandbox] =
        in_turn([&mut || bare.start().process(&batch), &mut || drop(black_box(run(fresh, &messages)))]);
    println!("{count:>6} {bytes:>8} {bare:>10.2} {sandbox:>10.2} {:>7.2}x", sandbox / bare);
}

/// What a fresh instance costs more than one that is there.
fn start(bare: &Bare, fresh: &PreparedStep, warm: &PreparedStep) {
    let messages = messages(1, TEXT, "x");
    let [instantiate, fresh, warm] =
        in_turn([&mut || bare.instantiate(), &mut || drop(black_box(run(fresh, &messages))), &mut || {
            drop(black_box(run(warm, &messages)))
        }]);
    println!("\nstarting an instance: {:.2} µs (a fresh one {fresh:.2}, a warm one {warm:.2})", fresh - warm);
    println!("bare instantiation and drop, without configure: {instantiate:.2} µs");
}

/// What a message costs more than the same code native.
fn overhead(bare: &Bare, fresh: &PreparedStep, warm: &PreparedStep) {
    const COUNT: usize = 100;
    let payload = "x".repeat(1024);
    let batch = Batch::new(COUNT, &payload);
    let messages = messages(COUNT, TEXT, &payload);
    let native = echo();
    let mut instance = bare.start();
    let all = in_turn([
        &mut || {
            let batch = (0..COUNT).map(|_| gantry_sdk::prelude::Message::json(payload.as_str())).collect();
            drop(black_box(native.process(batch)));
        },
        &mut || instance.process(&batch),
        &mut || drop(black_box(run(fresh, &messages))),
        &mut || drop(black_box(run(warm, &messages))),
    ]);
    #[expect(clippy::cast_precision_loss, reason = "a hundred")]
    let [native, bare, fresh, warm] = all.map(|batch| batch * 1e3 / COUNT as f64);
    println!("\na message of 1 KiB in a batch of {COUNT}, ns\n");
    println!("{:<28} {:>8} {:>14}", "", "ns", "above native");
    for (name, figure) in
        [("native", native), ("bare, reused", bare), ("sandbox, fresh instance", fresh), ("sandbox, warm", warm)]
    {
        println!("{name:<28} {figure:>8.0} {:>14.0}", figure - native);
    }
}

/// The median of each in µs a call, all taking turns, so that a machine that slows down slows all.
fn in_turn<const N: usize>(mut works: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut figures = [const { Vec::new() }; N];
    for _ in 0..ROUNDS {
        for (work, figures) in works.iter_mut().zip(&mut figures) {
            figures.push(round(1, work));
        }
    }
    figures.map(median)
}
