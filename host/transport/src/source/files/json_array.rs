//! JSON files: each element of a top-level array is a message; anything else is one message as a whole.
//!
//! Elements are read one by one, so a file may be larger than memory.

use std::fmt;
use std::io::{BufRead as _, BufReader};

use serde::Deserialize as _;
use serde::de::{self, Deserializer as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::input::{BUFFER, Input, RecordLimit};
use super::record::{Defect, Place, Record, Sink, SplitError};
use crate::json;

pub(super) fn split(input: Input<'_>, record_limit: &RecordLimit, sink: &mut Sink<'_>) -> Result<(), SplitError> {
    let mut text = BufReader::with_capacity(BUFFER, input);
    let begins_array = text.fill_buf()?.trim_ascii_start().first() == Some(&b'[');
    let mut reader = serde_json::Deserializer::from_reader(text);
    let mut elements = Elements { record_limit, sink, number: 0, ended: None };
    let outcome = if begins_array {
        reader.deserialize_seq(&mut elements)
    } else {
        Box::<RawValue>::deserialize(&mut reader).and_then(|whole| elements.hand_over(&whole))
    };
    let outcome = outcome.and_then(|()| reader.end());
    let Elements { number, ended, .. } = elements;
    match (outcome, ended) {
        (_, Some(ended)) => Err(ended),
        (Ok(()), None) => Ok(()),
        (Err(error), None) => Err(unreadable(error, number + 1)),
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
