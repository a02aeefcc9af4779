//! A file as a sequence of records, each a JSON text. There is a module for each format beside this one.
//!
//! Records are pushed into a sink, on a thread that may block. The pass that checks a file and the pass that takes it in
//! use the same code, so both see the same records.

use std::io::Seek as _;

use super::csv::{self, Layout as CsvLayout};
use super::input::Input;
use super::record::{Record, Sink, SplitError, too_long};
use super::{FileFormat, Files};
use super::{json_array, ndjson};
use crate::defect::Place;
use crate::text::{RecordLimit, Text};

/// What must be known of a whole file before its first record can be made.
#[derive(Debug)]
pub(super) enum Layout {
    Csv(CsvLayout),
    Json,
    Ndjson,
}

impl Layout {
    /// Finds the layout, if necessary in a pass of its own.
    pub(super) fn of(file: &mut Input, config: &Files) -> Result<Self, SplitError> {
        Ok(match &config.format {
            FileFormat::Csv(options) => {
                let record_limit = RecordLimit::new(config.max_bytes);
                let text = open(file, config, &record_limit)?;
                Self::Csv(CsvLayout::survey(text, options, record_limit)?)
            }
            FileFormat::Json => Self::Json,
            FileFormat::Ndjson => Self::Ndjson,
        })
    }

    /// Passes every record of `file` to `sink`, in order.
    pub(super) fn split(&self, file: &mut Input, config: &Files, sink: &mut Sink<'_>) -> Result<(), SplitError> {
        let max_bytes = config.max_bytes;
        let record_limit = RecordLimit::new(max_bytes);
        let text = open(file, config, &record_limit)?;
        let mut bounded = |record: Record| match record.payload.len() > max_bytes {
            true => Err(too_long(record.place, max_bytes).into()),
            false => sink(record),
        };
        match self {
            Self::Csv(layout) => csv::split(text, record_limit, layout, max_bytes, &mut bounded),
            Self::Json => json_array::split(text, &record_limit, &mut bounded),
            Self::Ndjson => ndjson::split(text, &record_limit, &mut bounded),
        }
    }
}

/// The text of the file from its beginning.
fn open<'f>(
    file: &'f mut Input,
    config: &Files,
    record_limit: &RecordLimit,
) -> Result<Text<&'f mut Input>, SplitError> {
    file.rewind()?;
    let text = Text::open(file, config.encoding, record_limit.clone());
    text.map_err(|error| SplitError::of_io(error, Place::Line(1)))
}
