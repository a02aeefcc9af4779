//! JSON files: each element of a top-level array is a message; anything else is one message as a whole.
//!
//! Elements are read one by one, so a file may be larger than memory. How a file splits depends on its first character
//! that is no white space, wherever that stands.

use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, Read as _};

use serde::Deserialize as _;
use serde::de::{self, Deserializer as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::input::Input;
use super::record::{Record, Sink, SplitError};
use crate::defect::{Defect, Place};
use crate::json;
use crate::text::{BUFFER, RecordLimit, Text};

pub(super) fn split(text: Text<&mut Input>, record_limit: &RecordLimit, sink: &mut Sink<'_>) -> Result<(), SplitError> {
    let mut text = BufReader::with_capacity(BUFFER, text);
    let blank = leading_blank(&mut text)?;
    let begins_array = text.fill_buf()?.first() == Some(&b'[');
    // The parser gets what was read, so that it counts lines rightly.
    let mut reader = serde_json::Deserializer::from_reader(Cursor::new(blank).chain(text));
    let mut elements = Elements { record_limit, sink, number: 0, ended: None };
    let outcome = if begins_array {
        reader.deserialize_seq(&mut elements)
    } else {
        Box::<RawValue>::deserialize(&mut reader).and_then(|whole| elements.hand_over(&whole))
    };
    let Elements { number, ended, .. } = elements;
    match (outcome, ended) {
        (_, Some(ended)) => Err(ended),
        (Ok(()), None) => reader.end().map_err(|error| goes_on(error, number + 1)),
        (Err(error), None) => Err(unreadable(error, number + 1)),
    }
}

/// Takes the white space in front of the first value.
fn leading_blank(text: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut blank = Vec::new();
    loop {
        let read = text.fill_buf()?;
        let length = read.len() - read.trim_ascii_start().len();
        blank.extend_from_slice(&read[..length]);
        let is_over = length < read.len() || read.is_empty();
        text.consume(length);
        if is_over {
            return Ok(blank);
        }
    }
}

/// There is more behind the value that should be all.
fn goes_on(error: serde_json::Error, element: u64) -> SplitError {
    match unreadable(error, element) {
        SplitError::Bad(defect) => {
            let fix = "put all values into one array, or state `format = \"ndjson\"` if each has a line of its own";
            Defect { fix: fix.to_owned(), ..defect }.into()
        }
        other => other,
    }
}

fn unreadable(error: serde_json::Error, element: u64) -> SplitError {
    if error.is_io() {
        return SplitError::of_io(error.into(), Place::Element(element));
    }
    Defect::not_json(&error, error.line() as u64).into()
}

/// Hands over elements as the parser finds them.
struct Elements<'a, 's> {
    record_limit: &'a RecordLimit,
    sink: &'a mut Sink<'s>,
    number: u64,
    /// Why the sink stopped, if it did: the parser's own error can't contain it.
    ended: Option<SplitError>,
}

impl Elements<'_, '_> {
    fn hand_over<E: de::Error>(&mut self, raw: &RawValue) -> Result<(), E> {
        self.number += 1;
        let place = Place::Element(self.number);
        self.record_limit.renew();
        (self.sink)(Record { number: self.number, place, payload: json::compact(raw.get()) }).map_err(|ended| {
            self.ended = Some(ended);
            E::custom("stopped")
        })
    }
}

impl<'de> Visitor<'de> for &mut Elements<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element::<Box<RawValue>>()? {
            self.hand_over(&element)?;
        }
        Ok(())
    }
}
