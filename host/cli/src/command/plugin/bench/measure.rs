//! Runs the messages of one case repeatedly, with each way of using instances.

use std::time::{Duration, Instant};

use gantry_core::{Limits, Message, Outcome, Reuse, Timestamp};
use gantry_golden::Case;
use gantry_sandbox::{Invocation, Plugin, PreparedStep, Run};
use serde::Serialize;

/// The least time for each measurement: long enough for a stable median, and short enough to measure a plugin with
/// twenty cases in half a minute.
const MIN_TIME: Duration = Duration::from_millis(250);
/// The least number of runs for each measurement.
const MIN_RUNS: usize = 7;
/// Warm instances that are never replaced during the measurement.
const WARM: Reuse = Reuse::Warm { messages: u32::MAX, memory_bytes: usize::MAX };

/// The measurements of one case. Times are medians, in microseconds per message.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    pub(super) case: String,
    /// The average size of its messages, in bytes.
    pub(super) payload_bytes: usize,
    /// A fresh instance for each message.
    pub(super) fresh_one_us: f64,
    /// A fresh instance for each batch.
    pub(super) fresh_batch_us: f64,
    /// Warm instances, one message at a time.
    pub(super) warm_one_us: f64,
    /// Warm instances, a batch at a time.
    pub(super) warm_batch_us: f64,
    /// The most linear memory an instance had with one batch.
    pub(super) memory_bytes: usize,
    /// Of the default limits: shares of memory, deadline, and the largest output of one message.
    pub(super) memory_share: f64,
    pub(super) deadline_share: f64,
    pub(super) output_share: f64,
}

impl Measured {
    /// The cost of starting an instance, in microseconds.
    pub(super) fn start_us(&self) -> f64 {
        (self.fresh_one_us - self.warm_one_us).max(0.0)
    }
}

/// Measures a case; none if it has no messages or the plugin faults on one.
pub(super) fn measure(plugin: &Plugin, case: Case, name: &str, batch: usize) -> anyhow::Result<Option<Measured>> {
    let messages = case.messages()?;
    let now = case.now();
    if messages.is_empty() || case.refused.is_some() {
        return Ok(None);
    }
    let expected = case.expected.clone();
    let step = case.into_step(plugin.manifest(), name, &expected, Limits::default())?;
    let fresh = plugin.prepare(step.clone())?;
    let warm = plugin.prepare(gantry_sandbox::StepConfig { reuse: WARM, ..step })?;
    let messages: Vec<_> = messages.into_iter().map(|(message, _)| message).collect();
    let many: Vec<_> = messages.iter().cycle().take(batch.max(messages.len())).cloned().collect();
    let whole = run(&fresh, &many, now);
    if whole.outcomes.iter().any(Result::is_err) {
        return Ok(None);
    }
    let limits = Limits::default();
    let fresh_batch_us = per_message(&fresh, &[&many], now);
    let ones: Vec<_> = messages.chunks(1).collect();
    Ok(Some(Measured {
        case: name.to_owned(),
        payload_bytes: messages.iter().map(|message| message.payload.len()).sum::<usize>() / messages.len(),
        fresh_one_us: per_message(&fresh, &ones, now),
        fresh_batch_us,
        warm_one_us: per_message(&warm, &ones, now),
        warm_batch_us: per_message(&warm, &[&many], now),
        memory_bytes: whole.peak_memory_bytes,
        memory_share: share(whole.peak_memory_bytes as f64, limits.memory_bytes as f64),
        deadline_share: share(fresh_batch_us * many.len() as f64, limits.deadline.as_micros() as f64),
        output_share: share(largest_output(&whole) as f64, limits.output_bytes as f64),
    }))
}

/// The median cost of one message, in microseconds, over these batches.
fn per_message(step: &PreparedStep, batches: &[&[Message]], now: Timestamp) -> f64 {
    let mut costs = Vec::new();
    let began = Instant::now();
    for batch in batches.iter().cycle() {
        let elapsed = run(step, batch, now).elapsed;
        costs.push(elapsed.as_secs_f64() * 1e6 / batch.len() as f64);
        if costs.len() >= MIN_RUNS && began.elapsed() >= MIN_TIME {
            break;
        }
    }
    costs.sort_by(f64::total_cmp);
    costs[costs.len() / 2]
}

fn run(step: &PreparedStep, batch: &[Message], now: Timestamp) -> Run {
    let batch: Vec<_> = batch.iter().map(|message| Invocation { message, attempt: 1 }).collect();
    step.run(&batch, now)
}

fn largest_output(run: &Run) -> usize {
    run.outcomes.iter().flatten().map(output_bytes).max().unwrap_or(0)
}

fn output_bytes(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Emit(outputs) => outputs.iter().map(|output| output.payload.len()).sum(),
        _ => 0,
    }
}

fn share(used: f64, of: f64) -> f64 {
    used / of
}
