//! Builds a tree from a JSON text.
//!
//! `serde_json` reads the text; where it would round a number, the number is read again from the text itself.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Tree;
use crate::number::Number;

/// Reads a whole JSON text.
pub(super) fn read(json: &[u8]) -> Result<Tree, serde_json::Error> {
    let literals = RefCell::new(Literals { json, at: 0, visited: 0, found: 0 });
    let mut text = serde_json::Deserializer::from_slice(json);
    let tree = Reader(&literals).deserialize(&mut text)?;
    text.end()?;
    Ok(tree)
}

/// Finds the numbers of a JSON text in the order they are written. It never looks further than the reader has come, where
/// the text is known to be well formed.
struct Literals<'a> {
    json: &'a [u8],
    at: usize,
    /// How many numbers the reader has seen.
    visited: usize,
    /// How many of them were found here: a number is searched for only when it is needed.
    found: usize,
}

impl<'a> Literals<'a> {
    /// The number the reader is at.
    fn current(&mut self) -> &'a str {
        let mut literal = "";
        while self.found < self.visited {
            literal = self.next();
            self.found += 1;
        }
        literal
    }

    fn next(&mut self) -> &'a str {
        loop {
            match self.json.get(self.at) {
                None => return "",
                Some(b'"') => self.skip_text(),
                Some(b'-' | b'0'..=b'9') => return self.number(),
                Some(_) => self.at += 1,
            }
        }
    }

    fn skip_text(&mut self) {
        self.at += 1;
        while let Some(&byte) = self.json.get(self.at) {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return;
            }
        }
    }

    fn number(&mut self) -> &'a str {
        let rest = &self.json[self.at..];
        let end = rest.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
        let literal = &rest[..end.unwrap_or(rest.len())];
        self.at += literal.len();
        std::str::from_utf8(literal).unwrap_or_default()
    }
}

/// Builds the tree from what the reader sees.
#[derive(Clone, Copy)]
struct Reader<'l, 'a>(&'l RefCell<Literals<'a>>);

impl Reader<'_, '_> {
    fn number(self, number: Option<Number>) -> Tree {
        let mut literals = self.0.borrow_mut();
        literals.visited += 1;
        Tree::Number(number.unwrap_or_else(|| Number::parse(literals.current())))
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_, '_> {
    type Value = Tree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_, '_> {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, boolean: bool) -> Result<Tree, E> {
        Ok(Tree::Boolean(boolean))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(self.number(Some(Number::Unsigned(number))))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
        Ok(self.number(Some(Number::Negative(number))))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(self.number(None))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Tree, E> {
        Ok(Tree::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Tree::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut members = BTreeMap::new();
        while let Some(name) = access.next_key::<String>()? {
            members.insert(name, access.next_value_seed(self)?);
        }
        Ok(Tree::Object(members))
    }
}
