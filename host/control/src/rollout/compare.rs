//! Old and new side by side: the same messages through both versions of a step, and how their answers differ. Nothing is
//! sent and nothing is counted; plugins can't do more than answer, so trying them harms nothing.

use gantry_core::json_diff::{Change, changes};
use gantry_core::{Message, MessageId, Outcome};
use gantry_engine::canary::fails;
use gantry_engine::flow::RunningFlow;
use gantry_engine::server::Server;
use gantry_golden::describe;
use gantry_sandbox::{Invocation, Plugin, PluginFault};
use serde_json::Value;

use super::deployable::deployable;
use super::error::DeployError;
use super::record::{Difference, Kind, ShadowReport};

/// Most differences shown of a comparison.
const SAMPLES: usize = 10;
/// Most places shown of a difference.
const PLACES: usize = 20;
/// Most bytes shown of a value.
const TEXT: usize = 400;

/// Two versions of one step, bound as the flow binds it.
pub(crate) struct Pair {
    step: usize,
    old: Server,
    new: Server,
}

/// A message to compare on, and whether it is an open dead letter.
pub(crate) struct Sample {
    pub(crate) message: Message,
    pub(crate) is_dead_letter: bool,
}

type Answer = Result<Outcome, PluginFault>;

impl Pair {
    /// Blocks for as long as the new version takes to configure itself.
    pub(crate) fn bind(flow: &RunningFlow, step: &str, new: &Plugin) -> Result<Self, DeployError> {
        let (step, running) = deployable(flow, step)?;
        let old = running.try_out(running.server.plugin.clone())?;
        let new = running.try_out(new.clone())?;
        Ok(Self { step, old, new })
    }

    /// Runs these messages through both and adds the differences to the report. Blocks.
    pub(crate) fn compare(&self, flow: &RunningFlow, samples: &[Sample], report: &mut ShadowReport) {
        let now = flow.clock.now();
        let originals: Vec<_> = samples.iter().map(|sample| &sample.message).collect();
        let inputs = flow.transformer.inputs_of_step(self.step, &originals, now);
        let messages: Vec<_> = inputs.iter().map(|(_, message)| Invocation { message, attempt: 1 }).collect();
        let old = self.old.prepared.run(&messages, now);
        let new = self.new.prepared.run(&messages, now);
        let mut found: Vec<Vec<Difference>> = samples.iter().map(|_| Vec::new()).collect();
        for (((owner, _), old), new) in inputs.iter().zip(old.outcomes).zip(new.outcomes) {
            found[*owner].push(difference(samples[*owner].message.id, &old, &new));
        }
        for (sample, differences) in samples.iter().zip(found) {
            report.messages += 1;
            report.dead_letters += usize::from(sample.is_dead_letter);
            // Of several parts of one message, the worst counts. One that never reaches the step is the same.
            match differences.into_iter().min_by_key(|difference| difference.kind) {
                Some(difference) => report.add(difference),
                None => report.same += 1,
            }
        }
    }
}

impl ShadowReport {
    fn add(&mut self, difference: Difference) {
        match difference.kind {
            Kind::Same => return self.same += 1,
            Kind::Changed => self.changed += 1,
            Kind::NewlyFailing => self.newly_failing += 1,
            Kind::NewlyPassing => self.newly_passing += 1,
        }
        let place = self.samples.partition_point(|sample| sample.kind <= difference.kind);
        self.samples.insert(place, difference);
        self.samples.truncate(SAMPLES);
    }
}

fn difference(message: MessageId, old: &Answer, new: &Answer) -> Difference {
    let kind = match (fails(old), fails(new)) {
        (false, true) => Kind::NewlyFailing,
        (true, false) => Kind::NewlyPassing,
        _ if same(old, new) => Kind::Same,
        _ => Kind::Changed,
    };
    let changes = match kind {
        Kind::Same => Vec::new(),
        _ => readable_changes(&describe(old), &describe(new)),
    };
    Difference { message, kind, changes: changes.into_iter().take(PLACES).map(brief).collect() }
}

/// The changes within payloads of JSON, member by member. Where those are only a matter of spelling, or of digits beyond what a
/// float holds, the texts are compared.
fn readable_changes(old: &Value, new: &Value) -> Vec<Change> {
    let found = changes(&with_json_payloads(old.clone()), &with_json_payloads(new.clone()));
    if found.is_empty() { changes(old, new) } else { found }
}

fn with_json_payloads(mut outcome: Value) -> Value {
    let outputs = outcome.get_mut("emit").and_then(Value::as_array_mut);
    for output in outputs.into_iter().flatten() {
        let text = output["payload"]["text"].as_str();
        if let Some(json) = text.and_then(|text| serde_json::from_str(text).ok()) {
            output["payload"] = json;
        }
    }
    outcome
}

/// The change with long values cut: it is kept with the record.
fn brief(change: Change) -> Change {
    let cut = |value: Value| {
        let text = value.to_string();
        if text.len() <= TEXT {
            return value;
        }
        let end = text.floor_char_boundary(TEXT);
        Value::String(format!("{}… ({} bytes)", &text[..end], text.len()))
    };
    Change { path: change.path, before: change.before.map(cut), after: change.after.map(cut) }
}

/// Faults are the same by their code: texts and stacks tell of the component's inside.
fn same(old: &Answer, new: &Answer) -> bool {
    match (old, new) {
        (Ok(old), Ok(new)) => old == new,
        (Err(old), Err(new)) => old.code == new.code,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emitted(payload: &str) -> Value {
        serde_json::json!({ "emit": [{ "route": null, "payload": { "text": payload } }] })
    }

    #[test]
    fn payloads_of_json_are_compared_by_member_and_what_floats_do_not_hold_as_text() {
        let found = readable_changes(&emitted(r#"{"a":1,"b":2}"#), &emitted(r#"{"a":1,"b":3}"#));
        assert_eq!(found.iter().map(|change| change.path.as_str()).collect::<Vec<_>>(), ["/emit/0/payload/b"]);
        let found = readable_changes(&emitted("[1.00000000000000000001]"), &emitted("[1.00000000000000000002]"));
        assert_eq!(found[0].path, "/emit/0/payload/text");
        let found = readable_changes(&emitted("a;b"), &emitted("a;c"));
        assert_eq!(found[0].path, "/emit/0/payload/text");
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let change = Change { path: String::new(), before: Some("ä".repeat(1000).into()), after: Some(1.into()) };
        let brief = brief(change);
        let shown = brief.before.as_ref().and_then(Value::as_str).unwrap();
        assert!(shown.len() < TEXT + 40 && shown.ends_with("(2002 bytes)"), "{shown}");
        assert_eq!(brief.after, Some(1.into()));
    }
}
