//! Reference tables that the operator loads: typed rows, found by key. See [`Context::lookup`].
//!
//! [`Context::lookup`]: crate::context::Context::lookup

use std::fmt;

use serde::de::DeserializeOwned;

use crate::check::Defect;
use crate::json;

/// Why a lookup failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookupError {
    /// The flow has no such table, or doesn't grant it.
    UnknownTable {
        /// Its name.
        table: String,
    },
    /// The table exists but can't be read at present.
    Unavailable {
        /// Its name.
        table: String,
    },
    /// A row doesn't fit the type that the plugin reads it into.
    UnfitRow {
        /// The table's name.
        table: String,
        /// The row's key.
        key: String,
        /// What doesn't fit.
        text: String,
    },
    /// Anything else.
    Other {
        /// The table's name.
        table: String,
        /// What the host says.
        text: String,
    },
}

impl LookupError {
    /// Stable and countable.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownTable { .. } => "unknown-table",
            Self::Unavailable { .. } => "table-unavailable",
            Self::UnfitRow { .. } => "unfit-table-row",
            Self::Other { .. } => "lookup-failed",
        }
    }
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownTable { table } => {
                write!(f, "the flow has no table `{table}`, or doesn't grant it to this step")
            }
            Self::Unavailable { table } => write!(f, "the table `{table}` can't be read just now"),
            Self::UnfitRow { table, key, text } => write!(f, "the row `{key}` of the table `{table}`: {text}"),
            Self::Other { table, text } => write!(f, "the table `{table}`: {text}"),
        }
    }
}

impl std::error::Error for LookupError {}

/// The rows of one lookup, in the order of its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows<R> {
    table: String,
    keys: Vec<String>,
    rows: Vec<Option<R>>,
}

impl<R: DeserializeOwned> Rows<R> {
    pub(crate) fn read(table: &str, keys: Vec<String>, found: Vec<Option<String>>) -> Result<Self, LookupError> {
        if found.len() != keys.len() {
            let text = format!("the host answered {} rows for {} keys", found.len(), keys.len());
            return Err(LookupError::Other { table: table.to_owned(), text });
        }
        let mut rows = Vec::with_capacity(found.len());
        for (key, row) in keys.iter().zip(found) {
            let read = row.map(|row| json::read(&row)).transpose();
            rows.push(read.map_err(|unfit| LookupError::UnfitRow {
                table: table.to_owned(),
                key: key.clone(),
                text: format!("{} at `{}`", unfit.text, unfit.path),
            })?);
        }
        Ok(Self { table: table.to_owned(), keys, rows })
    }
}

impl<R> Rows<R> {
    /// The row with the key at this position.
    ///
    /// # Panics
    ///
    /// If no key was looked up at this position: a mistake of the plugin, and not of the data.
    #[must_use]
    #[track_caller]
    pub fn get(&self, position: usize) -> Option<&R> {
        match self.rows.get(position) {
            Some(row) => row.as_ref(),
            None => self.no_key(position),
        }
    }

    /// Referential integrity: the row, or a defect with this code (for instance `unknown-product`) that names key and
    /// table.
    ///
    /// # Panics
    ///
    /// If no key was looked up at this position: a mistake of the plugin, and not of the data.
    #[track_caller]
    pub fn known(&self, position: usize, code: &'static str) -> Result<&R, Defect> {
        self.get(position).ok_or_else(|| {
            let text = format!("`{}` is not in the table `{}`", self.keys[position], self.table);
            Defect::new(code, text)
        })
    }

    #[cold]
    #[track_caller]
    fn no_key(&self, position: usize) -> ! {
        panic!("there is no position {position} in a lookup of {} keys in the table `{}`", self.keys.len(), self.table)
    }
}

#[cfg(test)]
mod tests {
    use crate::host::Host;
    use crate::prelude::*;
    use serde_json::json;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Product {
        name: String,
    }

    fn ctx() -> Context {
        Context::new(NoSettings {}, Host::new().table("products", [("1", json!({"name": "Chai"})), ("2", json!([]))]))
    }

    #[test]
    fn rows_come_in_the_order_of_the_keys() {
        let rows = ctx().lookup::<Product>("products", ["9", "1"]).unwrap();
        assert_eq!(rows.get(0), None);
        assert_eq!(rows.get(1).unwrap().name, "Chai");
        assert_eq!(rows.known(0, "unknown-product").unwrap_err().text, "`9` is not in the table `products`");
    }

    #[test]
    #[should_panic = "there is no position 2 in a lookup of 2 keys in the table `products`"]
    fn a_position_without_a_key_is_a_mistake_of_the_plugin() {
        let rows = ctx().lookup::<Product>("products", ["9", "1"]).unwrap();
        let _ = rows.known(2, "unknown-product");
    }

    #[test]
    fn a_row_that_does_not_fit_names_itself() {
        let error = ctx().lookup::<Product>("products", ["2"]).unwrap_err();
        assert_eq!(error.code(), "unfit-table-row");
        assert!(error.to_string().starts_with("the row `2` of the table `products`"), "{error}");
    }

    #[test]
    fn a_table_that_is_not_there_is_named() {
        assert_eq!(ctx().lookup::<Product>("prices", ["1"]).unwrap_err().code(), "unknown-table");
    }
}
