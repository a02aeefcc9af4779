//! NDJSON: one message per line; blank lines are skipped.

use std::io::{BufRead as _, BufReader};

use serde_json::value::RawValue;

use super::input::Input;
use super::record::{Record, Sink, SplitError};
use crate::defect::{Defect, Place};
use crate::json;
use crate::text::{BUFFER, RecordLimit, Text};

pub(super) fn split(text: Text<&mut Input>, record_limit: &RecordLimit, sink: &mut Sink<'_>) -> Result<(), SplitError> {
    let mut lines = BufReader::with_capacity(BUFFER, text);
    let mut line = Vec::new();
    let mut at = 0;
    let mut number = 0;
    loop {
        line.clear();
        at += 1;
        record_limit.renew();
        let read = lines.read_until(b'\n', &mut line);
        if read.map_err(|error| SplitError::of_io(error, Place::Line(at)))? == 0 {
            return Ok(());
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        number += 1;
        let raw: &RawValue = serde_json::from_slice(&line).map_err(|error| Defect::not_json(&error, at))?;
        sink(Record { number, place: Place::Line(at), payload: json::compact(raw.get()) })?;
    }
}
