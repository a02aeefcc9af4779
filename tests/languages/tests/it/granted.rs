//! What a flow grants of the machine, in a plugin built with the Rust SDK: the SDK has an allocator of its own beside the C
//! library's, and what the host hands over must go back to the one that it came from.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use gantry_core::{FolderGrant, Headers, Message, MessageId, Outcome, Place, Reuse, Timestamp};
use gantry_languages::{NoTables, built};
use gantry_sandbox::{Grants, Invocation, Limits, Sandbox, SandboxConfig, StepConfig};
use serde_json::{Value, json};

fn message(padding: usize, folder: &str) -> Message {
    let ask = json!({ "do": "surroundings", "folder": folder, "file": "a.txt", "padding": "x".repeat(padding) });
    Message {
        id: MessageId::generate(),
        key: None,
        content_type: "application/json".to_owned(),
        headers: Headers::new(),
        event_time: Timestamp(1_800_000_000_000),
        payload: ask.to_string().into(),
    }
}

#[test]
fn variables_and_folders_reach_a_plugin_of_the_rust_sdk_whatever_the_lengths() {
    let data = tempfile::tempdir().unwrap();
    fs::write(data.path().join("a.txt"), "the text").unwrap();
    fs::write(data.path().join("b.txt"), "another").unwrap();
    let sandbox = Sandbox::new(SandboxConfig::default()).unwrap();
    let plugin = sandbox.load(&fs::read(built("sdk/rust/conformance")).unwrap()).unwrap();
    for (folders, variables) in [(1, 1), (3, 0), (3, 4), (7, 30)] {
        let places = (0..folders).map(|n| format!("/data{}", "x".repeat(n * 7)));
        let files: Vec<_> = places.map(|at| FolderGrant { path: data.path().to_owned(), at }).collect();
        let env: BTreeMap<_, _> = (0..variables).map(|n| (format!("NAME_{n}"), "v".repeat(n * 5))).collect();
        let at = files.last().unwrap().at.clone();
        let wants = plugin.manifest().wants.lookup.iter().cloned().collect();
        let grants = Grants { lookup: wants, clock: true, files, env: env.clone() };
        let step = StepConfig {
            flow: "granted".parse().unwrap(),
            step: "step".to_owned(),
            place: Place::whole("granted"),
            tables: Arc::new(NoTables),
            settings: json!({}),
            grants,
            limits: Limits::default(),
            reuse: Reuse::Fresh,
            routes: Default::default(),
        };
        let step = plugin.prepare(step).unwrap();
        let messages: Vec<_> = (0..200).map(|padding| message(padding, &at)).collect();
        for batch in messages.chunks(3) {
            let batch: Vec<_> = batch.iter().map(|message| Invocation { message, attempt: 1 }).collect();
            for outcome in step.run(&batch, Timestamp(1_800_000_000_000)).outcomes {
                let Ok(Outcome::Emit(outputs)) = &outcome else { panic!("{folders} {variables}: {outcome:?}") };
                let answer: Value = serde_json::from_slice(&outputs[0].payload).unwrap();
                assert_eq!(answer, json!({ "variables": env, "names": ["a.txt", "b.txt"], "text": "the text" }));
            }
        }
    }
}
