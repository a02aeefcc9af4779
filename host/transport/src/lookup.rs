//! Lookup tables: an operator's reference data, read from CSV or JSON and kept in memory, each row found by its key.
//!
//! The engine loads the tables of a flow when it starts and at every reload. A table that is not what its flow states, has
//! no rows, or lost more rows than a reload may take away is refused with its place, so that the one in force stays.

mod rows;

use std::collections::HashMap;
use std::path::PathBuf;

use gantry_config::Table;

use crate::text::Unreadable;

/// One table in memory.
#[derive(Debug)]
pub struct LookupTable {
    file: PathBuf,
    key: String,
    /// Rows as JSON objects, by their keys.
    rows: HashMap<String, String>,
}

/// Why a table can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LookupTableError {
    /// The file can't be opened or read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file was written while it was read.
    #[error("{}: the file changed while it was read; load it again when it is complete", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The text is not well formed.
    #[error("{}: {problem}; {fix}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its place.
        problem: String,
        /// How to fix it.
        fix: String,
    },
    /// The JSON is not an array of objects.
    #[error("{}: {source}; a table is an array of objects", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: serde_json::Error,
    },
    /// The header has no such column.
    #[error("{}: there is no column `{key}`; its columns are: {columns}; name the key column in the table's `key`", path.display())]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The key column.
        key: String,
        /// The columns that there are.
        columns: String,
    },
    /// A row has no value in the key column.
    #[error("{}: row {row}{line} has no `{key}`; name the key column in the table's `key`", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
        /// Counted from 1, without the header.
        row: usize,
        /// Where it is, if it has a line.
        line: InLine,
        /// The key column.
        key: String,
    },
    /// Two rows have the same key.
    #[error("{}: row {row}{line} repeats `{key}` = `{value}`; each key must be unique", path.display())]
    Repeated {
        /// The file.
        path: PathBuf,
        /// Counted from 1, without the header.
        row: usize,
        /// Where it is, if it has a line.
        line: InLine,
        /// The key column.
        key: String,
        /// The repeated value.
        value: String,
    },
    /// There is no row.
    #[error(
        "{}: the table has no rows; an export may have failed. If it may be empty, state `may_be_empty = true`",
        path.display()
    )]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Too many rows are gone.
    #[error(
        "{}: the table had {before} rows and now has {now}; an export may have broken off. A reload may take away {} % \
         of them; if so many are meant to go, raise `max_shrink` of the table",
        path.display(),
        (max_shrink * 100.0).round()
    )]
    Shrunk {
        /// The file.
        path: PathBuf,
        /// The rows of the table in force.
        before: usize,
        /// The rows in the file.
        now: usize,
        /// The largest share that may be gone.
        max_shrink: f64,
    },
}

/// The line of a row; none in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InLine(Option<u64>);

impl std::fmt::Display for InLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |line| write!(f, " (line {line})"))
    }
}

/// A row that was read, and where.
struct Found {
    key: Option<String>,
    object: String,
    line: InLine,
}

impl LookupTable {
    /// Reads a table. `before` is the table of the same name that is in force.
    pub fn load(table: &Table, before: Option<&Self>) -> Result<Self, LookupTableError> {
        let mut loaded = Self { file: table.file.clone(), key: table.key.clone(), rows: HashMap::new() };
        let bytes = rows::read(&table.file)?;
        let mut count = 0;
        rows::of(table, &bytes, &mut |found| {
            count += 1;
            loaded.add(count, found)
        })?;
        loaded.check_loss(table, before)?;
        Ok(loaded)
    }

    /// The row of a key, as a JSON object.
    #[must_use]
    pub fn row(&self, key: &str) -> Option<&str> {
        self.rows.get(key).map(String::as_str)
    }

    fn add(&mut self, row: usize, found: Found) -> Result<(), LookupTableError> {
        let Found { key: value, object, line } = found;
        let path = self.file.clone();
        let key = self.key.clone();
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return Err(LookupTableError::NoKey { path, row, line, key });
        };
        match self.rows.insert(value.clone(), object) {
            None => Ok(()),
            Some(_) => Err(LookupTableError::Repeated { path, row, line, key, value }),
        }
    }

    fn check_loss(&self, table: &Table, before: Option<&Self>) -> Result<(), LookupTableError> {
        let now = self.rows.len();
        if now == 0 && !table.may_be_empty {
            return Err(LookupTableError::Empty { path: self.file.clone() });
        }
        // Another file or another key is another table.
        let same = before.filter(|before| before.file == self.file && before.key == self.key);
        let before = same.map_or(0, |before| before.rows.len());
        let gone = before.saturating_sub(now);
        if gone as f64 > table.max_shrink * before as f64 {
            let max_shrink = table.max_shrink;
            return Err(LookupTableError::Shrunk { path: self.file.clone(), before, now, max_shrink });
        }
        Ok(())
    }
}

impl LookupTableError {
    fn of(path: PathBuf, unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Bad(defect) => Self::Malformed { path, problem: defect.to_string(), fix: defect.fix },
            Unreadable::Io(source) => Self::Read { path, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gantry_config::{Dialect, Encoding};

    fn load_bytes(
        name: &str,
        bytes: &[u8],
        change: impl Fn(&mut Table),
        before: Option<&LookupTable>,
    ) -> Result<LookupTable, String> {
        let dir = tempfile::tempdir().unwrap();
        let mut table = Table::new(dir.path().join(name), "sku".to_owned());
        std::fs::write(&table.file, bytes).unwrap();
        change(&mut table);
        LookupTable::load(&table, before).map_err(|error| error.to_string())
    }

    fn load(name: &str, text: &str) -> Result<LookupTable, String> {
        load_bytes(name, text.as_bytes(), |_| {}, None)
    }

    #[test]
    fn csv_and_json_rows_are_found_by_their_key() {
        for (name, text) in [
            ("t.csv", "sku,name\n1,Käse\n2,Tee\n"),
            ("t.JSON", "\u{feff}[{\"sku\":1,\"name\":\"Käse\"},{\"sku\":\"2\"}]"),
        ] {
            let table = load(name, text).unwrap();
            assert!(table.row("1").unwrap().contains("Käse"), "{name}");
            assert_eq!(table.row("9"), None);
        }
    }

    #[test]
    fn numbers_in_json_rows_keep_their_digits() {
        let table = load("t.json", r#"[{"sku": 12345678901234567890, "price": 1.50}]"#).unwrap();
        assert_eq!(table.row("12345678901234567890"), Some(r#"{"sku":12345678901234567890,"price":1.50}"#));
    }

    #[test]
    fn a_table_with_a_missing_or_repeated_key_is_refused_with_its_row_and_line() {
        let refused = load("t.csv", "sku,name\n1,a\n\n1,b\n").unwrap_err();
        assert!(refused.contains("row 2 (line 4) repeats `sku` = `1`"), "{refused}");
        let refused = load("t.csv", "sku,name\n,a\n").unwrap_err();
        assert!(refused.contains("row 1 (line 2) has no `sku`"), "{refused}");
        for text in [r#"[{"id":1}]"#, r#"[{"sku":null}]"#, r#"[{"sku":[1]}]"#, r#"[{"sku":""}]"#] {
            let refused = load("t.json", text).unwrap_err();
            assert!(refused.contains("row 1 has no `sku`"), "{text}: {refused}");
        }
    }

    #[test]
    fn a_table_without_its_key_column_is_refused_with_the_columns_it_has() {
        for text in ["id,name\n1,a\n", "id,name\n"] {
            let refused = load("t.csv", text).unwrap_err();
            assert!(refused.contains("there is no column `sku`; its columns are: id, name"), "{refused}");
        }
    }

    #[test]
    fn a_table_that_is_not_strict_csv_is_refused_with_line_and_field() {
        let refused = load("t.csv", "sku,name\n1,\"open\n2,b\n").unwrap_err();
        assert!(refused.contains("line 2, field 2: the quote that begins this field is never closed"), "{refused}");
        assert!(
            load("t.csv", "sku,name\n1,24\" box\n").unwrap_err().contains("line 2, field 2: there is a quote inside")
        );
        assert!(load("t.csv", "sku,name\n1\n").unwrap_err().contains("line 2: the row has 1 fields"));
    }

    #[test]
    fn a_table_of_another_shape_is_refused_with_the_option_to_state() {
        let refused = load("t.csv", "sku;name\n1;a\n").unwrap_err();
        assert!(refused.contains("line 1:") && refused.contains("csv = { delimiter = \";\" }"), "{refused}");
        let utf16: Vec<u8> = "sku,name\n1,a\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let refused = load_bytes("t.csv", &utf16, |_| {}, None).unwrap_err();
        assert!(refused.contains("UTF-16LE") && refused.contains("encoding = \"utf-16le\""), "{refused}");
        let refused = load_bytes("t.json", b"[{\"sku\":\"K\xe4se\"}]", |_| {}, None).unwrap_err();
        assert!(refused.contains("invalid UTF-8 at byte 10"), "{refused}");
    }

    #[test]
    fn a_table_is_read_in_the_encoding_and_dialect_that_its_flow_states() {
        let dialect = Dialect { delimiter: b';', skip_lines: 1, comment: Some(b'#'), trim: true, ..Dialect::default() };
        let bytes = b"Products\nsku; name\n# new\n1 ; K\xe4se\n;\n\x1a";
        let table = load_bytes(
            "t.csv",
            bytes,
            |table| {
                table.dialect = dialect.clone();
                table.encoding = Encoding::of_label("windows-1252").unwrap();
            },
            None,
        );
        let table = table.unwrap();
        assert_eq!(table.row("1"), Some(r#"{"sku":"1","name":"Käse"}"#));
    }

    #[test]
    fn a_table_without_rows_is_refused_unless_it_may_be_empty() {
        for (name, text) in [("t.csv", ""), ("t.csv", "sku,name\n"), ("t.csv", "sku,name\n,\n"), ("t.json", "[]")] {
            let refused = load(name, text).unwrap_err();
            assert!(refused.contains("the table has no rows"), "{name} {text}: {refused}");
            load_bytes(name, text.as_bytes(), |table| table.may_be_empty = true, None).unwrap();
        }
    }

    #[test]
    fn a_table_that_lost_too_many_rows_is_refused_and_one_of_another_key_is_another() {
        let dir = tempfile::tempdir().unwrap();
        let mut table = Table::new(dir.path().join("t.csv"), "sku".to_owned());
        let write = |rows: usize| {
            let rows: String = (0..rows).map(|row| format!("{row},p{row}\n")).collect();
            std::fs::write(dir.path().join("t.csv"), format!("sku,id\n{rows}")).unwrap();
        };
        write(10);
        let before = LookupTable::load(&table, None).unwrap();
        write(5);
        LookupTable::load(&table, Some(&before)).unwrap();
        write(4);
        let refused = LookupTable::load(&table, Some(&before)).unwrap_err().to_string();
        assert!(refused.contains("had 10 rows and now has 4") && refused.contains("50 %"), "{refused}");
        LookupTable::load(&Table { key: "id".to_owned(), ..table.clone() }, Some(&before)).unwrap();
        table.max_shrink = 1.0;
        LookupTable::load(&table, Some(&before)).unwrap();
    }
}
