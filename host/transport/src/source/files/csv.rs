//! CSV: the header row names the columns. Each row is an object of strings, or consecutive rows with the same value in one
//! column form one message.
//!
//! Values stay strings: `007` and `1.50` are passed on as written. Every row must have as many fields as the header. A
//! group whose value comes again later in the file is refused: two messages would pass for one order each, and
//! deduplication would drop the second.

use std::collections::HashMap;

use gantry_core::Digest;

use super::input::Input;
use super::record::{Record, Sink, SplitError, too_long};
use super::{CsvOptions, ROWS};
use crate::csv::{Columns, Rows, quoted};
use crate::defect::{Defect, Place};
use crate::text::{RecordLimit, Text};

type FileRows<'d, 'f> = Rows<'d, &'f mut Input>;

/// How the rows of a file become records.
#[derive(Debug)]
pub(super) struct Layout {
    options: CsvOptions,
    columns: Columns,
    group_by: Option<usize>,
}

impl Layout {
    /// Reads the header, and the whole file if names repeat.
    pub(super) fn survey(
        text: Text<&mut Input>,
        options: &CsvOptions,
        record_limit: RecordLimit,
    ) -> Result<Self, SplitError> {
        let mut rows = Rows::new(text, &options.dialect, record_limit);
        let columns = Columns::survey(&mut rows)?;
        let group_by = match &options.group_by {
            // A file without a header has no rows to group.
            Some(column) if !columns.is_empty() => Some(position(&columns, column)?),
            _ => None,
        };
        Ok(Self { options: options.clone(), columns, group_by })
    }
}

fn position(columns: &Columns, column: &str) -> Result<usize, Defect> {
    columns.position(column).ok_or_else(|| {
        let problem = format!("there is no column `{column}` to group by; there are: {}", columns.listed());
        Defect::new(Place::Line(1), problem, "add the column, or correct `group_by` of the source")
    })
}

pub(super) fn split(
    text: Text<&mut Input>,
    record_limit: RecordLimit,
    layout: &Layout,
    max_bytes: usize,
    sink: &mut Sink<'_>,
) -> Result<(), SplitError> {
    let mut rows = Rows::new(text, &layout.options.dialect, record_limit);
    if rows.header()?.is_none() {
        return Ok(());
    }
    match layout.group_by {
        None => split_rows(&mut rows, &layout.columns, sink),
        Some(column) => Groups::new(&layout.columns, column, max_bytes).split(&mut rows, sink),
    }
}

fn split_rows(rows: &mut FileRows<'_, '_>, columns: &Columns, sink: &mut Sink<'_>) -> Result<(), SplitError> {
    let mut number = 0;
    while let Some(row) = rows.next()? {
        number += 1;
        sink(Record { number, place: Place::Line(row.line()), payload: columns.object(row) })?;
    }
    Ok(())
}

/// Joins consecutive rows with the same value in a column.
struct Groups<'c> {
    columns: &'c Columns,
    column: usize,
    max_bytes: usize,
    number: u64,
    /// The lines in which the groups begin that have ended, by the digests of their values.
    ended: HashMap<Digest, u64>,
}

/// The rows so far with the same value in the grouping column.
struct Group {
    value: String,
    line: u64,
    rows: String,
}

impl<'c> Groups<'c> {
    fn new(columns: &'c Columns, column: usize, max_bytes: usize) -> Self {
        Self { columns, column, max_bytes, number: 0, ended: HashMap::new() }
    }

    fn split(&mut self, rows: &mut FileRows<'_, '_>, sink: &mut Sink<'_>) -> Result<(), SplitError> {
        let mut open: Option<Group> = None;
        while let Some(row) = rows.next()? {
            let value = row.field(self.column);
            let object = self.columns.object(row);
            match &mut open {
                Some(group) if group.value == value => {
                    if group.rows.len() + object.len() > self.max_bytes {
                        return Err(too_long(Place::Line(group.line), self.max_bytes).into());
                    }
                    group.rows.push(',');
                    group.rows.push_str(&object);
                }
                _ => {
                    let next = Group { value: value.to_owned(), line: row.line(), rows: object };
                    if let Some(group) = open.take() {
                        self.end(&group, sink)?;
                    }
                    self.check_new(&next)?;
                    open = Some(next);
                }
            }
        }
        open.map_or(Ok(()), |group| self.end(&group, sink))
    }

    fn check_new(&self, group: &Group) -> Result<(), Defect> {
        let Some(line) = self.ended.get(&Digest::of(group.value.as_bytes())) else { return Ok(()) };
        let name = self.columns.name(self.column);
        let problem = format!(
            "the row has the value in {name} of the group that begins in line {line}, but others are between them"
        );
        let fix = format!("sort the file by {name}, or group it by a column whose equal values stand together");
        Err(Defect::new(Place::Line(group.line), problem, fix))
    }

    fn end(&mut self, group: &Group, sink: &mut Sink<'_>) -> Result<(), SplitError> {
        self.ended.insert(Digest::of(group.value.as_bytes()), group.line);
        self.number += 1;
        let name = self.columns.name(self.column);
        let payload = format!("{{{name}:{},{}:[{}]}}", quoted(&group.value), quoted(ROWS), group.rows);
        sink(Record { number: self.number, place: Place::Line(group.line), payload })
    }
}
