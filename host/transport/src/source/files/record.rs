//! What a file is split into: records with their places, or why it can't be split.

use std::io;

use crate::defect::{Defect, Place};
use crate::text::Unreadable;

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

/// The defect of a record that is longer than `max_bytes`.
pub(super) fn too_long(place: Place, max_bytes: usize) -> Defect {
    let problem = format!("the record is longer than {max_bytes} bytes");
    Defect::new(place, problem, "split the record, or raise `max_bytes` of the source")
}

impl SplitError {
    /// The meaning of a reader's error; `place` is the beginning of the present record.
    pub(super) fn of_io(error: io::Error, place: Place) -> Self {
        Unreadable::of_io(error, place).into()
    }
}

impl From<Unreadable> for SplitError {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Bad(defect) => Self::Bad(defect),
            Unreadable::Io(error) => Self::Io(error),
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
