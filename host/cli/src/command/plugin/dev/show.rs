//! Prints a round: the samples' outcomes, and the differences from the last round that had outcomes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::round::{Results, Round};
use super::samples::SampleRun;
use super::shown;
use crate::exit::Failure;
use crate::output::{Format, Output};
use crate::text::escape;

/// Prints rounds, and remembers the outcomes of the last one.
pub(super) struct Screen<'a> {
    output: &'a Output,
    rounds: u32,
    /// The samples' outcomes by name.
    last: BTreeMap<String, Value>,
}

/// A sample's outcome compared with the last round.
enum Compared<'a> {
    New(&'a Value),
    Same(&'a Value),
    Changed(&'a Value, &'a Value),
}

impl<'a> Screen<'a> {
    pub(super) const fn new(output: &'a Output) -> Self {
        Self { output, rounds: 0, last: BTreeMap::new() }
    }

    /// Prints a round.
    pub(super) fn show(&mut self, round: &Round) -> Result<(), Failure> {
        self.rounds += 1;
        let text = match (&round.results, self.output.format) {
            (Ok(results), Format::Human) => self.human(round, results),
            (Ok(results), Format::Json) => self.json(round, results).to_string(),
            (Err(failure), Format::Human) => {
                failure.report(self.output);
                format!("round {}: the plugin could not be built ({:.2} s)\n", self.rounds, round.seconds)
            }
            (Err(failure), Format::Json) => {
                failure.report(self.output);
                json!({ "round": self.rounds, "seconds": round.seconds, "built": false }).to_string()
            }
        };
        if let Ok(Results { samples: Ok(samples), .. }) = &round.results {
            self.last = samples.iter().map(|ran| (ran.name.clone(), outcome(ran))).collect();
        }
        Ok(self.output.write(&text)?)
    }

    /// Prints the files that started the next round.
    pub(super) fn changed(&self, files: &[PathBuf]) -> Result<(), Failure> {
        let files: Vec<_> = files.iter().map(|file| shown(file)).collect();
        match self.output.format {
            Format::Human => Ok(self.output.write(&format!("\nchanged: {}\n", files.join(", ")))?),
            Format::Json => Ok(self.output.write(&json!({ "changed": files }).to_string())?),
        }
    }

    fn human(&self, round: &Round, results: &Results) -> String {
        let mut text = format!(
            "round {}: {} built in {:.2} s, finished after {:.2} s\n",
            self.rounds, results.plugin, results.build_seconds, round.seconds
        );
        match &results.cases {
            None => text.push_str("no golden cases\n"),
            Some(cases) if cases.failed == 0 => {
                text.push_str(cases.human(false).lines().last().unwrap_or_default());
                text.push('\n');
            }
            Some(cases) => text.push_str(&cases.human(self.output.stdout_color())),
        }
        match &results.samples {
            Ok(samples) => samples.iter().for_each(|ran| self.sample(&mut text, ran)),
            Err(error) => text.push_str(&format!("the samples can't be run: {error:#}\n")),
        }
        text
    }

    fn sample(&self, text: &mut String, ran: &SampleRun) {
        let now = outcome(ran);
        let compared = self.compare(&ran.name, &now);
        // Writing to a string can't fail.
        let _ = match compared {
            Compared::Same(now) => writeln!(text, "= {}: {}", ran.name, kind(now)),
            Compared::New(now) => {
                let _ = writeln!(text, "+ {}: {}", ran.name, kind(now));
                pretty(now).lines().try_for_each(|line| writeln!(text, "    {}", escape(line)))
            }
            Compared::Changed(before, now) => {
                let _ = match kind(before) == kind(now) {
                    true => writeln!(text, "~ {}: {}", ran.name, kind(now)),
                    false => writeln!(text, "~ {}: {} (was {})", ran.name, kind(now), kind(before)),
                };
                difference(text, &pretty(before), &pretty(now))
            }
        };
        for line in &ran.log {
            let [level, logged, fields] = ["level", "text", "fields"].map(|name| line[name].as_str().unwrap_or(""));
            let _ = writeln!(text, "    log {level}: {} {fields}", escape(logged));
        }
    }

    fn sample_json(&self, ran: &SampleRun) -> Value {
        let now = outcome(ran);
        let changed = !matches!(self.compare(&ran.name, &now), Compared::Same(_));
        json!({ "name": ran.name, "outcome": now, "changed": changed, "log": ran.log })
    }

    fn compare<'v>(&'v self, name: &str, now: &'v Value) -> Compared<'v> {
        match self.last.get(name) {
            None => Compared::New(now),
            Some(before) if before == now => Compared::Same(now),
            Some(before) => Compared::Changed(before, now),
        }
    }

    fn json(&self, round: &Round, results: &Results) -> Value {
        let samples = results.samples.as_ref();
        let samples = samples.map(|samples| samples.iter().map(|ran| self.sample_json(ran)).collect::<Vec<_>>());
        json!({
            "round": self.rounds,
            "seconds": round.seconds,
            "built": true,
            "plugin": results.plugin,
            "cases": results.cases,
            "samples": samples.as_ref().ok(),
            "error": samples.err().map(|error| format!("{error:#}")),
        })
    }
}

/// A sample's outcome in the format of golden cases, with JSON payloads as JSON and without empty members.
fn outcome(ran: &SampleRun) -> Value {
    match &ran.outcome {
        Ok(outcome) => readable(gantry_golden::describe(outcome)),
        Err(error) => json!({ "error": format!("{error:#}") }),
    }
}

fn readable(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            members.into_iter().filter(|(_, value)| !is_absent(value)).map(readable_member).collect()
        }
        Value::Array(values) => values.into_iter().map(readable).collect(),
        other => other,
    }
}

fn is_absent(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn readable_member((name, value): (String, Value)) -> (String, Value) {
    match json_payload(&value) {
        Some(json) if name == "payload" => (name, json),
        _ => (name, readable(value)),
    }
}

/// The JSON in the text of a payload, if it is JSON.
fn json_payload(payload: &Value) -> Option<Value> {
    serde_json::from_str(payload.get("text")?.as_str()?).ok()
}

/// The outcome's name: its one member.
fn kind(outcome: &Value) -> &str {
    outcome.as_object().and_then(|members| members.keys().next()).map_or("nothing", String::as_str)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string()) + "\n"
}

fn difference(text: &mut String, before: &str, now: &str) -> std::fmt::Result {
    for group in TextDiff::from_lines(before, now).iter_all_changes() {
        let line = escape(group.value().trim_end_matches('\n'));
        match group.tag() {
            ChangeTag::Equal => {}
            ChangeTag::Delete => writeln!(text, "  - {line}")?,
            ChangeTag::Insert => writeln!(text, "  + {line}")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_reads_without_what_is_absent_and_with_its_payload_as_json() {
        let output = json!({ "route": null, "headers": {}, "content_type": "application/json",
            "payload": { "text": "{\"a\":1}" } });
        let read = readable(json!({ "emit": [output] }));
        assert_eq!(read, json!({ "emit": [{ "content_type": "application/json", "payload": { "a": 1 } }] }));
        let bytes = json!({ "emit": [{ "payload": { "base64": "/w==" } }] });
        assert_eq!(readable(bytes.clone()), bytes);
    }
}
