//! The rows of a table's file, one by one: CSV by the strict reader, or the objects of a JSON array as written.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use gantry_config::Table;
use serde_json::value::RawValue;

use super::{Found, InLine, LookupTableError};
use crate::csv::{Columns, Rows};
use crate::defect::Place;
use crate::json::{self, Pointer};
use crate::text::{RecordLimit, Text, Unreadable};

/// Takes rows.
type Sink<'s> = dyn FnMut(Found) -> Result<(), LookupTableError> + 's;

/// All bytes of a file that nobody wrote meanwhile.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, LookupTableError> {
    let failed = |source| LookupTableError::Read { path: path.to_path_buf(), source };
    let mut file = File::open(path).map_err(failed)?;
    let before = file.metadata().map_err(failed)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed)?;
    let after = file.metadata().map_err(failed)?;
    let is_same = before.len() == after.len() && before.modified().ok() == after.modified().ok();
    if is_same { Ok(bytes) } else { Err(LookupTableError::Changed { path: path.to_path_buf() }) }
}

/// Passes every row to `sink`, in order.
pub(super) fn of(table: &Table, bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), LookupTableError> {
    if table.file.extension().is_some_and(|end| end.eq_ignore_ascii_case("json")) {
        of_json(table, bytes, sink)
    } else {
        of_csv(table, bytes, sink)
    }
}

fn of_csv(table: &Table, bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), LookupTableError> {
    let unreadable = |error| LookupTableError::of(table.file.clone(), error);
    let columns = Columns::survey(&mut csv_rows(table, bytes)?).map_err(unreadable)?;
    if columns.is_empty() {
        return Ok(());
    }
    let key = columns.position(&table.key).ok_or_else(|| LookupTableError::NoColumn {
        path: table.file.clone(),
        key: table.key.clone(),
        columns: columns.listed(),
    })?;
    let mut rows = csv_rows(table, bytes)?;
    rows.header().map_err(unreadable)?;
    while let Some(row) = rows.next().map_err(unreadable)? {
        let key = Some(row.field(key).to_owned());
        sink(Found { key, object: columns.object(row), line: InLine(Some(row.line())) })?;
    }
    Ok(())
}

fn csv_rows<'t>(table: &'t Table, bytes: &'t [u8]) -> Result<Rows<'t, &'t [u8]>, LookupTableError> {
    Ok(Rows::new(text(table, bytes)?, &table.dialect, RecordLimit::none()))
}

fn of_json(table: &Table, bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), LookupTableError> {
    let path = || table.file.clone();
    let mut decoded = Vec::new();
    let read = text(table, bytes)?.read_to_end(&mut decoded);
    read.map_err(|error| LookupTableError::of(path(), Unreadable::of_io(error, Place::File)))?;
    if decoded.trim_ascii().is_empty() {
        return Ok(());
    }
    let rows: Vec<&RawValue> =
        serde_json::from_slice(&decoded).map_err(|source| LookupTableError::Json { path: path(), source })?;
    let key = Pointer::to_member(&table.key);
    for row in rows {
        if !row.get().starts_with('{') {
            let source = serde::de::Error::custom("a row is not an object");
            return Err(LookupTableError::Json { path: path(), source });
        }
        let found = key
            .find(row.get().as_bytes())
            .map_err(|error| LookupTableError::Json { path: path(), source: serde::de::Error::custom(error) })?;
        sink(Found { key: found.scalar(), object: json::compact(row.get()), line: InLine(None) })?;
    }
    Ok(())
}

fn text<'b>(table: &Table, bytes: &'b [u8]) -> Result<Text<&'b [u8]>, LookupTableError> {
    Text::open(bytes, table.encoding, RecordLimit::none())
        .map_err(|error| LookupTableError::of(table.file.clone(), Unreadable::of_io(error, Place::Line(1))))
}
