//! Where two JSON values differ: each change at its JSON Pointer. Used for edited payloads, and to compare what two
//! versions of a plugin make of one message.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One change in a JSON document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// JSON Pointer (RFC 6901) to what changed; empty for the whole.
    pub path: String,
    /// What was there; none: it was added.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "present")]
    pub before: Option<Value>,
    /// What is there now; none: it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "present")]
    pub after: Option<Value>,
}

/// Tells a `null` from an absent value: for `#[serde(with = …)]`.
pub mod present {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use serde_json::Value;

    /// For `#[serde(with = …)]`.
    pub fn serialize<S: Serializer>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }

    /// For `#[serde(with = …)]`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
        Value::deserialize(deserializer).map(Some)
    }
}

/// Every change from one value to the other, in the order of the earlier one; none when they are equal.
#[must_use]
pub fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(&mut String::new(), before, after, &mut changes);
    changes
}

fn compare(path: &mut String, before: &Value, after: &Value, changes: &mut Vec<Change>) {
    match (before, after) {
        (Value::Object(from), Value::Object(to)) => {
            for (name, value) in from {
                below(path, name, Some(value), to.get(name), changes);
            }
            for (name, value) in to.iter().filter(|(name, _)| !from.contains_key(*name)) {
                below(path, name, None, Some(value), changes);
            }
        }
        (Value::Array(from), Value::Array(to)) => {
            for at in 0..from.len().max(to.len()) {
                below(path, &at.to_string(), from.get(at), to.get(at), changes);
            }
        }
        _ if before == after => {}
        _ => changes.push(Change { path: path.clone(), before: Some(before.clone()), after: Some(after.clone()) }),
    }
}

fn below(path: &mut String, name: &str, before: Option<&Value>, after: Option<&Value>, changes: &mut Vec<Change>) {
    let len = path.len();
    path.push('/');
    path.push_str(&name.replace('~', "~0").replace('/', "~1"));
    match (before, after) {
        (Some(before), Some(after)) => compare(path, before, after, changes),
        _ => changes.push(Change { path: path.clone(), before: before.cloned(), after: after.cloned() }),
    }
    path.truncate(len);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_differs_at_its_pointers_wherever_names_stand() {
        let before = json!({"id": 7, "lines": [{"sku": "A"}, {"sku": "B"}], "a/b": 1, "gone": null});
        let after = json!({"lines": [{"sku": "A"}, {"sku": "C"}, {"sku": "D"}], "id": 7, "a/b": 2, "new": null});
        let expected = [
            ("/lines/1/sku", Some(json!("B")), Some(json!("C"))),
            ("/lines/2", None, Some(json!({"sku": "D"}))),
            ("/a~1b", Some(json!(1)), Some(json!(2))),
            ("/gone", Some(Value::Null), None),
            ("/new", None, Some(Value::Null)),
        ];
        let found: Vec<_> = changes(&before, &after).into_iter().map(|c| (c.path, c.before, c.after)).collect();
        assert_eq!(found, expected.map(|(path, from, to)| (path.to_owned(), from, to)));
    }

    #[test]
    fn a_null_that_was_added_survives_json() {
        let change = Change { path: "/new".into(), before: None, after: Some(Value::Null) };
        let text = serde_json::to_string(&change).unwrap();
        assert_eq!(text, r#"{"path":"/new","after":null}"#);
        assert_eq!(serde_json::from_str::<Change>(&text).unwrap(), change);
    }
}
