//! The author's samples: files that are run as messages, with settings and tables as in a flow; for `plugin dev`, and for
//! `plugin case`, which writes down what became of one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use gantry_config::Table;
use gantry_core::file_name;
use gantry_core::{
    Clock as _, Grants, Headers, Limits, Manifest, Message, Outcome, Place, Reuse, SystemClock, TargetName, Timestamp,
};
use gantry_engine::tables::Tables;
use gantry_golden::{Rows, log_lines, numbered};
use gantry_sandbox::{Invocation, Plugin, PluginFault, PreparedStep, StepConfig, TableError};
use parking_lot::Mutex;
use serde_json::Value;

/// Media types by extension; anything else is bytes.
const MEDIA_TYPES: &[(&str, &str)] =
    &[("json", "application/json"), ("xml", "application/xml"), ("csv", "text/csv"), ("txt", "text/plain")];

/// What each round runs in addition to the golden cases.
#[derive(Debug)]
pub(super) struct Samples {
    /// A file, or a folder of files; none without samples.
    pub(super) input: Option<PathBuf>,
    pub(super) settings: Option<PathBuf>,
    pub(super) tables: Vec<TableFile>,
    pub(super) targets: BTreeSet<TargetName>,
    /// What one call may consume.
    pub(super) limits: Limits,
    /// The time for plugins; the same in every round, so that outputs with the time do not look changed.
    pub(super) now: Timestamp,
}

/// `NAME=FILE:KEY`
#[derive(Clone, Debug)]
pub(super) struct TableFile {
    name: String,
    file: PathBuf,
    key: String,
}

/// A sample that was run.
pub(super) struct SampleRun {
    /// Its file's name.
    pub(super) name: String,
    /// The plugin's outcome or fault, or why it could not be run.
    pub(super) outcome: anyhow::Result<Result<Outcome, PluginFault>>,
    /// What it logged.
    pub(super) log: Vec<Value>,
}

/// The time for plugins that ask for it.
pub(super) fn now() -> Timestamp {
    SystemClock.now()
}

impl Samples {
    /// Every path whose change starts a new round.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        let tables = self.tables.iter().map(|table| &table.file);
        self.input.iter().chain(&self.settings).chain(tables).cloned().collect()
    }

    /// Checks settings and tables once, before the first round.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        self.settings()?;
        self.tables().map(drop)
    }

    /// Runs every sample in a fresh instance.
    pub(super) fn run(&self, plugin: &Plugin) -> anyhow::Result<Vec<SampleRun>> {
        let files = self.files()?;
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let step = plugin.prepare(self.step(plugin.manifest())?)?;
        Ok(files.iter().enumerate().map(|(index, file)| self.run_one(&step, index, file)).collect())
    }

    /// Runs a message in a fresh instance; returns the outcome, and the rows that the plugin looked up.
    pub(super) fn record(
        &self,
        plugin: &Plugin,
        message: &Message,
    ) -> anyhow::Result<(Result<Outcome, PluginFault>, Rows)> {
        let tables = Arc::new(RecordedTables { tables: self.tables()?, rows: Mutex::default() });
        let step = StepConfig { tables: tables.clone(), ..self.step(plugin.manifest())? };
        let step = plugin.prepare(step)?;
        let outcome = step.run(&[Invocation { message, attempt: 1 }], self.now).outcomes.pop();
        let outcome = outcome.ok_or_else(|| anyhow!("the plugin was not run"))?;
        let rows = tables.rows.lock().clone();
        Ok((outcome, rows))
    }

    fn run_one(&self, step: &PreparedStep, index: usize, file: &Path) -> SampleRun {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (outcome, log) = log_lines::catch(|| {
            let message = self.message(index, file)?;
            let batch = [Invocation { message: &message, attempt: 1 }];
            step.run(&batch, self.now).outcomes.pop().ok_or_else(|| anyhow!("the plugin was not run"))
        });
        SampleRun { name, outcome, log }
    }

    /// The sample files, sorted, without hidden files, which editors create.
    fn files(&self) -> anyhow::Result<Vec<PathBuf>> {
        let Some(input) = &self.input else { return Ok(Vec::new()) };
        if input.is_file() {
            return Ok(vec![input.clone()]);
        }
        let entries = std::fs::read_dir(input).with_context(|| format!("failed to read {}", input.display()))?;
        let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        files.retain(|file| file.is_file() && !is_hidden(file));
        files.sort();
        Ok(files)
    }

    /// The message of a file.
    pub(super) fn message(&self, index: usize, file: &Path) -> anyhow::Result<Message> {
        let payload = std::fs::read(file).with_context(|| format!("failed to read {}", file.display()))?;
        Ok(Message {
            id: numbered(index),
            key: None,
            content_type: media_type(file).to_owned(),
            headers: Headers::new(),
            event_time: self.now,
            payload: payload.into(),
        })
    }

    /// A step as in a flow; it grants everything that the plugin asks for.
    fn step(&self, manifest: &Manifest) -> anyhow::Result<StepConfig> {
        let lookup = manifest.wants.lookup.iter().cloned().collect();
        Ok(StepConfig {
            flow: "dev".parse()?,
            step: "sample".to_owned(),
            place: Place::whole("samples"),
            tables: Arc::new(self.tables()?),
            settings: self.settings()?,
            grants: Grants { lookup, clock: manifest.wants.clock, ..Grants::default() },
            limits: self.limits,
            reuse: Reuse::Fresh,
            routes: self.targets.clone(),
        })
    }

    /// The settings of the step; null without a file.
    pub(super) fn settings(&self) -> anyhow::Result<Value> {
        let Some(file) = &self.settings else { return Ok(Value::Null) };
        let text = std::fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
        let settings: Value = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
        if !settings.is_object() {
            bail!("{}: the settings must be a JSON object, like `[step.settings]` of a flow", file.display());
        }
        Ok(settings)
    }

    fn tables(&self) -> anyhow::Result<Tables> {
        let tables: BTreeMap<_, _> = self
            .tables
            .iter()
            .map(|table| (table.name.clone(), Table::new(table.file.clone(), table.key.clone())))
            .collect();
        Tables::load(&tables, None).map_err(|faults| {
            let faults: Vec<_> = faults.iter().map(|(name, fault)| format!("table `{name}`: {fault}")).collect();
            anyhow!("{}", faults.join("\n"))
        })
    }
}

/// Tables that remember the rows that were looked up.
struct RecordedTables {
    tables: Tables,
    rows: Mutex<Rows>,
}

impl gantry_sandbox::Tables for RecordedTables {
    fn get(&self, table: &str, keys: &[String]) -> Result<Vec<Option<String>>, TableError> {
        let found = gantry_sandbox::Tables::get(&self.tables, table, keys)?;
        let mut rows = self.rows.lock();
        let known = rows.entry(table.to_owned()).or_default();
        known.extend(keys.iter().zip(&found).filter_map(|(key, row)| Some((key.clone(), row.clone()?))));
        Ok(found)
    }
}

impl FromStr for TableFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('=').and_then(|(name, rest)| Some((name, rest.rsplit_once(':')?)));
        match parts {
            Some((name, (file, key))) if ![name, file, key].contains(&"") => {
                Ok(Self { name: name.to_owned(), file: file.into(), key: key.to_owned() })
            }
            _ => Err("write a table as NAME=FILE:KEY, for instance products=data/products.csv:sku".to_owned()),
        }
    }
}

fn is_hidden(file: &Path) -> bool {
    file.file_name().is_none_or(|name| file_name::is_hidden(&name.to_string_lossy()))
}

fn media_type(file: &Path) -> &'static str {
    let extension = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    MEDIA_TYPES.iter().find(|(known, _)| *known == extension).map_or("application/octet-stream", |(_, media)| media)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_determines_the_media_type() {
        let found = ["a.json", "a.XML", "a.csv", "a.txt", "a.edi", "a"].map(|name| media_type(Path::new(name)));
        let bytes = "application/octet-stream";
        assert_eq!(found, ["application/json", "application/xml", "text/csv", "text/plain", bytes, bytes]);
    }

    #[test]
    fn a_table_has_a_name_a_file_and_a_key() {
        let table: TableFile = "products=C:/data/p.csv:sku".parse().unwrap();
        assert_eq!((&*table.name, &*table.key, table.file), ("products", "sku", "C:/data/p.csv".into()));
        for wrong in ["products", "products=p.csv", "=p.csv:sku", "products=:sku", "products=p.csv:"] {
            assert!(wrong.parse::<TableFile>().is_err_and(|text| text.contains("NAME=FILE:KEY")), "{wrong}");
        }
    }
}
