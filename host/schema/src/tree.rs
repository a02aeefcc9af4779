//! A JSON document in memory, with its numbers exact.
//!
//! What can't be held is kept as it is written, at its place: the rest of the document is checked all the same.

mod reader;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::json::JsonError;
use crate::number::Number;
pub use reader::Document;

/// A JSON value. Members are sorted by name, so that equal documents give equal reports.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tree {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number, exact.
    Number(Number),
    /// A text.
    Text(String),
    /// An array.
    Array(Vec<Tree>),
    /// An object.
    Object(BTreeMap<String, Tree>),
    /// A text with half of a surrogate pair, as written between its quotes.
    Unpaired(Box<str>),
    /// An array or object that is nested too deep to be looked into, as written.
    TooDeep(Box<str>),
}

/// A value can't be handed to the library that reads schemas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotHeld {
    /// JSON Pointer to it.
    pub(crate) place: String,
    pub(crate) why: WhyNotHeld,
}

/// Why a value can't be handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhyNotHeld {
    /// A number that would be rounded.
    Digits,
    /// A text with half of a surrogate pair.
    Unpaired,
    /// Nested too deep.
    TooDeep,
}

impl Tree {
    /// Reads a whole JSON text. When a name repeats in one object, the last one counts.
    pub fn parse(json: &[u8]) -> Result<Self, JsonError> {
        Ok(Document::parse(json)?.tree)
    }

    /// What a JSON Pointer leads to.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Self> {
        let tokens = pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"));
        let mut tree = self;
        for token in tokens {
            tree = match tree {
                Self::Array(items) => items.get(token.parse::<usize>().ok()?)?,
                Self::Object(members) => members.get(&token)?,
                _ => return None,
            };
        }
        Some(tree)
    }

    /// The JSON Pointer to one of this tree's own values; none for a value of another tree.
    pub(crate) fn path_to(&self, value: *const Self) -> Option<String> {
        if std::ptr::eq(self, value) {
            return Some(String::new());
        }
        match self {
            Self::Array(items) => {
                items.iter().enumerate().find_map(|(index, item)| Some(format!("/{index}{}", item.path_to(value)?)))
            }
            Self::Object(members) => {
                members.iter().find_map(|(name, member)| Some(format!("/{}{}", token(name), member.path_to(value)?)))
            }
            _ => None,
        }
    }

    /// The same value for the library that reads schemas, which can't hold numbers with more digits than a float has.
    pub(crate) fn to_value(&self) -> Result<Value, NotHeld> {
        let not_held = |why| NotHeld { place: String::new(), why };
        Ok(match self {
            Self::Null => Value::Null,
            Self::Boolean(boolean) => Value::Bool(*boolean),
            Self::Number(number) => Value::Number(held(number).ok_or_else(|| not_held(WhyNotHeld::Digits))?),
            Self::Text(text) => Value::String(text.clone()),
            Self::Array(items) => {
                let items = items.iter().enumerate().map(|(index, item)| item.to_value_at(&index.to_string()));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            Self::Object(members) => {
                let members = members.iter();
                let members = members.map(|(name, member)| Ok((name.clone(), member.to_value_at(&token(name))?)));
                Value::Object(members.collect::<Result<_, NotHeld>>()?)
            }
            Self::Unpaired(_) => return Err(not_held(WhyNotHeld::Unpaired)),
            Self::TooDeep(_) => return Err(not_held(WhyNotHeld::TooDeep)),
        })
    }

    fn to_value_at(&self, step: &str) -> Result<Value, NotHeld> {
        self.to_value().map_err(|below| NotHeld { place: format!("/{step}{}", below.place), ..below })
    }
}

/// A name as a reference token of a JSON Pointer.
#[must_use]
pub fn token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl From<&Value> for Tree {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(boolean) => Self::Boolean(*boolean),
            Value::Number(number) => Self::Number(Number::parse(&number.to_string())),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Object(members) => {
                Self::Object(members.iter().map(|(name, member)| (name.clone(), member.into())).collect())
            }
        }
    }
}

/// JSON without white space, for messages.
impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(boolean) => boolean.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::Unpaired(written) => write!(f, "\"{written}\""),
            Self::TooDeep(written) => f.write_str(written),
            Self::Array(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { "," })?;
                }
                f.write_str("]")
            }
            Self::Object(members) => {
                f.write_str("{")?;
                for (index, (name, member)) in members.iter().enumerate() {
                    write!(f, "{}\"{name}\":{member}", if index == 0 { "" } else { "," })?;
                }
                f.write_str("}")
            }
        }
    }
}

/// The number in `serde_json`'s form, if that doesn't change it.
fn held(number: &Number) -> Option<serde_json::Number> {
    match number {
        Number::Unsigned(number) => Some((*number).into()),
        Number::Negative(number) => Some((*number).into()),
        Number::Other(_) => {
            let held = serde_json::Number::from_f64(number.rounded())?;
            (Number::parse(&held.to_string()) == *number).then_some(held)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tree(json: &str) -> Tree {
        Tree::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn every_number_keeps_its_digits_wherever_it_stands() {
        let json = r#"{"a 1.5": [1, -2, 0.10000000000000000001, "\"7\\", -18446744073709551617], "b": {"1": 1e-400}}"#;
        let shown = r#"{"a 1.5":[1,-2,0.10000000000000000001,""7\",-18446744073709551617],"b":{"1":1e-400}}"#;
        assert_eq!(tree(json).to_string(), shown);
    }

    #[test]
    fn of_names_that_repeat_the_last_counts() {
        assert_eq!(tree(r#"{"a": 1.5, "a": 2.5, "b": 3.5}"#).to_string(), r#"{"a":2.5,"b":3.5}"#);
    }

    #[test]
    fn broken_json_is_an_error_wherever_it_breaks() {
        for json in ["", "{", "[1,]", "[1] 2", "[\"\u{1}\"]", "01", "1.", "{\"a\":1.5,}"] {
            assert!(Tree::parse(json.as_bytes()).is_err(), "{json}");
        }
        assert!(Tree::parse(b"\"\xff\"").is_err());
        assert!(Tree::parse("[".repeat(100_000).as_bytes()).is_err(), "depth is no way to overflow the stack");
    }

    #[test]
    fn pointers_lead_through_escaped_names() {
        let tree = tree(r#"{"a/b": [{"~": 7}], "": 1}"#);
        assert_eq!(tree.at("/a~1b/0/~0"), Some(&Tree::Number(Number::Unsigned(7))));
        assert_eq!(tree.at("/"), Some(&Tree::Number(Number::Unsigned(1))));
        assert_eq!(tree.at(""), Some(&tree));
        assert_eq!(tree.at("/a~1b/1"), None);
    }

    #[test]
    fn a_number_the_library_would_change_is_pointed_to() {
        assert_eq!(tree(r#"{"a/b": [0.01, 1e22]}"#).to_value().unwrap().to_string(), r#"{"a/b":[0.01,1e+22]}"#);
        let not_held = |json| tree(json).to_value().map_err(|found| (found.place, found.why)).unwrap_err();
        assert_eq!(not_held(r#"{"a/b": [1, 0.1000000000000000001]}"#), ("/a~1b/1".to_owned(), WhyNotHeld::Digits));
        assert_eq!(not_held(r#"{"a": 1e400}"#), ("/a".to_owned(), WhyNotHeld::Digits));
        assert_eq!(not_held(r#"{"a": "\ud83d"}"#), ("/a".to_owned(), WhyNotHeld::Unpaired));
    }

    #[test]
    fn what_can_not_be_held_is_kept_as_written_and_the_rest_is_read() {
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        let json = format!(r#"{{"big": 1e400, "half": "x\ud83d\u0041", "deep": {deep}, "id": 7, "\ude00": 1}}"#);
        let tree = tree(&json);
        assert_eq!(tree.at("/id"), Some(&Tree::Number(Number::Unsigned(7))));
        assert_eq!(tree.at("/big").unwrap().to_string(), "1e400");
        assert_eq!(tree.at("/half"), Some(&Tree::Unpaired(r"x\ud83d\u0041".into())));
        assert_eq!(tree.at(r"/\ude00"), Some(&Tree::Number(Number::Unsigned(1))));
        let last = tree.at(&format!("/deep{}", "/0".repeat(126))).unwrap();
        assert!(matches!(last, Tree::TooDeep(_)), "{last:?}");
    }

    #[test]
    fn the_first_member_that_is_there_twice_is_pointed_to() {
        let duplicate = |json: &str| Document::parse(json.as_bytes()).unwrap().duplicate;
        assert_eq!(duplicate(r#"{"a": {"x": 1}, "b": [{"x": 1}, {"x": 2}]}"#), None);
        assert_eq!(duplicate(r#"{"role": "admin", "role": "user"}"#).unwrap(), "/role");
        assert_eq!(duplicate(r#"{"a": [0, {"b/c": 1, "b\u002fc": 2, "d": {"e": 1, "e": 2}}]}"#).unwrap(), "/a/1/b~1c");
    }

    proptest! {
        #[test]
        fn a_tree_is_what_serde_json_reads(texts in prop::collection::vec(".*", 0..4), numbers in prop::collection::vec(any::<f64>(), 0..4)) {
            let value = serde_json::json!({ "texts": texts, "numbers": numbers, "both": [texts, numbers, null, true] });
            prop_assert_eq!(tree(&value.to_string()), Tree::from(&value));
        }
    }
}
