//! What the host tells of itself: as messages of flows, and as alerts that begin and end.

mod commands;
mod conditions;
mod dead_letters;
mod endpoint;
mod kills;
mod kinds;
mod source;

use std::path::Path;

use gantry_e2e::{Answer, FlowText, Seen, Sink, TestHost, eventually};
use serde_json::Value;

/// An alert that is quick to end, at a sink.
fn alert(sink: &Sink, lines: &str) -> String {
    alert_at(&sink.url("/alerts"), lines)
}

/// The same at a URL.
fn alert_at(url: &str, lines: &str) -> String {
    let retry = "retry = { base = \"5ms\", cap = \"20ms\", attempts = 100, budget = { share = 100 } }";
    format!("[[alert]]\nname = \"pager\"\nurl = {url:?}\nresolve_after = \"50ms\"\n{retry}\n{lines}\n")
}

/// Waits until so many alerts fire.
async fn fires(host: &TestHost, n: usize) {
    eventually("alerts to fire, or to end", || async { host.handle().alerts()[0].firing.len() == n }).await;
}

fn json(seen: &Seen) -> Value {
    serde_json::from_slice(&seen.body).unwrap()
}

/// What was said, and of what: `trigger dead_letters`.
fn words(seen: &[Seen]) -> Vec<String> {
    let notifications = seen.iter().map(json);
    let words = notifications.map(|notification| {
        format!("{} {}", notification["action"].as_str().unwrap(), notification["alert"].as_str().unwrap())
    });
    words.collect()
}

/// A target that refuses what says "bad", until it is told otherwise.
async fn picky() -> Sink {
    Sink::start().await.answers_by(|seen| seen.text().contains("bad").then(|| Answer::status(422)))
}

/// A flow that appends these events to a file.
fn watcher(name: &str, file: &Path, lines: &str) -> FlowText {
    FlowText::new(name).source(&format!("[source.host_events]\n{lines}")).file_target("log", file)
}

/// The payloads of a file target's lines.
fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["payload"].clone()).collect()
}

/// Waits for at least `n` events in the file.
async fn events(path: &Path, n: usize) -> Vec<Value> {
    eventually("events in the file", || async { lines(path).len() >= n }).await;
    lines(path)
}

/// Their names.
fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().unwrap()).collect()
}
