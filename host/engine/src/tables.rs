//! Lookup tables: the operator's reference data, read from CSV or JSON, kept in memory, read-only for plugins and rules.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use gantry_config::Table;
use gantry_sandbox::TableError as LookupError;

/// The tables of one flow.
#[derive(Debug, Default)]
pub struct Tables(BTreeMap<String, HashMap<String, String>>);

/// Why a table can't be read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file can't be opened or read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The CSV is not well formed.
    #[error("{}: {source}", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: csv::Error,
    },
    /// The JSON is not well formed.
    #[error("{}: {source}; a table is an array of objects", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: serde_json::Error,
    },
    /// A row has no value in the key column.
    #[error("{}: row {row} has no `{key}`; name the key column in the table's `key`", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
        /// Counted from 1, without the header.
        row: usize,
        /// The key column.
        key: String,
    },
    /// Two rows have the same key.
    #[error("{}: row {row} repeats `{key}` = `{value}`; each key must be unique", path.display())]
    Repeated {
        /// The file.
        path: PathBuf,
        /// Counted from 1, without the header.
        row: usize,
        /// The key column.
        key: String,
        /// The repeated value.
        value: String,
    },
}

impl Tables {
    /// Reads all tables of a flow; every fault is reported with its table's name.
    pub fn load(tables: &BTreeMap<String, Table>) -> Result<Self, Vec<(String, TableError)>> {
        let mut loaded = BTreeMap::new();
        let mut faults = Vec::new();
        for (name, table) in tables {
            match rows(&table.file).and_then(|rows| index(&table.file, &table.key, rows)) {
                Ok(rows) => drop(loaded.insert(name.clone(), rows)),
                Err(fault) => faults.push((name.clone(), fault)),
            }
        }
        if faults.is_empty() { Ok(Self(loaded)) } else { Err(faults) }
    }
}

impl gantry_rules::Lookup for Tables {
    fn has(&self, table: &str, key: &str) -> bool {
        self.0.get(table).is_some_and(|rows| rows.contains_key(key))
    }
}

impl gantry_sandbox::Tables for Tables {
    fn get(&self, table: &str, keys: &[String]) -> Result<Vec<Option<String>>, LookupError> {
        let rows = self.0.get(table).ok_or(LookupError::UnknownTable)?;
        Ok(keys.iter().map(|key| rows.get(key).cloned()).collect())
    }
}

type Row = serde_json::Map<String, serde_json::Value>;

fn rows(file: &Path) -> Result<Vec<Row>, TableError> {
    let path = file.to_path_buf();
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(source) => return Err(TableError::Read { path, source }),
    };
    if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        return serde_json::from_slice(&bytes).map_err(|source| TableError::Json { path, source });
    }
    csv_rows(&bytes).map_err(|source| TableError::Csv { path, source })
}

fn csv_rows(bytes: &[u8]) -> Result<Vec<Row>, csv::Error> {
    let without_mark = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = csv::Reader::from_reader(without_mark);
    let header = reader.headers()?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let fields = record.iter().map(|field| field.to_owned().into());
        rows.push(header.iter().map(str::to_owned).zip(fields).collect());
    }
    Ok(rows)
}

fn index(file: &Path, key: &str, rows: Vec<Row>) -> Result<HashMap<String, String>, TableError> {
    let mut indexed = HashMap::with_capacity(rows.len());
    for (row, object) in (1..).zip(rows) {
        let no_key = || TableError::NoKey { path: file.to_path_buf(), row, key: key.to_owned() };
        let value = match object.get(key).ok_or_else(no_key)? {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Null => return Err(no_key()),
            other => other.to_string(),
        };
        let text = serde_json::Value::Object(object).to_string();
        if indexed.insert(value.clone(), text).is_some() {
            return Err(TableError::Repeated { path: file.to_path_buf(), row, key: key.to_owned(), value });
        }
    }
    Ok(indexed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gantry_sandbox::Tables as _;

    fn load(name: &str, text: &str, key: &str) -> Result<Tables, Vec<(String, TableError)>> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(name);
        std::fs::write(&file, text).unwrap();
        Tables::load(&[("t".to_owned(), Table { file, key: key.to_owned() })].into())
    }

    #[test]
    fn csv_and_json_rows_are_found_by_their_key() {
        for (name, text) in
            [("t.csv", "sku,name\n1,Käse\n2,Tee\n"), ("t.json", r#"[{"sku":1,"name":"Käse"},{"sku":"2"}]"#)]
        {
            let tables = load(name, text, "sku").unwrap();
            let rows = tables.get("t", &["1".into(), "9".into()]).unwrap();
            assert!(rows[0].as_ref().unwrap().contains("Käse"), "{name}");
            assert_eq!(rows[1], None);
        }
    }

    #[test]
    fn a_table_with_a_missing_or_repeated_key_is_refused_with_its_row() {
        let text = |result: Result<Tables, Vec<(String, TableError)>>| result.unwrap_err()[0].1.to_string();
        assert!(text(load("t.csv", "sku,name\n1,a\n1,b\n", "sku")).contains("row 2 repeats `sku` = `1`"));
        assert!(text(load("t.csv", "sku,name\n1,a\n", "id")).contains("row 1 has no `id`"));
        assert!(text(load("t.csv", "sku,name\n1\n", "sku")).contains("line: 2"));
    }
}
