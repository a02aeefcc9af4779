//! A golden case as its file states it. The format is in `docs/reference/golden-cases.md`.

mod expand;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use gantry_core::{Grants, Headers, Limits, Manifest, Message, MessageId, Place, Reuse, TargetName, Timestamp};
use gantry_sandbox::{StepConfig, TableError, Tables};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::{Map, Value};

use crate::error::CaseError;
use expand::Room;
use gantry_schema::Json;

/// The flow that a plugin's log lines name.
const FLOW: &str = "golden-case";

/// Why settings are refused that no flow could state.
const ROUNDED: &str = "`settings` must be an object of numbers that a float holds and of different names: others would be rounded or \
                       dropped";

/// A golden case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows, in a sentence.
    pub description: String,
    #[serde(default, deserialize_with = "settings")]
    settings: Map<String, Value>,
    /// All tables of the case unless given, and what the plugin's manifest wants.
    grants: Option<GrantsInCase>,
    /// Rows by table and key.
    #[serde(default)]
    tables: BTreeMap<String, BTreeMap<String, Json>>,
    #[serde(default)]
    now_ms: u64,
    #[serde(default)]
    input: Vec<Input>,
    /// The outcome of each message.
    #[serde(default)]
    pub expected: Vec<Json>,
    /// The lines the plugin must log, all of them, in order; not compared unless given.
    pub log: Option<Vec<Json>>,
    /// The settings must be refused with these violations; then there is no message.
    pub refused: Option<Vec<Json>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct GrantsInCase {
    lookup: BTreeSet<String>,
    clock: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    /// How many messages it stands for; none once it is expanded.
    repeat: Option<Json>,
    #[serde(default = "json")]
    content_type: String,
    key: Option<String>,
    #[serde(default, deserialize_with = "headers")]
    headers: Vec<(String, String)>,
    payload: Json,
    /// Made from the position unless given.
    id: Option<MessageId>,
    /// The time of the batch unless given.
    event_time_ms: Option<u64>,
    #[serde(default = "first")]
    attempt: u32,
}

impl Case {
    /// Reads a case and expands its short forms.
    ///
    /// # Errors
    /// When the text is no golden case, or would be too large once expanded.
    pub fn read(text: &str) -> Result<Self, CaseError> {
        let mut case: Self = serde_json::from_str(text).map_err(|error| match error.classify() {
            Category::Data => CaseError::Shape(error),
            _ => CaseError::Json(error),
        })?;
        case.input = Room::of("input").expand(case.input)?;
        case.expected = Room::of("expected").expand(case.expected)?;
        let inputs = case.input.len();
        let outcomes = case.expected.len();
        if inputs != outcomes {
            return Err(CaseError::Unpaired { inputs, outcomes });
        }
        if case.refused.is_some() && inputs > 0 {
            return Err(CaseError::RefusedWithMessages);
        }
        Ok(case)
    }

    /// The routes that it expects, as it writes them.
    #[must_use]
    pub fn routes(&self) -> BTreeSet<&str> {
        self.expected.iter().flat_map(routes).collect()
    }

    /// The time that its messages see.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        Timestamp(self.now_ms)
    }

    /// The messages, each with the number of its attempt.
    ///
    /// # Errors
    /// When a payload is not valid base64 though it says so.
    pub fn messages(&self) -> Result<Vec<(Message, u32)>, CaseError> {
        let inputs = self.input.iter().enumerate();
        inputs.map(|(index, input)| Ok((input.message(index, self.now())?, input.attempt))).collect()
    }

    /// The step as a flow would state it.
    ///
    /// Everything the plugin's manifest wants is granted, because without it the plugin would not start. A table that the
    /// case does not grant is then unknown to the plugin. `limits` are those of one call.
    ///
    /// # Errors
    /// When a route it expects can't be a target's name.
    pub fn into_step(
        self,
        manifest: &Manifest,
        name: &str,
        expected: &[Json],
        limits: Limits,
    ) -> Result<StepConfig, CaseError> {
        let routes = expected.iter().flat_map(routes).map(str::parse).collect::<Result<BTreeSet<TargetName>, _>>();
        let clock = manifest.wants.clock || self.grants.as_ref().is_some_and(|grants| grants.clock);
        let lookup = manifest.wants.lookup.iter().chain(self.tables.keys()).cloned().collect();
        let granted = self.tables.iter().filter(|(table, _)| {
            let grants = self.grants.as_ref();
            grants.is_none_or(|grants| grants.lookup.contains(*table))
        });
        let tables = granted.map(|(table, rows)| {
            let rows = rows.iter().map(|(key, row)| (key.clone(), row.to_string())).collect();
            (table.clone(), rows)
        });
        Ok(StepConfig {
            flow: FLOW.parse().map_err(CaseError::Route)?,
            step: name.to_owned(),
            place: Place::whole(format!("cases/{name}.json")),
            tables: Arc::new(CaseTables(tables.collect())),
            settings: Value::Object(self.settings),
            grants: Grants { lookup, clock, ..Grants::default() },
            limits,
            reuse: Reuse::Fresh,
            routes: routes.map_err(CaseError::Route)?,
        })
    }
}

impl Input {
    fn message(&self, index: usize, now: Timestamp) -> Result<Message, CaseError> {
        Ok(Message {
            id: self.id.unwrap_or_else(|| numbered(index)),
            key: self.key.clone(),
            content_type: self.content_type.clone(),
            headers: self.headers.iter().cloned().collect::<Headers>(),
            event_time: self.event_time_ms.map_or(now, Timestamp),
            payload: payload(&self.payload)?,
        })
    }
}

/// An object, as a flow could state it: with numbers that a float holds.
fn settings<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    let json = Json::deserialize(deserializer)?;
    let settings: Map<String, Value> = serde_json::from_str(&json.to_string()).map_err(serde::de::Error::custom)?;
    if Json::from(Value::Object(settings.clone())) == json {
        Ok(settings)
    } else {
        Err(serde::de::Error::custom(ROUNDED))
    }
}

/// Names and values, in their order. A value that is no text is sent as it is written.
fn headers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
    let json = Json::deserialize(deserializer)?;
    let Some(members) = json.members() else { return Err(serde::de::Error::custom("`headers` is no object")) };
    let sent = members.iter().map(|(name, value)| {
        let value = value.as_text().map_or_else(|| value.to_string(), str::to_owned);
        (name.as_str().to_owned(), value)
    });
    Ok(sent.collect())
}

/// An id that is the same in every run, made from the message's position.
#[must_use]
pub fn numbered(index: usize) -> MessageId {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&(index as u64).to_be_bytes());
    MessageId::from_bytes(id)
}

/// `{"text": …}` and `{"base64": …}` are the raw payload; anything else is JSON, as the case writes it.
pub(crate) fn payload(json: &Json) -> Result<Bytes, CaseError> {
    Ok(match raw(json) {
        Some(("text", text)) => Bytes::copy_from_slice(text.as_bytes()),
        Some((_, base64)) => STANDARD.decode(base64).map_err(|source| not_base64(base64, source))?.into(),
        None => json.to_string().into(),
    })
}

fn not_base64(text: &str, source: base64::DecodeError) -> CaseError {
    CaseError::Base64 { text: text.to_owned(), source }
}

/// The one member of `{"text": …}` or `{"base64": …}`.
pub(crate) fn raw(json: &Json) -> Option<(&str, &str)> {
    let [(name, text)] = json.members()? else { return None };
    let name = name.as_str();
    if matches!(name, "text" | "base64") { Some((name, text.as_text()?)) } else { None }
}

/// The targets an expected outcome names.
fn routes(expected: &Json) -> impl Iterator<Item = &str> {
    let outputs = if let Some(Json::Array(outputs)) = expected.get("emit") { outputs.as_slice() } else { &[] };
    outputs.iter().filter_map(|output| output.get("route")?.as_text())
}

const fn first() -> u32 {
    1
}

fn json() -> String {
    "application/json".to_owned()
}

/// The tables of a case, in memory.
struct CaseTables(BTreeMap<String, BTreeMap<String, String>>);

impl Tables for CaseTables {
    fn get(&self, table: &str, keys: &[String]) -> Result<Vec<Option<String>>, TableError> {
        let rows = self.0.get(table).ok_or(TableError::UnknownTable)?;
        Ok(keys.iter().map(|key| rows.get(key).cloned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_would_be_rounded_are_refused() {
        let read = |settings: &str| Case::read(&format!(r#"{{ "description": "d", "settings": {settings} }}"#));
        read(r#"{ "rate": 0.10, "most": 1e3, "id": 18446744073709551615 }"#).unwrap();
        for settings in [r#"{ "rate": 0.1000000000000000001 }"#, r#"{ "id": 18446744073709551617 }"#, "[]"] {
            assert!(matches!(read(settings), Err(CaseError::Shape(_))), "{settings}");
        }
    }

    #[test]
    fn rows_and_headers_keep_their_digits() {
        let case = r#"{
            "description": "d",
            "tables": { "prices": { "1": { "price": 1.10, "id": 12345678901234567890123 } } },
            "input": [{ "headers": { "b": 1.10, "a": "x" }, "payload": {} }],
            "expected": [{}]
        }"#;
        let case = Case::read(case).unwrap();
        assert_eq!(case.tables["prices"]["1"].to_string(), r#"{"price":1.10,"id":12345678901234567890123}"#);
        assert_eq!(case.input[0].headers, [("b".to_owned(), "1.10".to_owned()), ("a".to_owned(), "x".to_owned())]);
    }
}
