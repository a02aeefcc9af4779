//! What a round looks like: the samples' outcomes, and what is different from the last round that had any.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::round::{Round, Tried};
use super::samples::Ran;
use super::shown;
use crate::exit::Failure;
use crate::output::{Format, Output};
use crate::text::escape;

/// Prints rounds, and remembers what the last one came to.
pub(super) struct Screen<'a> {
    output: &'a Output,
    rounds: u32,
    /// The samples' outcomes by name.
    last: BTreeMap<String, Value>,
}

/// A sample's outcome beside that of the last round.
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
        let text = match (&round.tried, self.output.format) {
            (Ok(tried), Format::Human) => self.human(round, tried),
            (Ok(tried), Format::Json) => self.json(round, tried).to_string(),
            (Err(failure), Format::Human) => {
                failure.report(self.output);
                format!("round {}: no plugin to try ({:.2} s)\n", self.rounds, round.seconds)
            }
            (Err(failure), Format::Json) => {
                failure.report(self.output);
                json!({ "round": self.rounds, "seconds": round.seconds, "built": false }).to_string()
            }
        };
        if let Ok(Tried { samples: Ok(samples), .. }) = &round.tried {
            self.last = samples.iter().map(|ran| (ran.name.clone(), outcome(ran))).collect();
        }
        Ok(self.output.write(&text)?)
    }

    /// Says what made the next round.
    pub(super) fn changed(&self, files: &[PathBuf]) -> Result<(), Failure> {
        let files: Vec<_> = files.iter().map(|file| shown(file)).collect();
        match self.output.format {
            Format::Human => Ok(self.output.write(&format!("\nchanged: {}\n", files.join(", ")))?),
            Format::Json => Ok(self.output.write(&json!({ "changed": files }).to_string())?),
        }
    }

    fn human(&self, round: &Round, tried: &Tried) -> String {
        let mut text = format!(
            "round {}: {} built in {:.2} s, tried after {:.2} s\n",
            self.rounds, tried.plugin, tried.build_seconds, round.seconds
        );
        match &tried.cases {
            None => text.push_str("no golden cases\n"),
            Some(cases) if cases.failed == 0 => {
                text.push_str(cases.human(false).lines().last().unwrap_or_default());
                text.push('\n');
            }
            Some(cases) => text.push_str(&cases.human(self.output.stdout_color())),
        }
        match &tried.samples {
            Ok(samples) => samples.iter().for_each(|ran| self.sample(&mut text, ran)),
            Err(error) => text.push_str(&format!("the samples can't be run: {error:#}\n")),
        }
        text
    }

    fn sample(&self, text: &mut String, ran: &Ran) {
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
            let member = |name: &str| line[name].as_str().unwrap_or_default();
            let _ = writeln!(text, "    log {}: {} {}", member("level"), escape(member("text")), member("fields"));
        }
    }

    fn compare<'v>(&'v self, name: &str, now: &'v Value) -> Compared<'v> {
        match self.last.get(name) {
            None => Compared::New(now),
            Some(before) if before == now => Compared::Same(now),
            Some(before) => Compared::Changed(before, now),
        }
    }

    fn json(&self, round: &Round, tried: &Tried) -> Value {
        let sample = |ran: &Ran| {
            let now = outcome(ran);
            let changed = !matches!(self.compare(&ran.name, &now), Compared::Same(_));
            json!({ "name": ran.name, "outcome": now, "changed": changed, "log": ran.log })
        };
        let samples = tried.samples.as_ref().map(|samples| samples.iter().map(sample).collect::<Vec<_>>());
        json!({
            "round": self.rounds,
            "seconds": round.seconds,
            "built": true,
            "plugin": tried.plugin,
            "cases": tried.cases,
            "samples": samples.as_ref().ok(),
            "error": samples.err().map(|error| format!("{error:#}")),
        })
    }
}

/// What a sample came to, in the words of golden cases; JSON payloads as JSON, and nothing that is absent.
fn outcome(ran: &Ran) -> Value {
    match &ran.outcome {
        Ok(outcome) => readable(gantry_golden::describe(outcome)),
        Err(error) => json!({ "error": format!("{error:#}") }),
    }
}

fn readable(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let absent = |value: &Value| value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
            let text = |payload: &Value| serde_json::from_str(payload.get("text")?.as_str()?).ok();
            let member = |(name, value): (String, Value)| match text(&value) {
                Some(json) if name == "payload" => (name, json),
                _ => (name, readable(value)),
            };
            members.into_iter().filter(|(_, value)| !absent(value)).map(member).collect()
        }
        Value::Array(values) => values.into_iter().map(readable).collect(),
        other => other,
    }
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
