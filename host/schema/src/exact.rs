//! JSON as it is written: numbers digit by digit, texts with their escapes, members in their order.
//!
//! Cases and the payloads of plugins are held like this, because `serde_json` rounds what is no 64-bit integer to a float:
//! a wrong digit behind the seventeenth would pass, and a plugin would get another number than its case states. Equal are
//! two of the same value: `1.0` and `1.00`, `"ä"` and `"\u00e4"`, members in any order.

mod read;

use std::fmt::{self, Write as _};

use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::number::Number;

pub use read::NotHeld;

/// A JSON value.
#[derive(Clone, Debug)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number, as written.
    Number(Box<str>),
    /// A text.
    Text(Text),
    /// An array.
    Array(Vec<Json>),
    /// An object. A name that is there twice is kept twice.
    Object(Vec<(Text, Json)>),
}

/// A text, as it is written and as it is meant.
#[derive(Clone, Debug)]
pub struct Text {
    /// Between its quotes.
    written: Box<str>,
    /// None where it is meant as it is written.
    meant: Option<Box<str>>,
}

impl Json {
    /// The members of an object.
    #[must_use]
    pub fn members(&self) -> Option<&[(Text, Self)]> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// The member of this name, if it is an object that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.members()?.iter().find(|(known, _)| known.as_str() == name).map(|(_, member)| member)
    }

    /// What the text means, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text.as_str()) } else { None }
    }

    /// Without white space, and each text in the shortest spelling: `ä` for `\u00e4`. Numbers stay as they are written.
    #[must_use]
    pub fn shortest(&self) -> String {
        match self {
            Self::Text(text) => quoted(text.as_str()),
            Self::Array(items) => format!("[{}]", joined(items.iter().map(Self::shortest))),
            Self::Object(members) => {
                let members = members.iter();
                let members = members.map(|(name, member)| format!("{}:{}", quoted(name.as_str()), member.shortest()));
                format!("{{{}}}", joined(members))
            }
            other => other.to_string(),
        }
    }

    /// Its exact value, if it is a number.
    #[must_use]
    pub fn number(&self) -> Option<Number> {
        if let Self::Number(written) = self { Some(Number::parse(written)) } else { None }
    }
}

impl Text {
    /// What it means.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.meant.as_deref().unwrap_or(&self.written)
    }
}

impl From<&str> for Text {
    fn from(meant: &str) -> Self {
        let quoted = quoted(meant);
        let written = &quoted[1..quoted.len() - 1];
        Self { written: written.into(), meant: (written != meant).then(|| meant.into()) }
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(boolean) => Self::Boolean(boolean),
            Value::Number(number) => Self::Number(number.to_string().into()),
            Value::String(text) => Self::Text(text.as_str().into()),
            Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            Value::Object(members) => {
                Self::Object(members.into_iter().map(|(name, member)| (name.as_str().into(), member.into())).collect())
            }
        }
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(one), Self::Boolean(other)) => one == other,
            (Self::Number(one), Self::Number(other)) => one == other || Number::parse(one) == Number::parse(other),
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Array(one), Self::Array(other)) => one == other,
            (Self::Object(one), Self::Object(other)) => one.len() == other.len() && by_name(one) == by_name(other),
            _ => false,
        }
    }
}

impl Eq for Json {}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

/// As it is written, without white space between tokens.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(boolean) => boolean.fmt(f),
            Self::Number(written) => f.write_str(written),
            Self::Text(text) => text.fmt(f),
            Self::Array(items) => {
                f.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { "," })?;
                }
                f.write_char(']')
            }
            Self::Object(members) => {
                f.write_char('{')?;
                for (index, (name, member)) in members.iter().enumerate() {
                    write!(f, "{}{name}:{member}", if index == 0 { "" } else { "," })?;
                }
                f.write_char('}')
            }
        }
    }
}

/// As it is written, between quotes.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.written)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(boolean) => serializer.serialize_bool(*boolean),
            Self::Number(_) | Self::Text(_) => {
                RawValue::from_string(self.to_string()).map_err(serde::ser::Error::custom)?.serialize(serializer)
            }
            Self::Array(items) => {
                let mut array = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| array.serialize_element(item))?;
                array.end()
            }
            Self::Object(members) => {
                let mut object = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(name, member)| object.serialize_entry(name.as_str(), member))?;
                object.end()
            }
        }
    }
}

/// From a JSON text only: other formats don't keep how a number is written.
impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::parse(raw.get().as_bytes()).map_err(serde::de::Error::custom)
    }
}

/// The members, sorted by name; those of one name stay in their order.
fn by_name(members: &[(Text, Json)]) -> Vec<&(Text, Json)> {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
    sorted
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn json(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn every_token_stays_as_it_is_written() {
        let written = r#"{"b":[1.00,1e0,-0,12345678901234567890.10],"a":"\u00e4\/","b":null,"":{},"t":[true,[]]}"#;
        assert_eq!(json(written).to_string(), written);
        assert_eq!(serde_json::to_string(&json(written)).unwrap(), written);
        assert_eq!(serde_json::from_str::<Json>(written).unwrap().to_string(), written);
        assert_eq!(json(" [ 1.0 ,\n\"a b\" ] ").to_string(), r#"[1.0,"a b"]"#);
    }

    #[test]
    fn the_shortest_spelling_is_one_of_texts_and_not_of_numbers() {
        assert_eq!(json(r#"{"\u0061": ["\u00e4\/\n", 1.00]}"#).shortest(), r#"{"a":["ä/\n",1.00]}"#);
    }

    #[test]
    fn equal_are_those_of_the_same_value() {
        for (one, other) in
            [("1.0", "1.00"), ("1.0", "1e0"), (r#""ä""#, r#""\u00e4""#), (r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1.0}"#)]
        {
            assert_eq!(json(one), json(other));
        }
    }

    #[test]
    fn one_digit_or_member_more_is_another_value() {
        for (one, other) in [
            ("0.1", "0.10000000000000001"),
            ("12345678901234567890", "12345678901234567891"),
            ("9007199254740993.0", "9007199254740992.0"),
            ("1e400", "2e400"),
            ("1", "\"1\""),
            (r#"{"a":1}"#, r#"{"a":1,"a":1}"#),
            (r#"{"a":1,"a":2}"#, r#"{"a":2,"a":1}"#),
            ("[1,2]", "[2,1]"),
        ] {
            assert_ne!(json(one), json(other));
        }
    }

    proptest! {
        #[test]
        fn what_serde_writes_is_kept_and_compared_as_serde_does(texts in prop::collection::vec(".*", 2), number in any::<i64>()) {
            let value = serde_json::json!({ &texts[0]: [number, texts[1]], "same": texts[0] == texts[1] });
            prop_assert_eq!(json(&value.to_string()).to_string(), value.to_string());
            prop_assert_eq!(json(&value.to_string()), Json::from(value));
            prop_assert_eq!(Text::from(&*texts[0]) == Text::from(&*texts[1]), texts[0] == texts[1]);
        }
    }
}
