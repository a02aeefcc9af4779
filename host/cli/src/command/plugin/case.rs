//! A golden case as it stands in its file. The format is in `docs/reference/golden-cases.md`.

mod expand;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use gantry_core::{Grants, Headers, Limits, Manifest, Message, MessageId, Reuse, TargetName, Timestamp};
use gantry_sandbox::{StepConfig, TableError, Tables};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::exit::{Exit, Failure, OrExit as _};

use expand::expand;

/// Longer than in a flow: a case is about what comes out, and test machines are busy.
const DEADLINE: Duration = Duration::from_secs(10);

/// A golden case, not yet read: one that can't be read has failed, and the others are run all the same.
pub(super) struct CaseFile {
    pub(super) name: String,
    pub(super) text: anyhow::Result<String>,
}

/// The golden cases of a directory, in the order of their names.
pub(super) fn files(directory: &Path) -> Result<Vec<CaseFile>, Failure> {
    let context = || format!("failed to read the golden cases in {}", directory.display());
    let entries = std::fs::read_dir(directory).with_context(context).or_exit(Exit::NotFound)?;
    let mut files = Vec::new();
    for entry in entries {
        let file = entry.with_context(context)?.path();
        if file.extension().is_some_and(|extension| extension == "json") {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            files.push(CaseFile { name, text: std::fs::read_to_string(&file).context("the case can't be read") });
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    if files.is_empty() {
        return Err(Failure::new(Exit::NotFound, anyhow!("no golden case in {}", directory.display())));
    }
    Ok(files)
}

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
    #[serde(default)]
    input: Vec<Input>,
    /// The outcome of each message.
    #[serde(default)]
    pub(super) expected: Vec<Value>,
    /// The lines the plugin must log, all of them, in order; not looked at unless given.
    pub(super) log: Option<Vec<Value>>,
    /// The settings must be refused with these violations; then there is no message.
    pub(super) refused: Option<Vec<Value>>,
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
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        let mut case = serde_json::from_str(text).context("this is not JSON")?;
        expand(&mut case)?;
        let case: Self = serde_json::from_value(case).context("this is not a golden case")?;
        let (inputs, outcomes) = (case.input.len(), case.expected.len());
        if inputs != outcomes {
            bail!("the case has {inputs} messages in `input` and {outcomes} outcomes in `expected`");
        }
        if case.refused.is_some() && inputs > 0 {
            bail!("the case says that its settings are refused: then no message can be in `input`");
        }
        Ok(case)
    }

    pub(super) const fn now(&self) -> Timestamp {
        Timestamp(self.now_ms)
    }

    /// The messages, each with the attempt it is at.
    pub(super) fn messages(&self) -> anyhow::Result<Vec<(Message, u32)>> {
        let message = |(index, input): (usize, &Input)| Ok((input.message(index, self.now())?, input.attempt));
        self.input.iter().enumerate().map(message).collect()
    }

    /// The step a flow would have.
    ///
    /// Whatever the plugin's manifest wants is granted, since without it the plugin would not even start; a table the
    /// case does not grant is then unknown to the plugin.
    pub(super) fn into_step(self, manifest: &Manifest, name: &str, expected: &[Value]) -> anyhow::Result<StepConfig> {
        let routes = expected.iter().flat_map(routes).map(str::parse).collect::<Result<BTreeSet<TargetName>, _>>()?;
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
            reuse: Reuse::Fresh,
            routes,
        })
    }
}

impl Input {
    fn message(&self, index: usize, now: Timestamp) -> anyhow::Result<Message> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Ok(Message {
            id: self.id.unwrap_or_else(|| numbered(index)),
            key: self.key.clone(),
            content_type: self.content_type.clone(),
            headers: self.headers.iter().map(|(name, value)| (name.clone(), text(value))).collect::<Headers>(),
            event_time: self.event_time_ms.map_or(now, Timestamp),
            payload: payload(&self.payload)?,
        })
    }
}

/// An id that is the same in every run, made from the message's position.
pub(super) fn numbered(index: usize) -> MessageId {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&(index as u64).to_be_bytes());
    MessageId::from_bytes(id)
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
