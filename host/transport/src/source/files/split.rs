//! A file as a sequence of records, each a JSON text. There is a module for each format beside this one.
//!
//! Records are pushed into a sink, on a thread that may block. The pass that checks a file and the pass that takes it in
//! use the same code, so both see the same records.

use std::fs::File;

use super::FileFormat;
use super::csv::{self, Columns};
use super::input::{Input, RecordLimit};
use super::record::{Defect, Record, Sink, SplitError};
use super::{json_array, ndjson};

/// What must be known of a whole file before its first record can be made.
#[derive(Debug)]
pub(super) enum Layout {
    Csv(Columns),
    Json,
    Ndjson,
}

impl Layout {
    /// Finds the layout, if necessary in a pass of its own.
    pub(super) fn of(file: &mut File, format: &FileFormat, max_bytes: usize) -> Result<Self, SplitError> {
        Ok(match format {
            FileFormat::Csv(options) => Self::Csv(Columns::survey(file, options, max_bytes)?),
            FileFormat::Json => Self::Json,
            FileFormat::Ndjson => Self::Ndjson,
        })
    }

    /// Passes every record of `file` to `sink`, in order.
    pub(super) fn split(&self, file: &mut File, max_bytes: usize, sink: &mut Sink<'_>) -> Result<(), SplitError> {
        let record_limit = RecordLimit::new(max_bytes);
        let input = Input::open(file, record_limit.clone())?;
        let mut bounded = |record: Record| match record.payload.len() > max_bytes {
            true => Err(Defect::too_long(record.place, max_bytes).into()),
            false => sink(record),
        };
        match self {
            Self::Csv(columns) => csv::split(input, &record_limit, columns, max_bytes, &mut bounded),
            Self::Json => json_array::split(input, &record_limit, &mut bounded),
            Self::Ndjson => ndjson::split(input, &record_limit, &mut bounded),
        }
    }
}
