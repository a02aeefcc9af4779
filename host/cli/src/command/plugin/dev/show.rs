//! Prints a round: the samples' outcomes, and the differences from the last round that had outcomes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use gantry_core::PluginRef;
use gantry_schema::{Json, Text};
use serde::Serialize;
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::super::samples::SampleRun;
use super::super::test::Report;
use super::round::{Results, Round};
use super::shown;
use crate::exit::Failure;
use crate::output::{Format, Output};
use crate::text;

/// Prints rounds, and remembers the outcomes of the last one.
pub(super) struct Screen<'a> {
    output: &'a Output,
    rounds: u32,
    /// The samples' outcomes by name.
    last: BTreeMap<String, Json>,
}

/// A sample's outcome compared with the last round.
enum Compared<'a> {
    New(&'a Json),
    Same(&'a Json),
    Changed(&'a Json, &'a Json),
}

/// A round as JSON.
#[derive(Serialize)]
struct RoundAsJson<'a> {
    round: u32,
    seconds: f64,
    built: bool,
    plugin: &'a PluginRef,
    cases: &'a Option<Report>,
    samples: Option<Vec<SampleAsJson<'a>>>,
    error: Option<String>,
}

/// A sample as JSON.
#[derive(Serialize)]
struct SampleAsJson<'a> {
    name: &'a str,
    outcome: Json,
    changed: bool,
    log: &'a [Value],
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
            (Ok(results), Format::Json) => self.json(round, results)?,
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
        Ok(self.output.write_in_color(&text)?)
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

    fn sample(&self, out: &mut String, ran: &SampleRun) {
        let now = outcome(ran);
        let compared = self.compare(&ran.name, &now);
        // Writing to a string can't fail.
        let _ = match compared {
            Compared::Same(now) => writeln!(out, "= {}: {}", ran.name, kind(now)),
            Compared::New(now) => {
                let _ = writeln!(out, "+ {}: {}", ran.name, kind(now));
                pretty(now).lines().try_for_each(|line| writeln!(out, "    {}", text::line(line)))
            }
            Compared::Changed(before, now) => {
                let _ = match kind(before) == kind(now) {
                    true => writeln!(out, "~ {}: {}", ran.name, kind(now)),
                    false => writeln!(out, "~ {}: {} (was {})", ran.name, kind(now), kind(before)),
                };
                difference(out, &pretty(before), &pretty(now))
            }
        };
        for line in &ran.log {
            let [level, logged, fields] = ["level", "text", "fields"].map(|name| line[name].as_str().unwrap_or(""));
            let _ = writeln!(out, "    log {level}: {} {}", text::line(logged), text::line(fields));
        }
    }

    fn sample_json<'r>(&self, ran: &'r SampleRun) -> SampleAsJson<'r> {
        let outcome = outcome(ran);
        let changed = !matches!(self.compare(&ran.name, &outcome), Compared::Same(_));
        SampleAsJson { name: &ran.name, outcome, changed, log: &ran.log }
    }

    fn compare<'v>(&'v self, name: &str, now: &'v Json) -> Compared<'v> {
        match self.last.get(name) {
            None => Compared::New(now),
            Some(before) if before == now => Compared::Same(now),
            Some(before) => Compared::Changed(before, now),
        }
    }

    fn json(&self, round: &Round, results: &Results) -> Result<String, Failure> {
        let samples = results.samples.as_ref();
        let shown = RoundAsJson {
            round: self.rounds,
            seconds: round.seconds,
            built: true,
            plugin: &results.plugin,
            cases: &results.cases,
            samples: samples.ok().map(|samples| samples.iter().map(|ran| self.sample_json(ran)).collect()),
            error: samples.err().map(|error| format!("{error:#}")),
        };
        Ok(serde_json::to_string(&shown).context("a round can't be written as JSON")?)
    }
}

/// A sample's outcome in the format of golden cases, with JSON payloads as JSON and without empty members.
fn outcome(ran: &SampleRun) -> Json {
    match &ran.outcome {
        Ok(outcome) => readable(gantry_golden::describe(outcome).into()),
        Err(error) => json!({ "error": format!("{error:#}") }).into(),
    }
}

fn readable(json: Json) -> Json {
    match json {
        Json::Object(members) => {
            let present = members.into_iter().filter(|(_, value)| !is_absent(value));
            Json::Object(present.map(readable_member).collect())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(readable).collect()),
        other => other,
    }
}

fn is_absent(json: &Json) -> bool {
    *json == Json::Null || json.members().is_some_and(<[_]>::is_empty)
}

fn readable_member((name, value): (Text, Json)) -> (Text, Json) {
    match json_payload(&value) {
        Some(json) if name.as_str() == "payload" => (name, json),
        _ => (name, readable(value)),
    }
}

/// The JSON in the text of a payload, if it is JSON.
fn json_payload(payload: &Json) -> Option<Json> {
    Json::parse(payload.get("text")?.as_text()?.as_bytes()).ok()
}

/// The outcome's name: its one member.
fn kind(outcome: &Json) -> &str {
    outcome.members().and_then(<[_]>::first).map_or("nothing", |(name, _)| name.as_str())
}

fn pretty(json: &Json) -> String {
    serde_json::to_string_pretty(json).unwrap_or_else(|_| json.to_string()) + "\n"
}

fn difference(out: &mut String, before: &str, now: &str) -> std::fmt::Result {
    for group in TextDiff::from_lines(before, now).iter_all_changes() {
        let line = text::line(group.value().trim_end_matches('\n'));
        match group.tag() {
            ChangeTag::Equal => {}
            ChangeTag::Delete => writeln!(out, "  - {line}")?,
            ChangeTag::Insert => writeln!(out, "  + {line}")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Color;

    fn emitting(payload: &str) -> Json {
        let output = json!({ "route": null, "headers": {}, "content_type": "application/json",
            "payload": { "text": payload } });
        readable(json!({ "emit": [output] }).into())
    }

    #[test]
    fn an_outcome_reads_without_what_is_absent_and_with_its_payload_as_json() {
        let read = emitting(r#"{"a":1.10}"#).to_string();
        assert_eq!(read, r#"{"emit":[{"content_type":"application/json","payload":{"a":1.10}}]}"#);
        let bytes = Json::from(json!({ "emit": [{ "payload": { "base64": "/w==" } }] }));
        assert_eq!(readable(bytes.clone()), bytes);
    }

    #[test]
    fn one_digit_more_is_another_outcome_than_in_the_last_round() {
        let output = Output::new(Format::Human, Color::Never);
        let mut screen = Screen::new(&output);
        screen.last.insert("a.json".to_owned(), emitting("0.1"));
        assert!(matches!(screen.compare("a.json", &emitting("0.10")), Compared::Same(_)));
        assert!(matches!(screen.compare("a.json", &emitting("0.10000000000000001")), Compared::Changed(..)));
    }
}
