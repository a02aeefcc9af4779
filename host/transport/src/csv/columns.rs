//! The names of the columns of a CSV file. Finding them may take reading the whole file.
//!
//! A column whose name appeared before is dropped if it has the same values in all rows of the file; else it is
//! called `NAME_2`, `NAME_3` and so on. A column without a name is called `column_N`, by its place.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use super::{Row, Rows};
use crate::text::Unreadable;

/// Most names that are listed for people.
const LISTED: usize = 40;

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

    /// The first names as the header has them, for people.
    pub(crate) fn listed(&self) -> String {
        let first = &self.headings[..self.headings.len().min(LISTED)];
        let more = self.headings.len() - first.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", first.join(", "))
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
    let mut first = HashMap::new();
    let mut headings = Vec::with_capacity(row.len());
    for (at, name) in row.iter().enumerate() {
        let of = *first.entry(name).or_insert(at);
        let repeats = (of != at && !name.is_empty()).then_some(Repeat { of, agrees: true });
        headings.push(Heading { name: name.to_owned(), repeats });
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
    let mut taken: HashSet<String> = headings.iter().map(|heading| heading.name.clone()).collect();
    // The number that the last name of each base got: no smaller one is free.
    let mut last: HashMap<String, usize> = HashMap::new();
    let mut free = |base: &str, from: usize| {
        let last = last.entry(base.to_owned()).or_default();
        let mut candidates = (from.max(*last + 1)..).map(|n| (n, format!("{base}_{n}")));
        let (number, name) = candidates.find(|(_, name)| !taken.contains(name)).unwrap_or_default();
        *last = number;
        taken.insert(name.clone());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn named(header: &[&str], agree: bool) -> Vec<String> {
        let mut row = Row::default();
        row.begin(1);
        for name in header {
            name.bytes().for_each(|byte| row.push(byte));
            row.end_field();
        }
        let mut headings = headings(&row);
        for heading in &mut headings {
            heading.repeats.iter_mut().for_each(|repeat| repeat.agrees = agree);
        }
        names(&headings).into_iter().flatten().collect()
    }

    #[test]
    fn columns_without_a_name_or_with_one_that_came_before_get_names_that_are_free() {
        assert_eq!(
            named(&["a", "", "a", "a_2", "a", ""], false),
            [r#""a""#, r#""column_2""#, r#""a_3""#, r#""a_2""#, r#""a_4""#, r#""column_6""#]
        );
        assert_eq!(named(&["a", "column_2", "", "a"], true), [r#""a""#, r#""column_2""#, r#""column_3""#]);
        assert_eq!(named(&["column_2", ""], true), [r#""column_2""#, r#""column_3""#]);
    }

    #[test]
    fn as_many_columns_as_a_row_may_have_are_named_in_no_time() {
        for name in ["", "same", "column_4096"] {
            assert_eq!(named(&vec![name; 4096], false).len(), 4096);
        }
    }
}
