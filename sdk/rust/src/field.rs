//! A scalar member that may be missing, null or of the wrong type without failing the whole message at once.
//!
//! With plain types, serde stops at the first mismatch. With [`Field`] the mapping sees every member's state, so that
//! one dead letter lists everything that is wrong with the message. Numbers are read exactly: a decimal never passes
//! through a float.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::check::Defect;

/// A member of the input: write `#[serde(default)]` above it, so that it may be missing.
///
/// ```
/// use gantry_sdk::prelude::*;
///
/// #[derive(Deserialize)]
/// struct Line {
///     #[serde(default)]
///     sku: Field<String>,
///     #[serde(default)]
///     quantity: Field<u32>,
/// }
///
/// let line: Line = serde_json::from_str(r#"{"sku": " A-1 ", "quantity": "two"}"#)?;
/// assert_eq!(line.sku.text(), Ok("A-1"));
/// assert_eq!(line.quantity.required().unwrap_err().code, "wrong-type");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// The object has no such member.
    #[default]
    Missing,
    /// The member is `null`.
    Null,
    /// A value of the right type.
    Value(T),
    /// A value, but not of the right type.
    Wrong(Defect),
    /// A text of blanks only, of which no value can be made: none for `optional`, this defect for `required`.
    Blank(Defect),
}

impl<T> Field<T> {
    /// The value; a missing or null member is a `missing-field`.
    pub fn required(&self) -> Result<&T, Defect> {
        match self {
            Self::Blank(defect) => Err(defect.clone()),
            _ => self.optional()?.ok_or_else(|| Defect::new("missing-field", "this is mandatory")),
        }
    }

    /// The value, if there is one: an amount in a column that a CSV export left empty counts as none.
    pub fn optional(&self) -> Result<Option<&T>, Defect> {
        match self {
            Self::Value(value) => Ok(Some(value)),
            Self::Missing | Self::Null | Self::Blank(_) => Ok(None),
            Self::Wrong(defect) => Err(defect.clone()),
        }
    }
}

impl<T: Copy> Field<T> {
    /// The value, or `default` if there is none.
    pub fn or(&self, default: T) -> Result<T, Defect> {
        Ok(self.optional()?.copied().unwrap_or(default))
    }

    /// [`required`](Self::required), by value.
    pub fn value(&self) -> Result<T, Defect> {
        self.required().copied()
    }
}

impl<T: AsRef<str>> Field<T> {
    /// The text without surrounding blanks; nothing but blanks is an `empty-field`.
    pub fn text(&self) -> Result<&str, Defect> {
        let text = trimmed(self.required()?.as_ref());
        if text.is_empty() { Err(Defect::new("empty-field", "this must not be empty")) } else { Ok(text) }
    }

    /// The text without surrounding blanks, if there is any: a column that a CSV export left empty counts as none.
    pub fn text_or_none(&self) -> Result<Option<&str>, Defect> {
        Ok(self.optional()?.map(|text| trimmed(text.as_ref())).filter(|text| !text.is_empty()))
    }
}

/// What a [`Field`] can hold.
pub trait Scalar: Sized {
    /// For messages: `expected a text`.
    const EXPECTED: &'static str;

    /// Reads any JSON value; one of the wrong type is no error but [`Field::Wrong`].
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        deserializer.deserialize_any(ScalarVisitor(PhantomData))
    }

    /// From a JSON string.
    fn of_text(_: &str) -> Option<Self> {
        None
    }

    /// From a JSON integer.
    fn of_integer(_: i128) -> Option<Self> {
        None
    }

    /// From `true` or `false`.
    fn of_boolean(_: bool) -> Option<Self> {
        None
    }
}

impl Scalar for String {
    const EXPECTED: &'static str = "a text";

    fn of_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Scalar for bool {
    const EXPECTED: &'static str = "true or false";

    fn of_boolean(value: bool) -> Option<Self> {
        Some(value)
    }
}

macro_rules! integers {
    ($($integer:ty: $expected:literal),+) => {
        $(impl Scalar for $integer {
            const EXPECTED: &'static str = $expected;

            fn of_integer(value: i128) -> Option<Self> {
                Self::try_from(value).ok()
            }
        })+
    };
}

integers! {
    u32: "a whole number from 0 to 4294967295",
    u64: "a whole number, not negative",
    i32: "a whole number from -2147483648 to 2147483647",
    i64: "a whole number"
}

impl<'de, T: Scalar> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer)
    }
}

impl<T: Scalar> Field<T> {
    /// The value, or the defect of having got `found` instead.
    pub(crate) fn of(value: Option<T>, found: &'static str) -> Self {
        value.map_or_else(|| Self::Wrong(wrong_type(T::EXPECTED, found)), Self::Value)
    }
}

/// Without surrounding blanks. Most texts have none, which the first and the last byte show.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

#[cold]
fn wrong_type(expected: &str, found: &str) -> Defect {
    Defect::new("wrong-type", format!("expected {expected}, found {found}"))
}

struct ScalarVisitor<T>(PhantomData<T>);

impl<'de, T: Scalar> Visitor<'de> for ScalarVisitor<T> {
    type Value = Field<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E>(self, text: &str) -> Result<Field<T>, E> {
        Ok(Field::of(T::of_text(text), "a text"))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Field<T>, E> {
        Ok(Field::of(T::of_integer(value.into()), "another number"))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Field<T>, E> {
        Ok(Field::of(T::of_integer(value.into()), "another number"))
    }

    /// Whole numbers beyond 64 bits come as floats, too.
    fn visit_f64<E>(self, value: f64) -> Result<Field<T>, E> {
        let is_long = value.abs() >= 9_223_372_036_854_775_808.0;
        Ok(Field::of(None, if is_long { "another number" } else { "a number with a point or an exponent" }))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Field<T>, E> {
        Ok(Field::of(T::of_boolean(value), "true or false"))
    }

    fn visit_unit<E>(self) -> Result<Field<T>, E> {
        Ok(Field::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Field<T>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Field::of(None, "an array"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Field<T>, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Field::of(None, "an object"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Field<String> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_value_of_any_other_type_is_wrong_but_not_fatal() {
        for json in ["1", "-1", "1.5", "true", r#"[1, {"a": 2}]"#, r#"{"a": [1]}"#] {
            assert_eq!(text(json).required().unwrap_err().code, "wrong-type", "{json}");
        }
        let wrong = serde_json::from_str::<Field<u32>>("4294967296").unwrap();
        assert_eq!(wrong.required().unwrap_err().code, "wrong-type");
        assert_eq!(serde_json::from_str::<Field<i32>>("-5").unwrap(), Field::Value(-5));
        assert_eq!(serde_json::from_str::<Field<bool>>("true").unwrap(), Field::Value(true));
    }

    #[test]
    fn a_whole_number_has_no_point_and_no_exponent() {
        for json in ["1.0", "1e2"] {
            let defect = serde_json::from_str::<Field<u32>>(json).unwrap().required().unwrap_err().clone();
            assert!(defect.text.ends_with("found a number with a point or an exponent"), "{defect:?}");
        }
    }

    #[test]
    fn missing_null_and_blank_are_told_apart() {
        assert_eq!(Field::<String>::Missing.text().unwrap_err().code, "missing-field");
        assert_eq!(text("null").text().unwrap_err().code, "missing-field");
        assert_eq!(text(r#""  ""#).text().unwrap_err().code, "empty-field");
        assert_eq!(text(r#""  ""#).text_or_none(), Ok(None));
        assert_eq!(text(r#"" Br\u00fchl ""#).text(), Ok("Brühl"));
    }
}
