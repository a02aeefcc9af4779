//! Builds a tree from a JSON text.

use std::collections::BTreeMap;

use super::{Tree, token};
use crate::json::{Cursor, JsonError, JsonText, Start};
use crate::number::Number;

/// Arrays and objects are looked into this deep. What is nested deeper is kept as written: checks take stack.
const DEPTH: usize = 127;

/// A JSON text in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its value. When a name repeats in one object, the last one counts.
    pub tree: Tree,
    /// JSON Pointer to the first member that is in its object twice; none where every name is there once.
    pub duplicate: Option<String>,
}

impl Document {
    /// Reads a whole JSON text.
    pub fn parse(json: &[u8]) -> Result<Self, JsonError> {
        let mut reader = Reader { cursor: Cursor::new(json)?, duplicate: None };
        let tree = reader.value(DEPTH)?;
        reader.cursor.end()?;
        let duplicate = reader.duplicate.map(|tokens| tokens.iter().rev().map(|token| format!("/{token}")).collect());
        Ok(Self { tree, duplicate })
    }
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    /// The way to the first member that is there twice, innermost first.
    duplicate: Option<Vec<String>>,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Tree, JsonError> {
        if depth == 0 && self.cursor.is_at_container() {
            return Ok(Tree::TooDeep(self.cursor.skip()?.into()));
        }
        Ok(match self.cursor.begin()? {
            Start::Null => Tree::Null,
            Start::Boolean(boolean) => Tree::Boolean(boolean),
            Start::Number(literal) => Tree::Number(Number::parse(literal)),
            Start::Text(text) => match text.decode() {
                Ok(decoded) => Tree::Text(decoded.into_owned()),
                Err(_) => Tree::Unpaired(text.as_written().into()),
            },
            Start::Array => self.array(depth - 1)?,
            Start::Object => self.object(depth - 1)?,
        })
    }

    fn array(&mut self, depth: usize) -> Result<Tree, JsonError> {
        let mut items = Vec::new();
        while self.cursor.next_item(items.is_empty())? {
            let had_duplicate = self.duplicate.is_some();
            let item = self.value(depth)?;
            self.below(had_duplicate, || items.len().to_string());
            items.push(item);
        }
        Ok(Tree::Array(items))
    }

    fn object(&mut self, depth: usize) -> Result<Tree, JsonError> {
        let mut members = BTreeMap::new();
        let mut first = true;
        while let Some(written) = self.cursor.next_member(first)? {
            first = false;
            let name = name(written);
            let had_duplicate = self.duplicate.is_some();
            let member = self.value(depth)?;
            self.below(had_duplicate, || token(&name));
            if members.contains_key(&name) && self.duplicate.is_none() {
                self.duplicate = Some(vec![token(&name)]);
            }
            members.insert(name, member);
        }
        Ok(Tree::Object(members))
    }

    /// Adds a step to the way, if the duplicate was found in the value that was just read.
    fn below(&mut self, had_duplicate: bool, step: impl FnOnce() -> String) {
        if let Some(way) = self.duplicate.as_mut().filter(|_| !had_duplicate) {
            way.push(step());
        }
    }
}

/// The name of a member. One that is no text stays as it is written.
fn name(written: JsonText<'_>) -> String {
    written.decode().map_or_else(|_| written.as_written().to_owned(), std::borrow::Cow::into_owned)
}
