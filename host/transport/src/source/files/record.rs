//! What a file is split into: records with their places, or the defect because of which it can't be split.

use std::fmt;
use std::io;

use super::input::Unfit;

/// One record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Counted from 1.
    pub(super) number: u64,
    /// Where in the file it begins.
    pub(super) place: Place,
    /// Compact JSON.
    pub(super) payload: String,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    File,
    Line(u64),
    LineColumn(u64, u64),
    /// The element of a JSON array, counted from 1.
    Element(u64),
}

/// What is wrong with a file, and how to fix it. It contains no data of the file but column names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Defect {
    pub(super) place: Place,
    pub(super) problem: String,
    pub(super) fix: &'static str,
}

/// Why splitting ended early.
#[derive(Debug)]
pub(super) enum SplitError {
    /// The file is wrong.
    Bad(Defect),
    /// The file changed while it was read.
    Changed,
    /// Reading failed: an error of the disk, or missing permissions.
    Io(io::Error),
    /// Nobody wants more records.
    Stopped,
}

/// Takes records.
pub(super) type Sink<'s> = dyn FnMut(Record) -> Result<(), SplitError> + 's;

impl Defect {
    pub(super) fn new(place: Place, problem: impl Into<String>, fix: &'static str) -> Self {
        Self { place, problem: problem.into(), fix }
    }

    pub(super) fn too_long(place: Place, max_bytes: usize) -> Self {
        let problem = format!("the record is longer than {max_bytes} bytes");
        Self::new(place, problem, "split the record, or raise `max_bytes` of the source")
    }

    pub(super) fn not_json(error: &serde_json::Error, line: u64) -> Self {
        let text = error.to_string();
        let problem = text.split(" at line ").next().unwrap_or_default();
        let place = Place::LineColumn(line, error.column() as u64);
        Self::new(place, format!("not valid JSON: {problem}"), "have the file written by a JSON library")
    }
}

impl SplitError {
    /// The meaning of a reader's error; `place` is the beginning of the present record.
    pub(super) fn of_io(error: io::Error, place: Place) -> Self {
        match Unfit::within(&error) {
            Some(Unfit::NotUtf8 { offset, line }) => Self::Bad(Defect::new(
                Place::Line(line),
                format!("invalid UTF-8 at byte {offset} of the file"),
                "export the file as UTF-8; from Windows programs it often comes as Windows-1252",
            )),
            Some(Unfit::Endless) => Self::Bad(Defect::new(
                place,
                "a record begins here that does not end within the longest record allowed",
                "look for a quote or bracket that is not closed, or raise `max_bytes` of the source",
            )),
            None => Self::Io(error),
        }
    }
}

impl From<Defect> for SplitError {
    fn from(defect: Defect) -> Self {
        Self::Bad(defect)
    }
}

impl From<io::Error> for SplitError {
    fn from(error: io::Error) -> Self {
        Self::of_io(error, Place::File)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("the file"),
            Self::Line(line) => write!(f, "line {line}"),
            Self::LineColumn(line, column) => write!(f, "line {line}, column {column}"),
            Self::Element(number) => write!(f, "element {number}"),
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}
