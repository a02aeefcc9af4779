//! Language runtimes that grow are recycled before they hit their memory limit.

use std::sync::Arc;

use gantry_core::{Headers, Message, MessageId, Place, Reuse, Timestamp};
use gantry_languages::{NoTables, built, language};
use gantry_sandbox::{Grants, Invocation, Limits, Sandbox, SandboxConfig, StepConfig};

/// A message whose value makes an instance allocate: a megabyte of text in many pieces.
fn message() -> Message {
    let words: Vec<_> = (0..50_000).map(|word| format!("\"w{word}\"")).collect();
    Message {
        id: MessageId::generate(),
        key: None,
        content_type: "application/json".to_owned(),
        headers: Headers::new(),
        event_time: Timestamp(0),
        payload: format!(r#"{{"do": "echo", "value": [{}]}}"#, words.join(",")).into(),
    }
}

/// Runs this plugin warm with a memory limit just below what one message needs. Returns how many instances were used.
fn recycled(folder: &str) -> u32 {
    let sandbox = Sandbox::new(SandboxConfig::default()).unwrap();
    let plugin = sandbox.load(&std::fs::read(built(folder)).unwrap()).unwrap();
    let limits = Limits { deadline: std::time::Duration::from_secs(60), ..Limits::default() };
    let step = |reuse| StepConfig {
        flow: "warm".parse().unwrap(),
        step: "map".to_owned(),
        place: Place::whole("test"),
        settings: serde_json::Value::Null,
        grants: Grants { lookup: ["countries".to_owned()].into(), clock: true, ..Grants::default() },
        limits,
        reuse,
        routes: Default::default(),
        tables: Arc::new(NoTables),
    };
    let message = message();
    let once = |step: &gantry_sandbox::PreparedStep| {
        let run = step.run(&[Invocation { message: &message, attempt: 1 }], Timestamp(0));
        assert!(run.outcomes[0].is_ok(), "{:?}", run.outcomes[0]);
        assert!(run.peak_memory_bytes < limits.memory_bytes, "{}", run.peak_memory_bytes);
        run
    };
    // One byte less than one message takes: after one message an instance is above it.
    let first = once(&plugin.prepare(step(Reuse::Fresh)).unwrap()).peak_memory_bytes;
    let tight = plugin.prepare(step(Reuse::Warm { messages: u32::MAX, memory_bytes: first - 1 })).unwrap();
    let roomy =
        plugin.prepare(step(Reuse::Warm { messages: u32::MAX, memory_bytes: limits.memory_bytes / 4 * 3 })).unwrap();
    let started = (0..5).map(|_| once(&tight).instances).sum();
    let kept: u32 = (0..20).map(|_| once(&roomy).instances).sum();
    assert!(kept < 20, "{folder}: no instance was ever used again");
    started
}

#[test]
fn a_javascript_instance_that_grew_is_recycled_before_it_hits_its_limit() {
    if language("js").is_some() {
        assert_eq!(recycled("sdk/js/conformance"), 5);
    }
}

#[test]
fn a_python_instance_that_grew_is_recycled_before_it_hits_its_limit() {
    if language("python").is_some() {
        assert_eq!(recycled("sdk/python/conformance"), 5);
    }
}
