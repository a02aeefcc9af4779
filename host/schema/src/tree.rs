//! A JSON document in memory, with its numbers exact.
//!
//! When a name repeats in one object, the last one counts, as everywhere in the host.

mod reader;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::number::Number;

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
}

impl Tree {
    /// Reads a whole JSON text.
    pub fn parse(json: &[u8]) -> Result<Self, serde_json::Error> {
        reader::read(json)
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

    /// The same value for the library that reads schemas, which can't hold numbers with more digits than a float has.
    ///
    /// `Err` is the JSON Pointer of a number that would be changed.
    pub(crate) fn to_value(&self) -> Result<Value, String> {
        let inner = |name: String, tree: &Self| tree.to_value().map_err(|below| format!("/{name}{below}"));
        Ok(match self {
            Self::Null => Value::Null,
            Self::Boolean(boolean) => Value::Bool(*boolean),
            Self::Number(number) => Value::Number(held(number).ok_or_else(String::new)?),
            Self::Text(text) => Value::String(text.clone()),
            Self::Array(items) => {
                let items = items.iter().enumerate().map(|(index, item)| inner(index.to_string(), item));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            Self::Object(members) => {
                let members = members.iter().map(|(name, member)| Ok((name.clone(), inner(token(name), member)?)));
                Value::Object(members.collect::<Result<_, String>>()?)
            }
        })
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
        for json in ["", "{", "[1,]", "[1] 2", "\u{feff}{}", "[\"\u{1}\"]", "01", "1.", "1e999", "{\"a\":1.5,}"] {
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
        assert_eq!(tree(r#"{"a/b": [1, 0.1000000000000000001]}"#).to_value(), Err("/a~1b/1".to_owned()));
    }

    proptest! {
        #[test]
        fn a_tree_is_what_serde_json_reads(texts in prop::collection::vec(".*", 0..4), numbers in prop::collection::vec(any::<f64>(), 0..4)) {
            let value = serde_json::json!({ "texts": texts, "numbers": numbers, "both": [texts, numbers, null, true] });
            prop_assert_eq!(tree(&value.to_string()), Tree::from(&value));
        }
    }
}
