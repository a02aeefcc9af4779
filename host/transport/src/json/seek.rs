//! Follows a JSON Pointer through a document while it is parsed. Other parts are skipped without being stored.

use std::fmt;

use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Found;

/// Follows the remaining tokens.
pub(super) struct Seek<'p>(pub(super) &'p [String]);

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = Found;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        if self.0.is_empty() {
            let raw = <&RawValue as de::Deserialize>::deserialize(deserializer)?;
            return classify(raw).map_err(de::Error::custom);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
        let mut found = Found::Missing;
        while let Some(wanted) = map.next_key_seed(NameIs(&self.0[0]))? {
            if wanted {
                found = map.next_value_seed(Seek(&self.0[1..]))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Found, A::Error> {
        let wanted = self.0[0].parse::<usize>().ok().filter(|index| index.to_string() == self.0[0]);
        let mut found = Found::Missing;
        let mut index = 0;
        loop {
            if wanted == Some(index) {
                match seq.next_element_seed(Seek(&self.0[1..]))? {
                    Some(element) => found = element,
                    None => return Ok(found),
                }
            } else if seq.next_element::<IgnoredAny>()?.is_none() {
                return Ok(found);
            }
            index += 1;
        }
    }

    // A scalar where the path goes on: the value is missing.
    fn visit_bool<E>(self, _: bool) -> Result<Found, E> {
        Ok(Found::Missing)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Found, E> {
        Ok(Found::Missing)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Found, E> {
        Ok(Found::Missing)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Found, E> {
        Ok(Found::Missing)
    }
    fn visit_str<E>(self, _: &str) -> Result<Found, E> {
        Ok(Found::Missing)
    }
    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(Found::Missing)
    }
}

/// Whether an object's name is the one looked for, without copying it.
struct NameIs<'p>(&'p str);

impl<'de> DeserializeSeed<'de> for NameIs<'_> {
    type Value = bool;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameIs<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}

fn classify(raw: &RawValue) -> Result<Found, serde_json::Error> {
    Ok(match raw.get().as_bytes().first() {
        Some(b'"') => Found::Scalar(serde_json::from_str(raw.get())?),
        Some(b'{' | b'[') => Found::Compound,
        Some(b'n') | None => Found::Missing,
        Some(_) => Found::Scalar(raw.get().to_owned()),
    })
}
