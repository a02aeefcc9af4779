//! A golden case as its file states it.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::host::Host;
use crate::message::{Message, Payload};

/// A golden case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// What it shows, in a sentence.
    pub(super) description: String,
    /// For `configure`.
    #[serde(default = "empty_object")]
    pub(super) settings: Value,
    /// What is granted; all tables of the case and the clock unless given.
    #[serde(default)]
    grants: Option<Grants>,
    /// Rows by table and key.
    #[serde(default)]
    tables: BTreeMap<String, BTreeMap<String, Value>>,
    /// The clock, in milliseconds since the Unix epoch.
    #[serde(default)]
    now_ms: u64,
    /// The batch.
    input: Vec<Input>,
    /// The outcome of each message.
    pub(super) expected: Vec<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Grants {
    lookup: Vec<String>,
    /// Natively the clock can't be refused.
    clock: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    #[serde(default = "json")]
    content_type: String,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    headers: Map<String, Value>,
    payload: Value,
}

impl Case {
    /// Reads the file and checks what its types don't say.
    pub(super) fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
        let case: Self = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        if case.input.len() != case.expected.len() || case.input.is_empty() {
            return Err(format!("{} inputs and {} expected outcomes", case.input.len(), case.expected.len()));
        }
        Ok(case)
    }

    /// A host with the tables that are granted.
    pub(super) fn host(&self) -> Host {
        let tables = self.tables.iter().filter(|(name, _)| {
            let grants = self.grants.as_ref();
            grants.is_none_or(|grants| grants.lookup.contains(*name))
        });
        tables.fold(Host::new().at(self.now_ms), |host, (name, rows)| host.table(name, rows.clone()))
    }

    /// The batch.
    pub(super) fn messages(&self) -> Vec<Message> {
        self.input.iter().enumerate().map(|(at, input)| input.message(at)).collect()
    }
}

impl Input {
    fn message(&self, at: usize) -> Message {
        Message {
            id: format!("case-{at}"),
            key: self.key.clone(),
            content_type: self.content_type.clone(),
            headers: self.headers.iter().map(|(name, text)| (name.to_lowercase(), header_text(text))).collect(),
            attempt: 1,
            payload: payload(&self.payload),
            ..Message::default()
        }
    }
}

fn header_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `{"text": …}` and `{"base64": …}` are the raw payload; anything else is JSON.
pub(super) fn payload(value: &Value) -> Payload {
    match raw(value) {
        Some(("text", text)) => Payload::Text(text.to_owned()),
        Some((_, base64)) => match STANDARD.decode(base64) {
            Ok(bytes) => Payload::Bytes(bytes),
            Err(error) => panic!("`{base64}` is no base64: {error}"),
        },
        None => Payload::Text(value.to_string()),
    }
}

/// The one member of `{"text": …}` or `{"base64": …}`.
pub(super) fn raw(value: &Value) -> Option<(&str, &str)> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    let (name, text) = members.iter().next()?;
    if matches!(name.as_str(), "text" | "base64") { Some((name, text.as_str()?)) } else { None }
}

fn empty_object() -> Value {
    Value::Object(Map::new())
}

fn json() -> String {
    "application/json".to_owned()
}
