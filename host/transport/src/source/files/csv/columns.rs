//! The names of the columns of a CSV file. Finding them may take reading the whole file.
//!
//! A column whose name appeared before is dropped if it has the same values in all rows of the file; else it is
//! called `NAME_2`, `NAME_3` and so on. A column without a name is called `column_N`, by its place.

use std::fs::File;

use csv::ByteRecord;

use super::{Rows, quoted};
use crate::source::files::CsvOptions;
use crate::source::files::input::{Input, RecordLimit};
use crate::source::files::record::{Defect, Place, SplitError};

/// The columns of one file.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::source::files) struct Columns {
    delimiter: u8,
    /// By position; none for a column that is dropped. The names are JSON strings with their quotes.
    names: Vec<Option<String>>,
    group_by: Option<usize>,
}

/// A column as the header has it.
struct Heading {
    name: String,
    repeats: Option<Repeat>,
}

/// A column whose name appeared before.
struct Repeat {
    /// The first column of that name.
    of: usize,
    /// Whether the two agree in every row so far.
    agrees: bool,
}

impl Columns {
    /// Reads the header, and the whole file if names repeat.
    pub(in crate::source::files) fn survey(
        file: &mut File,
        options: &CsvOptions,
        max_bytes: usize,
    ) -> Result<Self, SplitError> {
        let record_limit = RecordLimit::new(max_bytes);
        let mut rows = Rows::new(Input::open(file, record_limit.clone())?, options.delimiter, &record_limit);
        let mut headings = rows.next()?.map_or_else(Vec::new, |(_, row)| headings(row));
        if headings.iter().any(|heading| heading.repeats.is_some()) {
            while let Some((_, row)) = rows.next()? {
                compare(&mut headings, row);
            }
        }
        let group_by = options.group_by.as_deref().map(|column| position(&headings, column)).transpose()?.flatten();
        Ok(Self { delimiter: options.delimiter, names: names(&headings), group_by })
    }

    pub(super) const fn delimiter(&self) -> u8 {
        self.delimiter
    }

    pub(super) const fn group_by(&self) -> Option<usize> {
        self.group_by
    }

    /// The column's name as a JSON string.
    pub(super) fn name(&self, column: usize) -> &str {
        self.names.get(column).and_then(Option::as_deref).unwrap_or_default()
    }

    /// A row as a JSON object.
    pub(super) fn object(&self, row: &ByteRecord) -> String {
        let mut object = String::from("{");
        for (name, value) in self.names.iter().zip(row) {
            let Some(name) = name else { continue };
            if object.len() > 1 {
                object.push(',');
            }
            object.push_str(name);
            object.push(':');
            object.push_str(&quoted(value));
        }
        object.push('}');
        object
    }
}

fn headings(row: &ByteRecord) -> Vec<Heading> {
    let mut headings: Vec<Heading> = Vec::new();
    for name in row {
        let name = String::from_utf8_lossy(name).into_owned();
        let before = headings.iter().position(|heading| heading.name == name && !name.is_empty());
        headings.push(Heading { name, repeats: before.map(|of| Repeat { of, agrees: true }) });
    }
    headings
}

fn compare(headings: &mut [Heading], row: &ByteRecord) {
    for (at, heading) in headings.iter_mut().enumerate() {
        if let Some(repeat) = &mut heading.repeats {
            repeat.agrees &= row.get(at) == row.get(repeat.of);
        }
    }
}

fn names(headings: &[Heading]) -> Vec<Option<String>> {
    let mut taken: Vec<String> = headings.iter().map(|heading| heading.name.clone()).collect();
    let mut free = |base: &str, from: usize| {
        let mut candidates = (from..).map(|n| format!("{base}_{n}"));
        let name = candidates.find(|name| !taken.contains(name)).unwrap_or_default();
        taken.push(name.clone());
        name
    };
    let mut name = |(at, heading): (usize, &Heading)| match &heading.repeats {
        Some(repeat) if repeat.agrees => None,
        Some(_) => Some(free(&heading.name, 2)),
        None if heading.name.is_empty() => Some(free("column", at + 1)),
        None => Some(heading.name.clone()),
    };
    headings.iter().enumerate().map(|heading| name(heading).map(|name| quoted(name.as_bytes()))).collect()
}

fn position(headings: &[Heading], column: &str) -> Result<Option<usize>, SplitError> {
    match headings.iter().position(|heading| heading.name == column) {
        // A file without a header has no rows to group.
        None if headings.is_empty() => Ok(None),
        None => {
            let there_are: Vec<_> = headings.iter().map(|heading| heading.name.as_str()).collect();
            let there_are = there_are.join(", ");
            let problem = format!("there is no column `{column}` to group by; there are: {there_are}");
            Err(Defect::new(Place::Line(1), problem, "add the column, or correct `group_by` of the source").into())
        }
        found => Ok(found),
    }
}
