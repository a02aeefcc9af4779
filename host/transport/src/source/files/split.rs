//! A file as a sequence of records, each a JSON text; the formats beside this file do the work.
//!
//! Splitting pushes records into a sink, on a thread that may block. The same splitting serves the pass that checks
//! and the pass that takes in, so that both see the same records.

use std::fs::File;

use super::FileFormat;
use super::csv::{self, Columns};
use super::input::{Allowance, Input};
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
    /// Finds out, in a pass of its own where that is needed.
    pub(super) fn of(file: &mut File, format: &FileFormat, max_bytes: usize) -> Result<Self, SplitError> {
        Ok(match format {
            FileFormat::Csv(options) => Self::Csv(Columns::survey(file, options, max_bytes)?),
            FileFormat::Json => Self::Json,
            FileFormat::Ndjson => Self::Ndjson,
        })
    }

    /// Hands every record of `file` to `sink`, in order.
    pub(super) fn split(&self, file: &mut File, max_bytes: usize, sink: &mut Sink<'_>) -> Result<(), SplitError> {
        let allowance = Allowance::new(max_bytes);
        let input = Input::open(file, allowance.clone())?;
        let mut bounded = |record: Record| match record.payload.len() > max_bytes {
            true => Err(Defect::too_long(record.place, max_bytes).into()),
            false => sink(record),
        };
        match self {
            Self::Csv(columns) => csv::split(input, &allowance, columns, max_bytes, &mut bounded),
            Self::Json => json_array::split(input, &allowance, &mut bounded),
            Self::Ndjson => ndjson::split(input, &allowance, &mut bounded),
        }
    }
}
