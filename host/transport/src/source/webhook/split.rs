//! Takes an array apart: senders such as SendGrid post many events at once, and each becomes a message of its own.

use bytes::Bytes;
use gantry_schema::{Cursor, JsonError, Start};

use super::content_error::ContentError;
use crate::json::{InvalidPointer, Pointer};

/// How a flow takes arrays apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// JSON Pointer to the array; empty for the whole payload.
    pub pointer: String,
    /// Most items of one array; a longer one is refused.
    pub max_messages: usize,
}

/// The same, ready to use.
#[derive(Clone, Debug)]
pub(super) struct Splitter {
    pointer: Pointer,
    most: usize,
}

impl Splitter {
    pub(super) fn new(split: &Split) -> Result<Self, InvalidPointer> {
        Ok(Self { pointer: Pointer::parse(&split.pointer)?, most: split.max_messages })
    }

    /// The items of the array, each as written. Where the whole payload should be the array, one that is an object is its
    /// only item: some senders send a single event without the array.
    pub(super) fn split(&self, json: &Bytes) -> Result<Vec<Bytes>, ContentError> {
        let mut cursor = Cursor::new(json)?;
        let mut items = None;
        self.seek(&mut cursor, self.pointer.tokens(), &mut items)?;
        cursor.end()?;
        match items {
            Some(items) => Ok(items.into_iter().map(|item| json.slice_ref(item.as_bytes())).collect()),
            None if self.pointer.tokens().is_empty() && is_object(json)? => Ok(vec![json.clone()]),
            None => Err(ContentError::NoArray(self.pointer.as_str().to_owned())),
        }
    }

    /// Finds the array in the next value. When a name repeats, the last one counts.
    fn seek<'j>(
        &self,
        cursor: &mut Cursor<'j>,
        tokens: &[String],
        items: &mut Option<Vec<&'j str>>,
    ) -> Result<(), ContentError> {
        let Some((token, rest)) = tokens.split_first() else {
            *items = self.items(cursor)?;
            return Ok(());
        };
        if !is_object_next(cursor)? {
            cursor.skip()?;
            return Ok(());
        }
        cursor.begin()?;
        let mut first = true;
        while let Some(name) = cursor.next_member(first)? {
            first = false;
            if name.decode().is_ok_and(|name| name == *token) {
                self.seek(cursor, rest, items)?;
            } else {
                cursor.skip()?;
            }
        }
        Ok(())
    }

    fn items<'j>(&self, cursor: &mut Cursor<'j>) -> Result<Option<Vec<&'j str>>, ContentError> {
        if cursor.clone().begin()? != Start::Array {
            cursor.skip()?;
            return Ok(None);
        }
        cursor.begin()?;
        let mut items = Vec::new();
        while cursor.next_item(items.is_empty())? {
            if items.len() == self.most {
                return Err(ContentError::TooMany { most: self.most });
            }
            items.push(cursor.skip()?);
        }
        Ok(Some(items))
    }
}

fn is_object(json: &[u8]) -> Result<bool, JsonError> {
    is_object_next(&Cursor::new(json)?)
}

fn is_object_next(cursor: &Cursor<'_>) -> Result<bool, JsonError> {
    Ok(cursor.clone().begin()? == Start::Object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(pointer: &str, json: &str) -> Result<Vec<String>, String> {
        let splitter = Splitter::new(&Split { pointer: pointer.to_owned(), max_messages: 3 }).unwrap();
        let items = splitter.split(&Bytes::copy_from_slice(json.as_bytes())).map_err(|error| error.to_string())?;
        Ok(items.iter().map(|item| String::from_utf8(item.to_vec()).unwrap()).collect())
    }

    #[test]
    fn each_item_is_taken_as_it_is_written() {
        assert_eq!(
            items("", r#" [{"a": 1.50 }, "x\ud83d" ,[ ] ] "#).unwrap(),
            [r#"{"a": 1.50 }"#, r#""x\ud83d""#, "[ ]"]
        );
        assert_eq!(items("/data/events", r#"{"x": [0], "data": {"events": [1, 2]}}"#).unwrap(), ["1", "2"]);
        assert!(items("", "[]").unwrap().is_empty());
        assert_eq!(items("", r#"{"single": true}"#).unwrap(), [r#"{"single": true}"#]);
    }

    #[test]
    fn what_holds_no_array_or_too_long_a_one_is_refused() {
        assert!(items("", "7").unwrap_err().contains("no array at ``"));
        assert!(items("/events", r#"{"events": {}}"#).unwrap_err().contains("no array at `/events`"));
        assert!(items("/events/x", r#"{"events": [1]}"#).unwrap_err().contains("no array"));
        assert!(items("", "[1,2,3,4]").unwrap_err().contains("more than the 3 items"));
        assert!(items("", "[1,2").unwrap_err().contains("not valid JSON"));
    }
}
