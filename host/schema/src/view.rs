//! Trees as the validating library sees them, so that it never rounds a number and never copies a document.
//!
//! Once the [`Meter`] of broken rules is used up, arrays and objects seem to end. Errors found after that may be wrong;
//! they are marked as [late](is_late) and dropped. The document as a whole is known to be invalid by then.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::btree_map;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use serde_json::Value;

use crate::meter::Meter;
use crate::number::Number;
use crate::tree::Tree;

/// Longest text that is handed out for a message; names of members are among them.
const SHOWN_BYTES: usize = 256;

/// What the library gets for a value when the meter is used up.
const LATE: Value = Value::Bool(true);

/// Whether an error was reported after the meter was used up: it says nothing.
pub(crate) fn is_late(error: &jsonschema::ValidationError<'_>) -> bool {
    *error.instance().as_ref() == LATE
}

/// Trees, as the library's representation of JSON.
pub(crate) struct Exact;

/// One value of a tree.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    tree: &'a Tree,
    meter: &'a Meter,
}

impl<'a> View<'a> {
    pub(crate) const fn of(tree: &'a Tree, meter: &'a Meter) -> Self {
        Self { tree, meter }
    }

    pub(crate) const fn tree(self) -> &'a Tree {
        self.tree
    }

    /// Whether a pattern may still try a text again.
    pub(crate) fn may_step_back(self) -> bool {
        self.meter.may_step_back()
    }

    /// Notes that a pattern was given up on this text.
    pub(crate) fn note_steps(self) {
        self.meter.note_steps();
        self.meter.note_unreadable(self.tree);
    }

    /// Notes that this text was asked for, if it holds half of a surrogate pair.
    pub(crate) fn note_unpaired(self) {
        if matches!(self.tree, Tree::Unpaired(_)) {
            self.meter.note_unreadable(self.tree);
        }
    }
}

impl Json for Exact {
    type Node<'a> = View<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = (Tree, Meter);

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>(buffer: &mut (Tree, Meter), string: &str, f: impl FnOnce(View<'_>) -> T) -> T {
        buffer.0 = Tree::Text(string.to_owned());
        f(View::of(&buffer.0, &buffer.1))
    }
}

impl<'a> Node<'a, Exact> for View<'a> {
    type Object = Members<'a>;
    type Array = Items<'a>;
    type Number = &'a Number;

    fn as_object(&self) -> Option<Members<'a>> {
        let members = match self.tree {
            Tree::Object(members) => members,
            Tree::TooDeep(_) => {
                self.meter.note_unreadable(self.tree);
                return None;
            }
            _ => return None,
        };
        Some(Members { len: members.len(), tree: self.tree, left: members.iter(), meter: self.meter })
    }

    fn as_array(&self) -> Option<Items<'a>> {
        let items = match self.tree {
            Tree::Array(items) => items,
            Tree::TooDeep(_) => {
                self.meter.note_unreadable(self.tree);
                return None;
            }
            _ => return None,
        };
        Some(Items { items, left: items.iter(), meter: self.meter })
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self.tree {
            Tree::Text(text) => Some(Cow::Borrowed(text)),
            Tree::Unpaired(written) => {
                self.meter.note_unreadable(self.tree);
                Some(Cow::Borrowed(written))
            }
            _ => None,
        }
    }

    fn as_number(&self) -> Option<&'a Number> {
        let Tree::Number(number) = self.tree else { return None };
        Some(number)
    }

    fn as_boolean(&self) -> Option<bool> {
        let Tree::Boolean(boolean) = self.tree else { return None };
        Some(*boolean)
    }

    fn is_null(&self) -> bool {
        *self.tree == Tree::Null
    }

    fn json_type(&self) -> JsonType {
        match self.tree {
            Tree::Null => JsonType::Null,
            Tree::Boolean(_) => JsonType::Boolean,
            Tree::Number(_) => JsonType::Number,
            Tree::Text(_) | Tree::Unpaired(_) => JsonType::String,
            Tree::Array(_) => JsonType::Array,
            Tree::Object(_) => JsonType::Object,
            Tree::TooDeep(written) if written.starts_with('[') => JsonType::Array,
            Tree::TooDeep(_) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        *self.tree == Tree::from(expected)
    }

    /// The library asks for this only when it reports a broken rule.
    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match self.tree {
            _ if !self.meter.take() => LATE,
            Tree::Text(text) if text.len() <= SHOWN_BYTES => Value::String(text.clone()),
            _ => Value::Null,
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref(self.tree) as usize))
    }
}

/// The members of an object.
pub(crate) struct Members<'a> {
    len: usize,
    tree: &'a Tree,
    left: btree_map::Iter<'a, String, Tree>,
    meter: &'a Meter,
}

impl<'a> Object<'a, Exact> for Members<'a> {
    type Node = View<'a>;
    type MemberName = &'a str;
    type MembersIter = Self;

    fn len(&self) -> usize {
        self.len
    }

    fn get(&self, key: &Box<str>) -> Option<View<'a>> {
        let Tree::Object(members) = self.tree else { return None };
        members.get(&**key).map(|tree| View::of(tree, self.meter))
    }

    fn members(&self) -> Self {
        Self { len: self.len, tree: self.tree, left: self.left.clone(), meter: self.meter }
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, View<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, tree) = self.left.next().filter(|_| !self.meter.is_spent())?;
        Some((name, View::of(tree, self.meter)))
    }
}

/// The items of an array.
pub(crate) struct Items<'a> {
    items: &'a [Tree],
    left: std::slice::Iter<'a, Tree>,
    meter: &'a Meter,
}

impl<'a> Array<'a, Exact> for Items<'a> {
    type Node = View<'a>;
    type ElementsIter = Self;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn elements(&self) -> Self {
        Self { items: self.items, left: self.items.iter(), meter: self.meter }
    }

    fn is_unique(&self) -> bool {
        let mut sorted: Vec<_> = self.items.iter().collect();
        sorted.sort_unstable();
        sorted.is_sorted_by(|one, next| one.cmp(next) == Ordering::Less)
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = View<'a>;

    fn next(&mut self) -> Option<View<'a>> {
        let tree = self.left.next().filter(|_| !self.meter.is_spent())?;
        Some(View::of(tree, self.meter))
    }
}

/// What the library decides itself: the type, and equality with an integer. The rest is in `arithmetic`.
impl JsonNumber for &Number {
    fn as_u64(&self) -> Option<u64> {
        let Number::Unsigned(number) = self else { return None };
        Some(*number)
    }

    fn as_i64(&self) -> Option<i64> {
        match self {
            Number::Unsigned(number) => i64::try_from(*number).ok(),
            Number::Negative(number) => Some(*number),
            Number::Other(_) => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        Some(self.rounded())
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }

    fn to_number(&self) -> Cow<'_, serde_json::Number> {
        Cow::Owned(serde_json::Number::from_f64(self.rounded()).unwrap_or_else(|| 0.into()))
    }

    fn is_integer(&self) -> bool {
        Number::is_integer(self)
    }

    fn is_written_as_integer(&self) -> bool {
        Number::is_integer(self)
    }
}
