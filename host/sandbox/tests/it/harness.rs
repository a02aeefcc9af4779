//! Makes a step from a guest's bytes and a batch from texts, and reads the outcomes back as texts.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use gantry_core::{Headers, Message, MessageId, Outcome, Timestamp};
use gantry_sandbox::{
    Grants, Invocation, Limits, Place, PluginFault, PrepareError, PreparedStep, Run, Sandbox, SandboxConfig,
    StepConfig, TableError, Tables,
};

/// The moment at which every batch of these tests begins.
pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_123);

/// One sandbox for all tests, as one host would have.
pub(crate) fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| Sandbox::new(SandboxConfig::default()).unwrap())
}

/// Tables in memory; `broken` can't be read.
pub(crate) struct Rows(pub(crate) BTreeMap<&'static str, BTreeMap<&'static str, String>>);

impl Tables for Rows {
    fn get(&self, table: &str, keys: &[String]) -> Result<Vec<Option<String>>, TableError> {
        if table == "broken" {
            return Err(TableError::Unavailable);
        }
        let rows = self.0.get(table).ok_or(TableError::UnknownTable)?;
        Ok(keys.iter().map(|key| rows.get(key.as_str()).cloned()).collect())
    }
}

/// A step at `flows/orders.toml:14` with targets `erp` and `archive`, and nothing granted.
pub(crate) fn config() -> StepConfig {
    StepConfig {
        flow: "orders".parse().unwrap(),
        step: "map".to_owned(),
        place: Place::at("flows/orders.toml", 14),
        settings: serde_json::Value::Null,
        grants: Grants::default(),
        limits: Limits { deadline: Duration::from_secs(20), ..Limits::default() },
        reuse: gantry_core::Reuse::Fresh,
        routes: ["erp", "archive"].into_iter().map(|name| name.parse().unwrap()).collect(),
        tables: Arc::new(Rows(BTreeMap::new())),
    }
}

pub(crate) fn prepare(guest: &[u8], config: StepConfig) -> Result<PreparedStep, PrepareError> {
    sandbox().load(guest).unwrap().prepare(config)
}

/// The guest in a step with nothing granted.
pub(crate) fn step(guest: &[u8]) -> PreparedStep {
    prepare(guest, config()).unwrap()
}

/// The guest in a step with these limits.
pub(crate) fn limited(guest: &[u8], limits: Limits) -> PreparedStep {
    prepare(guest, StepConfig { limits, ..config() }).unwrap()
}

pub(crate) fn message(payload: impl Into<Bytes>) -> Message {
    Message {
        id: MessageId::generate(),
        key: None,
        content_type: "application/json".to_owned(),
        headers: Headers::new(),
        event_time: NOW,
        payload: payload.into(),
    }
}

pub(crate) fn run(step: &PreparedStep, messages: &[Message]) -> Run {
    let batch: Vec<_> = messages.iter().map(|message| Invocation { message, attempt: 1 }).collect();
    let run = step.run(&batch, NOW);
    assert_eq!(run.outcomes.len(), messages.len());
    run
}

/// Runs one batch of these payloads.
pub(crate) fn run_texts(step: &PreparedStep, payloads: &[&str]) -> Run {
    let messages: Vec<_> = payloads.iter().map(|payload| message(payload.to_string())).collect();
    run(step, &messages)
}

/// The outcome of a single message.
pub(crate) fn one(step: &PreparedStep, payload: &str) -> Result<Outcome, PluginFault> {
    run_texts(step, &[payload]).outcomes.pop().unwrap()
}

/// The payload of the only output.
pub(crate) fn text(outcome: &Result<Outcome, PluginFault>) -> String {
    match outcome {
        Ok(Outcome::Emit(outputs)) if outputs.len() == 1 => String::from_utf8(outputs[0].payload.to_vec()).unwrap(),
        other => panic!("not one output: {other:?}"),
    }
}

/// For each outcome the emitted text, or the code of the fault.
pub(crate) fn shown(run: &Run) -> Vec<String> {
    let shown = run.outcomes.iter().map(|outcome| match outcome {
        &Err(PluginFault { code, .. }) => code.name().to_owned(),
        emitted => text(emitted),
    });
    shown.collect()
}

/// Events of this thread while `work` runs, one JSON object a line.
pub(crate) fn logged<T>(work: impl FnOnce() -> T) -> (T, Vec<serde_json::Value>) {
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    let result = tracing::subscriber::with_default(subscriber, work);
    let bytes = lines.0.lock().unwrap().clone();
    let events = String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (result, events)
}
