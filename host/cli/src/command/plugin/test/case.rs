//! A golden case as it stands in its file. The format is in `docs/reference/golden-cases.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use gantry_core::{Headers, Manifest, Message, MessageId, TargetName, Timestamp};
use gantry_sandbox::{Grants, Limits, StepConfig, TableError, Tables};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Longer than in a flow: a case is about what comes out, and test machines are busy.
const DEADLINE: Duration = Duration::from_secs(10);

/// A golden case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// What it shows, in a sentence.
    pub(super) description: String,
    #[serde(default)]
    settings: Map<String, Value>,
    /// All tables of the case and the clock unless given.
    grants: Option<GrantsInCase>,
    /// Rows by table and key.
    #[serde(default)]
    tables: BTreeMap<String, BTreeMap<String, Value>>,
    #[serde(default)]
    now_ms: u64,
    input: Vec<Input>,
    /// The outcome of each message.
    pub(super) expected: Vec<Value>,
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
}

impl Case {
    pub(super) fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file).context("the case can't be read")?;
        let case: Self = serde_json::from_str(&text).context("this is not a golden case")?;
        let (inputs, outcomes) = (case.input.len(), case.expected.len());
        if inputs != outcomes || inputs == 0 {
            bail!("the case has {inputs} messages in `input` and {outcomes} outcomes in `expected`");
        }
        Ok(case)
    }

    pub(super) const fn now(&self) -> Timestamp {
        Timestamp(self.now_ms)
    }

    pub(super) fn messages(&self) -> anyhow::Result<Vec<Message>> {
        self.input.iter().enumerate().map(|(index, input)| input.message(index, self.now())).collect()
    }

    /// The step a flow would have.
    ///
    /// Whatever the plugin's manifest wants is granted, since without it the plugin would not even start; a table the
    /// case does not grant is then unknown to the plugin.
    pub(super) fn into_step(self, manifest: &Manifest, name: &str) -> anyhow::Result<StepConfig> {
        let routes =
            self.expected.iter().flat_map(routes).map(str::parse).collect::<Result<BTreeSet<TargetName>, _>>()?;
        let clock = manifest.wants.clock || self.grants.as_ref().is_none_or(|grants| grants.clock);
        let lookup = manifest.wants.lookup.iter().chain(self.tables.keys()).cloned().collect();
        let granted = |table: &String| self.grants.as_ref().is_none_or(|grants| grants.lookup.contains(table));
        let tables = self.tables.iter().filter(|(table, _)| granted(table)).map(|(table, rows)| {
            let rows = rows.iter().map(|(key, row)| (key.clone(), row.to_string())).collect();
            (table.clone(), rows)
        });
        Ok(StepConfig {
            flow: "golden-case".parse()?,
            step: name.to_owned(),
            place: format!("cases/{name}.json"),
            tables: Arc::new(CaseTables(tables.collect())),
            settings: Value::Object(self.settings),
            grants: Grants { lookup, clock },
            limits: Limits { deadline: DEADLINE, ..Limits::default() },
            routes,
        })
    }
}

impl Input {
    fn message(&self, index: usize, event_time: Timestamp) -> anyhow::Result<Message> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut id = [0; 16];
        id[8..].copy_from_slice(&(index as u64).to_be_bytes());
        Ok(Message {
            id: MessageId::from_bytes(id),
            key: self.key.clone(),
            content_type: self.content_type.clone(),
            headers: self.headers.iter().map(|(name, value)| (name.clone(), text(value))).collect::<Headers>(),
            event_time,
            payload: payload(&self.payload)?,
        })
    }
}

/// `{"text": …}` and `{"base64": …}` are the raw payload; anything else is JSON.
pub(super) fn payload(value: &Value) -> anyhow::Result<Bytes> {
    Ok(match raw(value) {
        Some(("text", text)) => Bytes::copy_from_slice(text.as_bytes()),
        Some((_, base64)) => STANDARD.decode(base64).with_context(|| format!("`{base64}` is not base64"))?.into(),
        None => value.to_string().into(),
    })
}

/// The one member of `{"text": …}` or `{"base64": …}`.
pub(super) fn raw(value: &Value) -> Option<(&str, &str)> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    let (name, text) = members.iter().next()?;
    if matches!(name.as_str(), "text" | "base64") { Some((name, text.as_str()?)) } else { None }
}

/// The targets an expected outcome names.
fn routes(expected: &Value) -> impl Iterator<Item = &str> {
    let outputs = expected.get("emit").and_then(Value::as_array).into_iter().flatten();
    outputs.filter_map(|output| output.get("route")?.as_str())
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
