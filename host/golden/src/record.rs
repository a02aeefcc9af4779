//! Writes a golden case: a message, and what a plugin made of it. Of an outcome it states what a plugin is held to (codes,
//! paths, outputs), and leaves out the wording of texts, which may change.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gantry_core::{Fault, Headers, Message, Outcome, Output, Timestamp, Violation};
use gantry_sandbox::PluginFault;
use gantry_schema::Json;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::case::raw;

/// Rows by table and key, as JSON.
pub type Rows = BTreeMap<String, BTreeMap<String, String>>;

/// What a case is made of.
#[derive(Debug)]
pub struct Recording<'a> {
    /// What it shows, in a sentence.
    pub description: String,
    /// The settings of the step.
    pub settings: &'a Value,
    /// The rows that the plugin looked up.
    pub tables: Rows,
    /// The time that the plugin saw.
    pub now: Timestamp,
    /// The message.
    pub message: &'a Message,
    /// What the plugin made of it.
    pub outcome: &'a Result<Outcome, PluginFault>,
}

#[derive(Serialize)]
struct Case<'a> {
    description: &'a str,
    #[serde(skip_serializing_if = "is_nothing")]
    settings: &'a Value,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tables: BTreeMap<&'a str, BTreeMap<&'a str, Json>>,
    now_ms: u64,
    input: [Input<'a>; 1],
    expected: [Json; 1],
}

#[derive(Serialize)]
struct Input<'a> {
    content_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    headers: Map<String, Value>,
    payload: Json,
}

impl Recording<'_> {
    /// The text of the case's file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Self { description, settings, tables, now, message, outcome } = self;
        let case = Case {
            description,
            settings,
            tables: tables.iter().map(|(table, rows)| (table.as_str(), parsed(rows))).collect(),
            now_ms: now.0,
            input: [Input {
                content_type: &message.content_type,
                key: message.key.as_deref(),
                headers: headers(&message.headers),
                payload: payload(&message.payload),
            }],
            expected: [expected(outcome)],
        };
        let mut text = serde_json::to_string_pretty(&case).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn is_nothing(settings: &&Value) -> bool {
    settings.as_object().is_none_or(Map::is_empty)
}

fn parsed(rows: &BTreeMap<String, String>) -> BTreeMap<&str, Json> {
    let rows = rows.iter().filter_map(|(key, row)| Some((key.as_str(), Json::parse(row.as_bytes()).ok()?)));
    rows.collect()
}

fn headers(headers: &Headers) -> Map<String, Value> {
    headers.iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

/// JSON as a value, other text as text, and bytes in base64.
fn payload(bytes: &[u8]) -> Json {
    let json = Json::parse(bytes).ok().filter(|json| raw(json).is_none());
    json.unwrap_or_else(|| match std::str::from_utf8(bytes) {
        Ok(text) => object([("text", Json::Text(text.into()))]),
        Err(_) => object([("base64", Json::Text(STANDARD.encode(bytes).as_str().into()))]),
    })
}

fn expected(outcome: &Result<Outcome, PluginFault>) -> Json {
    match outcome {
        Ok(Outcome::Emit(outputs)) => object([("emit", Json::Array(outputs.iter().map(output).collect()))]),
        Ok(Outcome::Skip(fault)) => object([("skip", coded(&fault.code))]),
        Ok(Outcome::Invalid(found)) => object([("invalid", Json::Array(found.iter().map(violation).collect()))]),
        Ok(Outcome::Reject(fault)) => object([("reject", coded(&fault.code))]),
        Ok(Outcome::Retry { fault: Fault { code, .. }, .. }) => object([("retry", coded(code))]),
        Err(fault) => object([("fault", coded(fault.code.name()))]),
    }
}

fn output(output: &Output) -> Json {
    let texts = [
        ("route", output.route.as_ref().map(ToString::to_string)),
        ("key", output.key.clone()),
        ("idempotency_key", output.idempotency_key.clone()),
        ("content_type", Some(output.content_type.clone())),
    ];
    let mut members: Vec<_> =
        texts.into_iter().filter_map(|(name, text)| Some((name.into(), Json::Text(text?.as_str().into())))).collect();
    let headers = headers(&output.headers);
    if !headers.is_empty() {
        members.push(("headers".into(), Value::Object(headers).into()));
    }
    members.push(("payload".into(), payload(&output.payload)));
    Json::Object(members)
}

fn violation(violation: &Violation) -> Json {
    object([("path", Json::Text(violation.path.as_str().into())), ("code", Json::Text(violation.code.as_str().into()))])
}

fn coded(code: &str) -> Json {
    object([("code", Json::Text(code.into()))])
}

fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Case, numbered};

    #[test]
    fn what_is_recorded_reads_as_a_case_with_the_same_message() {
        let message = Message {
            id: numbered(0),
            key: Some("k".into()),
            content_type: "application/json".into(),
            headers: [("x-shop", "north")].into_iter().collect(),
            event_time: Timestamp(7),
            payload: br#"{"total":12345678901234567890.10}"#.as_slice().into(),
        };
        let output = Output { payload: b"a;b".as_slice().into(), ..sample_output() };
        let outcome = Ok(Outcome::Emit(vec![output]));
        let rows = BTreeMap::from([("12".to_owned(), r#"{"name":"Stapler"}"#.to_owned())]);
        let settings = serde_json::json!({ "prefix": "P-" });
        let recording = Recording {
            description: "An order of the shop".into(),
            settings: &settings,
            tables: BTreeMap::from([("products".to_owned(), rows)]),
            now: Timestamp(7),
            message: &message,
            outcome: &outcome,
        };
        let text = recording.to_text();
        let case = Case::read(&text).unwrap();
        let (read, attempt) = case.messages().unwrap().remove(0);
        assert_eq!((read.payload, read.key, read.headers, attempt), (message.payload, message.key, message.headers, 1));
        assert!(text.contains("12345678901234567890.10") && text.contains(r#""text": "a;b""#), "{text}");
        assert_eq!(case.now(), Timestamp(7));
    }

    fn sample_output() -> Output {
        Output {
            route: None,
            key: None,
            idempotency_key: None,
            content_type: "text/csv".into(),
            headers: Headers::new(),
            payload: Vec::new().into(),
        }
    }
}
