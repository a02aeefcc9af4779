//! What the host would do, in memory: for unit tests, golden cases and native benchmarks.

use std::collections::HashMap;

use crate::log::Level;
use crate::lookup::LookupError;

/// A stand-in for the host: reference tables and a clock that stands still.
///
/// ```
/// use gantry_sdk::host::Host;
/// use gantry_sdk::prelude::*;
/// use serde_json::json;
///
/// let host = Host::new().table("products", [("12345", json!({"name": "Stapler"}))]).at(1_700_000_000_000);
/// let ctx = Context::new(NoSettings {}, host);
/// assert_eq!(ctx.now().as_secs(), 1_700_000_000);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Host {
    tables: HashMap<String, HashMap<String, String>>,
    now_ms: u64,
}

impl Host {
    /// No tables; the clock shows the epoch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a table of these rows by key.
    #[must_use]
    pub fn table<K: Into<String>>(
        mut self,
        name: impl Into<String>,
        rows: impl IntoIterator<Item = (K, serde_json::Value)>,
    ) -> Self {
        let rows = rows.into_iter().map(|(key, row)| (key.into(), row.to_string())).collect();
        self.tables.insert(name.into(), rows);
        self
    }

    /// Sets the clock, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn at(mut self, now_ms: u64) -> Self {
        self.now_ms = now_ms;
        self
    }

    pub(crate) fn rows(&self, table: &str, keys: &[String]) -> Result<Vec<Option<String>>, LookupError> {
        let rows = self.tables.get(table).ok_or_else(|| LookupError::UnknownTable { table: table.to_owned() })?;
        Ok(keys.iter().map(|key| rows.get(key).cloned()).collect())
    }

    pub(crate) const fn now_ms(&self) -> u64 {
        self.now_ms
    }
}

/// Lines are not told apart here.
#[cfg(target_family = "wasm")]
pub(crate) const fn log_about(_id: &str) {}

pub(crate) fn write_log(level: Level, text: &str, fields: &[(&str, &str)]) {
    eprintln!("{level:?}: {text} {fields:?}");
}
