//! A golden case as its file states it. The format is in `docs/reference/golden-cases.md`.

mod expand;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use gantry_core::{Grants, Headers, Limits, Manifest, Message, MessageId, Place, Reuse, TargetName, Timestamp};
use gantry_sandbox::{StepConfig, TableError, Tables};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::CaseError;
use expand::expand;

/// The flow that a plugin's log lines name.
const FLOW: &str = "golden-case";

/// A golden case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows, in a sentence.
    pub description: String,
    #[serde(default)]
    settings: Map<String, Value>,
    /// All tables of the case unless given, and what the plugin's manifest wants.
    grants: Option<GrantsInCase>,
    /// Rows by table and key.
    #[serde(default)]
    tables: BTreeMap<String, BTreeMap<String, Value>>,
    #[serde(default)]
    now_ms: u64,
    #[serde(default)]
    input: Vec<Input>,
    /// The outcome of each message.
    #[serde(default)]
    pub expected: Vec<Value>,
    /// The lines the plugin must log, all of them, in order; not compared unless given.
    pub log: Option<Vec<Value>>,
    /// The settings must be refused with these violations; then there is no message.
    pub refused: Option<Vec<Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct GrantsInCase {
    lookup: BTreeSet<String>,
    clock: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    #[serde(default = "json")]
    content_type: String,
    key: Option<String>,
    #[serde(default)]
    headers: Map<String, Value>,
    payload: Value,
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
        let mut case = serde_json::from_str(text).map_err(CaseError::Json)?;
        expand(&mut case)?;
        let case: Self = serde_json::from_value(case).map_err(CaseError::Shape)?;
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
        expected: &[Value],
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
            headers: self.headers.iter().map(|(name, value)| (name.clone(), header_text(value))).collect::<Headers>(),
            event_time: self.event_time_ms.map_or(now, Timestamp),
            payload: payload(&self.payload)?,
        })
    }
}

fn header_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An id that is the same in every run, made from the message's position.
#[must_use]
pub fn numbered(index: usize) -> MessageId {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&(index as u64).to_be_bytes());
    MessageId::from_bytes(id)
}

/// `{"text": …}` and `{"base64": …}` are the raw payload; anything else is JSON.
pub(crate) fn payload(value: &Value) -> Result<Bytes, CaseError> {
    Ok(match raw(value) {
        Some(("text", text)) => Bytes::copy_from_slice(text.as_bytes()),
        Some((_, base64)) => STANDARD.decode(base64).map_err(|source| not_base64(base64, source))?.into(),
        None => value.to_string().into(),
    })
}

fn not_base64(text: &str, source: base64::DecodeError) -> CaseError {
    CaseError::Base64 { text: text.to_owned(), source }
}

/// The one member of `{"text": …}` or `{"base64": …}`.
pub(crate) fn raw(value: &Value) -> Option<(&str, &str)> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    let (name, text) = members.iter().next()?;
    if matches!(name.as_str(), "text" | "base64") { Some((name, text.as_str()?)) } else { None }
}

/// The targets an expected outcome names.
fn routes(expected: &Value) -> impl Iterator<Item = &str> {
    let outputs = expected.get("emit").and_then(Value::as_array).into_iter().flatten();
    outputs.filter_map(|output| output.get("route")?.as_str())
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
