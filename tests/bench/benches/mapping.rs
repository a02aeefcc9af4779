//! One order through the mapping: in the plugin, with every limit of the sandbox on, against the same Rust code native.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gantry_core::{Clock as _, Headers, Message, MessageId, SystemClock};
use gantry_sandbox::{
    Grants, Invocation, Limits, PreparedStep, Reuse, Sandbox, SandboxConfig, StepConfig, TableError, Tables,
};
use gantry_sdk::host::Host;
use gantry_sdk::plugin::Plugin;

/// Rounds of each measurement; the median counts.
const ROUNDS: usize = 15;

/// How long a round lasts.
const ROUND: Duration = Duration::from_millis(200);

struct Products(HashMap<String, String>);

impl Tables for Products {
    fn get(&self, _: &str, keys: &[String]) -> Result<Vec<Option<String>>, TableError> {
        Ok(keys.iter().map(|key| self.0.get(key).cloned()).collect())
    }
}

fn main() {
    let payload = gantry_bench::order().to_string();
    let sandbox = Sandbox::new(SandboxConfig::default()).expect("a sandbox");
    let step = step(&sandbox);
    let native = Plugin::configure(order_to_erp::map, "{}", Host::new().table("products", gantry_bench::products()))
        .expect("the settings are valid");
    println!("one order of {} bytes, µs a message (median of {ROUNDS} rounds)\n", payload.len());
    println!("{:>6} {:>10} {:>10} {:>8}", "batch", "native", "plugin", "ratio");
    for size in [1, 10, 100] {
        let (native, plugin) = measure(&native, &step, &payload, size);
        println!("{size:>6} {native:>10.2} {plugin:>10.2} {:>7.2}x", plugin / native);
    }
    println!("\nThe plugin's time holds a fresh instance for each batch, its configure, and copies in and out.");
}

fn step(sandbox: &Sandbox) -> PreparedStep {
    let plugin = sandbox.load(&gantry_bench::component()).expect("a plugin");
    let rows = gantry_bench::products().into_iter().map(|(sku, row)| (sku, row.to_string())).collect();
    let config = StepConfig {
        flow: "bench".parse().expect("a name"),
        step: "order-to-erp".into(),
        place: "bench".into(),
        settings: serde_json::Value::Null,
        grants: Grants { lookup: ["products".to_owned()].into(), clock: false },
        limits: Limits::default(),
        reuse: Reuse::Fresh,
        routes: std::iter::once("erp".parse().expect("a name")).collect(),
        tables: Arc::new(Products(rows)),
    };
    plugin.prepare(config).expect("the step fits the plugin")
}

/// Native and plugin in turn, so that a machine that slows down slows both.
fn measure(native: &Plugin, step: &PreparedStep, payload: &str, size: usize) -> (f64, f64) {
    let messages: Vec<_> = (0..size).map(|_| message(payload)).collect();
    let batch: Vec<_> = messages.iter().map(|message| Invocation { message, attempt: 1 }).collect();
    let (mut natives, mut plugins) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        natives.push(round(size, || {
            let batch = (0..size).map(|_| gantry_sdk::prelude::Message::json(payload)).collect();
            drop(black_box(native.process(batch)));
        }));
        plugins.push(round(size, || {
            let run = step.run(&batch, SystemClock.now());
            assert!(run.outcomes.iter().all(Result::is_ok), "{:?}", run.outcomes[0]);
            drop(black_box(run));
        }));
    }
    (median(natives), median(plugins))
}

/// Microseconds a message.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 messages")]
fn round(size: usize, mut work: impl FnMut()) -> f64 {
    let (start, mut times) = (Instant::now(), 0_usize);
    while start.elapsed() < ROUND {
        work();
        times += 1;
    }
    start.elapsed().as_secs_f64() * 1e6 / (times * size) as f64
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn message(payload: &str) -> Message {
    Message {
        id: MessageId::generate(),
        key: None,
        content_type: "application/json".into(),
        headers: Headers::new(),
        event_time: SystemClock.now(),
        payload: payload.to_owned().into(),
    }
}
