//! Requests in JSON are objects. Without this, a list would be read as an object whose fields it states in order, and an
//! empty list as an object without any; and an error would name a type of this program.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};

/// A value that is read from a JSON object and from nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object<T>(pub T);

impl<'de, T: DeserializeOwned> serde::Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer).map(Self)
    }
}

/// For `#[serde(deserialize_with = …)]` of a field that is an object.
pub(super) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CloseRequest, DeployRequest, NewJob, ReplayRequest};
    use super::*;

    fn refusal<T: DeserializeOwned + fmt::Debug>(json: &str) -> String {
        serde_json::from_str::<Object<T>>(json).unwrap_err().to_string()
    }

    #[test]
    fn a_list_is_no_object_at_any_depth_and_an_error_names_no_type_of_this_program() {
        for wrong in ["[]", r#"["anna", "why"]"#, "7", r#""anna""#, "null"] {
            let refused = refusal::<CloseRequest>(wrong);
            assert!(refused.contains("expected a JSON object"), "{wrong}: {refused}");
        }
        assert!(refusal::<NewJob>(r#"{"kind": "discard", "filter": []}"#).contains("expected a JSON object"));
        let terms = r#"{"flow": "in", "step": "map", "plugin": "a@1.0.0", "terms": []}"#;
        assert!(refusal::<DeployRequest>(terms).contains("expected a JSON object"));
        assert!(refusal::<ReplayRequest>(r#"{"payload": 5}"#).contains("expected a JSON object"));
        let payload: Object<ReplayRequest> = serde_json::from_str(r#"{"payload": {"base64": "/wA="}}"#).unwrap();
        assert_eq!(payload.0.payload.unwrap().0.as_ref(), b"\xff\x00");
        let read: Object<CloseRequest> = serde_json::from_str(r#"{"by": "anna"}"#).unwrap();
        assert_eq!(read.0.by, "anna");
    }
}
