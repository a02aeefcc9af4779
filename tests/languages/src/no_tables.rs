//! A step's tables, of which there are none.

use gantry_sandbox::{TableError, Tables};

/// Knows no table.
pub struct NoTables;

impl Tables for NoTables {
    fn get(&self, _: &str, _: &[String]) -> Result<Vec<Option<String>>, TableError> {
        Err(TableError::UnknownTable)
    }
}
