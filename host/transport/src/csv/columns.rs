//! The names of the columns of a CSV file. Finding them may take reading the whole file.
//!
//! A column whose name appeared before is dropped if it has the same values in all rows of the file; else it is
//! called `NAME_2`, `NAME_3` and so on. A column without a name is called `column_N`, by its place.

use std::io::Read;

use super::{Row, Rows};
use crate::text::Unreadable;

/// The columns of one file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    headings: Vec<String>,
    /// By position; none for a column that is dropped. The names are JSON strings with their quotes.
    names: Vec<Option<String>>,
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
    /// Reads the header, and all rows if names repeat. A file without a header has no columns.
    pub(crate) fn survey<R: Read>(rows: &mut Rows<'_, R>) -> Result<Self, Unreadable> {
        let mut headings = rows.header()?.map_or_else(Vec::new, headings);
        if headings.iter().any(|heading| heading.repeats.is_some()) {
            while let Some(row) = rows.next()? {
                compare(&mut headings, row);
            }
        }
        let names = names(&headings);
        Ok(Self { headings: headings.into_iter().map(|heading| heading.name).collect(), names })
    }

    /// Whether there is none, as in an empty file.
    pub(crate) fn is_empty(&self) -> bool {
        self.headings.is_empty()
    }

    /// The first column that the header calls this.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.headings.iter().position(|heading| heading == name)
    }

    /// All names as the header has them, for people.
    pub(crate) fn listed(&self) -> String {
        self.headings.join(", ")
    }

    /// The column's name as a JSON string.
    pub(crate) fn name(&self, column: usize) -> &str {
        self.names.get(column).and_then(Option::as_deref).unwrap_or_default()
    }

    /// A row as a JSON object.
    pub(crate) fn object(&self, row: &Row) -> String {
        let mut object = String::from("{");
        for (name, value) in self.names.iter().zip(row.iter()) {
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

fn headings(row: &Row) -> Vec<Heading> {
    let mut headings: Vec<Heading> = Vec::new();
    for name in row.iter() {
        let name = name.to_owned();
        let before = headings.iter().position(|heading| heading.name == name && !name.is_empty());
        headings.push(Heading { name, repeats: before.map(|of| Repeat { of, agrees: true }) });
    }
    headings
}

fn compare(headings: &mut [Heading], row: &Row) {
    for (at, heading) in headings.iter_mut().enumerate() {
        if let Some(repeat) = &mut heading.repeats {
            repeat.agrees &= row.field(at) == row.field(repeat.of);
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
    headings.iter().enumerate().map(|heading| name(heading).map(|name| quoted(&name))).collect()
}

/// A JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
