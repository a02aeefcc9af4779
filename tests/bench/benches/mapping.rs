//! One order through the mapping: in the plugin, with every limit of the sandbox on, against the same Rust code native.

use gantry_bench::mapping::{median, native, native_round, orders, sandbox_round, step};
use gantry_sandbox::{PreparedStep, Reuse, Sandbox, SandboxConfig};
use gantry_sdk::plugin::Plugin;

/// Rounds of each measurement; the median counts.
const ROUNDS: usize = 15;

fn main() {
    let sandbox = Sandbox::new(SandboxConfig::default()).expect("a sandbox");
    let plugin = sandbox.load(&gantry_bench::component("order-to-erp")).expect("a plugin");
    let step = step(&plugin, Reuse::Fresh);
    let native = native();
    println!(
        "one order of {} bytes, µs a message (median of {ROUNDS} rounds)\n",
        gantry_bench::order().to_string().len()
    );
    println!("{:>6} {:>10} {:>10} {:>8}", "batch", "native", "plugin", "ratio");
    for size in [1, 10, 100] {
        let (native, plugin) = measure(&native, &step, size);
        println!("{size:>6} {native:>10.2} {plugin:>10.2} {:>7.2}x", plugin / native);
    }
    println!("\nThe plugin's time holds a fresh instance for each batch, its configure, and copies in and out.");
}

/// Measures native and plugin in turn, so that a slower machine slows both.
fn measure(native: &Plugin, step: &PreparedStep, size: usize) -> (f64, f64) {
    let orders = orders(size);
    let mut natives = Vec::new();
    let mut plugins = Vec::new();
    for _ in 0..ROUNDS {
        natives.push(native_round(native, size));
        plugins.push(sandbox_round(step, &orders));
    }
    (median(natives), median(plugins))
}
