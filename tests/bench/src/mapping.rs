//! Messages through a plugin and through the same code native: what `mapping`, `languages` and `sandbox` measure.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gantry_core::{Clock as _, Headers, Message, MessageId, Place, SystemClock};
use gantry_sandbox::{Grants, Invocation, Limits, Plugin, PreparedStep, Reuse, Run, StepConfig, TableError, Tables};
use gantry_sdk::host::Host;
use gantry_sdk::plugin::Plugin as Native;

/// How long a round lasts.
const ROUND: Duration = Duration::from_millis(200);

/// An instance that is never replaced while it is measured.
pub const WARM: Reuse = Reuse::Warm { messages: u32::MAX, memory_bytes: usize::MAX };

struct Products(HashMap<String, String>);

impl Tables for Products {
    fn get(&self, _: &str, keys: &[String]) -> Result<Vec<Option<String>>, TableError> {
        Ok(keys.iter().map(|key| self.0.get(key).cloned()).collect())
    }
}

/// The mapping in the step of a flow, with the limits a step has unless it says otherwise.
#[must_use]
pub fn step(plugin: &Plugin, reuse: Reuse) -> PreparedStep {
    prepare(plugin, reuse, Grants { lookup: ["products".to_owned()].into(), ..Grants::default() })
}

/// A plugin that needs no grant, `echo` for one, in the step of a flow.
#[must_use]
pub fn echo_step(plugin: &Plugin, reuse: Reuse) -> PreparedStep {
    prepare(plugin, reuse, Grants::default())
}

fn prepare(plugin: &Plugin, reuse: Reuse, grants: Grants) -> PreparedStep {
    let rows = crate::products().into_iter().map(|(sku, row)| (sku, row.to_string())).collect();
    let config = StepConfig {
        flow: "bench".parse().expect("a name"),
        step: "step".into(),
        place: Place::whole("bench"),
        settings: serde_json::Value::Null,
        grants,
        limits: Limits::default(),
        reuse,
        routes: std::iter::once("erp".parse().expect("a name")).collect(),
        tables: Arc::new(Products(rows)),
    };
    plugin.prepare(config).expect("the step fits the plugin")
}

/// The mapping as native code.
#[must_use]
pub fn native() -> Native {
    Native::configure(order_to_erp::map, "{}", Host::new().table("products", crate::products()))
        .expect("the settings are valid")
}

/// The plugin `echo` as native code.
#[must_use]
pub fn echo() -> Native {
    Native::configure(echo::map, "{}", Host::new()).expect("the settings are valid")
}

/// So many messages with the order.
#[must_use]
pub fn orders(count: usize) -> Vec<Message> {
    messages(count, "application/json", &crate::order().to_string())
}

/// So many messages with this payload.
#[must_use]
pub fn messages(count: usize, content_type: &str, payload: &str) -> Vec<Message> {
    (0..count).map(|_| message(content_type, payload)).collect()
}

fn message(content_type: &str, payload: &str) -> Message {
    Message {
        id: MessageId::generate(),
        key: None,
        content_type: content_type.into(),
        headers: Headers::new(),
        event_time: SystemClock.now(),
        payload: payload.to_owned().into(),
    }
}

/// One batch through the sandbox; every message must come out.
pub fn run(step: &PreparedStep, messages: &[Message]) -> Run {
    let batch: Vec<_> = messages.iter().map(|message| Invocation { message, attempt: 1 }).collect();
    let run = step.run(&batch, SystemClock.now());
    assert!(run.outcomes.iter().all(Result::is_ok), "{:?}", run.outcomes[0]);
    run
}

/// A round in the sandbox: microseconds a message.
pub fn sandbox_round(step: &PreparedStep, messages: &[Message]) -> f64 {
    round(messages.len(), || drop(black_box(run(step, messages))))
}

/// A round of the native code: microseconds a message.
pub fn native_round(native: &Native, count: usize) -> f64 {
    let payload = crate::order().to_string();
    round(count, || {
        let batch = (0..count).map(|_| gantry_sdk::prelude::Message::json(payload.as_str())).collect();
        drop(black_box(native.process(batch)));
    })
}

/// A round of anything that takes so many messages at once: microseconds a message.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 messages")]
pub fn round(count: usize, mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut times = 0_usize;
    while start.elapsed() < ROUND {
        work();
        times += 1;
    }
    start.elapsed().as_secs_f64() * 1e6 / (times * count) as f64
}

/// The middle value.
#[must_use]
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
