//! The lookup tables of a flow, in memory, read-only for plugins and rules.

use std::collections::BTreeMap;

use gantry_config::Table;
use gantry_sandbox::TableError as LookupError;
use gantry_transport::lookup::{LookupTable, LookupTableError};

/// The tables of one flow.
#[derive(Debug, Default)]
pub struct Tables(BTreeMap<String, LookupTable>);

impl Tables {
    /// Reads all tables of a flow; every fault is reported with its table's name. `before` are the tables in force: one
    /// that lost too many rows since is refused.
    pub fn load(
        tables: &BTreeMap<String, Table>,
        before: Option<&Self>,
    ) -> Result<Self, Vec<(String, LookupTableError)>> {
        let mut loaded = BTreeMap::new();
        let mut faults = Vec::new();
        for (name, table) in tables {
            match LookupTable::load(table, before.and_then(|before| before.0.get(name))) {
                Ok(table) => drop(loaded.insert(name.clone(), table)),
                Err(fault) => faults.push((name.clone(), fault)),
            }
        }
        if faults.is_empty() { Ok(Self(loaded)) } else { Err(faults) }
    }
}

impl gantry_rules::Lookup for Tables {
    fn has(&self, table: &str, key: &str) -> bool {
        self.0.get(table).is_some_and(|table| table.row(key).is_some())
    }
}

impl gantry_sandbox::Tables for Tables {
    fn get(&self, table: &str, keys: &[String]) -> Result<Vec<Option<String>>, LookupError> {
        let table = self.0.get(table).ok_or(LookupError::UnknownTable)?;
        Ok(keys.iter().map(|key| table.row(key).map(str::to_owned)).collect())
    }
}
