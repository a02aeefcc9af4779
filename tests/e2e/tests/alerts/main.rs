//! What the host tells of itself: as messages of flows, and as alerts that begin and end.

#![allow(clippy::unwrap_used, reason = "a test, helpers included")]

mod letters;
mod source;

use gantry_e2e::{Seen, Sink};
use serde_json::Value;

/// An alert that is quick to end, at a sink.
fn alert(sink: &Sink, lines: &str) -> String {
    let url = sink.url("/alerts");
    let retry = if lines.contains("retry") { "" } else { "retry = { base = \"5ms\", attempts = 100 }" };
    format!("[[alert]]\nname = \"pager\"\nurl = {url:?}\nresolve_after = \"50ms\"\n{retry}\n{lines}\n")
}

fn json(seen: &Seen) -> Value {
    serde_json::from_slice(&seen.body).unwrap()
}

/// What was said, and of what: `trigger dead_letters`.
fn words(seen: &[Seen]) -> Vec<String> {
    let word = |seen: &Seen| {
        let notice = json(seen);
        format!("{} {}", notice["action"].as_str().unwrap(), notice["alert"].as_str().unwrap())
    };
    seen.iter().map(word).collect()
}
