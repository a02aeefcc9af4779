//! What is wrong with a text file, where, and how to fix it: for file sources and for tables.

use std::fmt;

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// All of it.
    File,
    /// A line, counted from 1.
    Line(u64),
    /// A line and a column, counted from 1.
    LineColumn(u64, u64),
    /// A field of the row that begins or goes on in a line; both counted from 1.
    Field(u64, usize),
    /// The element of a JSON array, counted from 1.
    Element(u64),
}

/// What is wrong with a file, and how to fix it. It contains no data of the file but column names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Defect {
    pub(crate) place: Place,
    pub(crate) problem: String,
    pub(crate) fix: String,
}

impl Defect {
    pub(crate) fn new(place: Place, problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { place, problem: problem.into(), fix: fix.into() }
    }

    pub(crate) fn not_json(error: &serde_json::Error, line: u64) -> Self {
        let text = error.to_string();
        let problem = text.split(" at line ").next().unwrap_or_default();
        let place = Place::LineColumn(line, error.column() as u64);
        Self::new(place, format!("not valid JSON: {problem}"), "have the file written by a JSON library")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("the file"),
            Self::Line(line) => write!(f, "line {line}"),
            Self::LineColumn(line, column) => write!(f, "line {line}, column {column}"),
            Self::Field(line, field) => write!(f, "line {line}, field {field}"),
            Self::Element(number) => write!(f, "element {number}"),
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}
