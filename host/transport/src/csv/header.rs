//! The lines before the data: those to skip, Excel's `sep=`, and the header row. A header that shows another delimiter
//! than the stated one is refused.

use std::io::Read;

use super::{Row, Rows};
use crate::defect::{Defect, Place};
use crate::text::Unreadable;

/// What separates fields in files that people call CSV.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

impl<R: Read> Rows<'_, R> {
    /// Reads the header row; none if there is none. Every row behind it must have as many fields.
    pub(crate) fn header(&mut self) -> Result<Option<&Row>, Unreadable> {
        for _ in 0..self.dialect.skip_lines {
            self.skip_line()?;
        }
        if !self.read_row()? {
            return Ok(None);
        }
        if self.is_delimiter_line()? && !self.read_row()? {
            return Ok(None);
        }
        let stated = char::from(self.dialect.delimiter);
        if let Some(other) = other_delimiter(&self.row, stated) {
            let problem = format!("the header holds {} more often than {}", name(other), name(stated));
            let fix = format!("{}, or put the names of the columns in quotes", use_delimiter(other));
            return Err(Defect::new(Place::Line(self.row.line()), problem, fix).into());
        }
        self.width = Some(self.row.len());
        Ok(Some(&self.row))
    }

    /// Whether the row is Excel's `sep=;`, which names the delimiter. It must be the stated one.
    fn is_delimiter_line(&self) -> Result<bool, Unreadable> {
        let row = &self.row;
        let begin = row.field(0).get(..4).unwrap_or_default();
        if !begin.eq_ignore_ascii_case("sep=") {
            return Ok(false);
        }
        let mut named = row.field(0)[4..].chars();
        match (row.len(), named.next(), named.next()) {
            // The delimiter itself has split the line.
            (2, None, None) if row.field(1).is_empty() => Ok(true),
            (1, Some(other), None) if other == char::from(self.dialect.delimiter) => Ok(true),
            (1, Some(other), None) if other.is_ascii_punctuation() || other == '\t' => {
                let problem = format!("the line says that fields are separated by {}", name(other));
                Err(Defect::new(Place::Line(row.line()), problem, use_delimiter(other)).into())
            }
            _ => Ok(false),
        }
    }
}

/// How to state a delimiter.
fn use_delimiter(delimiter: char) -> String {
    format!(
        "if {} separates the fields, state `csv = {{ delimiter = \"{}\" }}`",
        name(delimiter),
        delimiter.escape_default()
    )
}

fn name(delimiter: char) -> String {
    match delimiter {
        '\t' => "a tab".to_owned(),
        other => format!("`{other}`"),
    }
}

/// A delimiter that a header without quotes has more often than the stated one.
fn other_delimiter(header: &Row, stated: char) -> Option<char> {
    if header.has_quotes() {
        return None;
    }
    let text = header.text();
    let often = |delimiter: char| text.matches(delimiter).count();
    let others = DELIMITERS.into_iter().filter(|delimiter| *delimiter != stated);
    let most = others.max_by_key(|delimiter| often(*delimiter))?;
    (often(most) >= header.len()).then_some(most)
}
