//! How two payloads differ: JSON by its values, each change at its JSON Pointer; other text by lines.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use similar::TextDiff;
use utoipa::ToSchema;

/// Lines around each change of a text.
const CONTEXT: usize = 3;

/// How two payloads differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Diff {
    /// Byte for byte the same.
    Same,
    /// Both are JSON.
    Json {
        /// What changed, in the order of the earlier document.
        changes: Vec<Change>,
    },
    /// Both are text.
    Text {
        /// A unified diff.
        unified: String,
    },
    /// One of them is no text.
    Binary {
        /// Length of the earlier one, in bytes.
        before: usize,
        /// Length of the later one, in bytes.
        after: usize,
    },
}

/// One change in a JSON document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// JSON Pointer (RFC 6901) to what changed; empty for the whole.
    pub path: String,
    /// What was there; none: it was added.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "present")]
    #[schema(value_type = Option<Value>)]
    pub before: Option<Value>,
    /// What is there now; none: it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "present")]
    #[schema(value_type = Option<Value>)]
    pub after: Option<Value>,
}

/// Keeps a `null` that is there apart from nothing being there.
mod present {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use serde_json::Value;

    pub(super) fn serialize<S: Serializer>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
        Value::deserialize(deserializer).map(Some)
    }
}

impl Diff {
    /// How `after` differs from `before`.
    #[must_use]
    pub fn between(before: &[u8], after: &[u8]) -> Self {
        if before == after {
            return Self::Same;
        }
        if let (Ok(from), Ok(to)) = (serde_json::from_slice(before), serde_json::from_slice(after)) {
            let mut changes = Vec::new();
            compare(&mut String::new(), &from, &to, &mut changes);
            // The same values written differently: `1.10` and `1.1`, spaces, the order of names.
            if !changes.is_empty() {
                return Self::Json { changes };
            }
        }
        match (std::str::from_utf8(before), std::str::from_utf8(after)) {
            (Ok(from), Ok(to)) => {
                let unified = TextDiff::from_lines(from, to).unified_diff().context_radius(CONTEXT).to_string();
                Self::Text { unified }
            }
            _ => Self::Binary { before: before.len(), after: after.len() },
        }
    }
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
#[expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]
mod tests {
    use super::*;
    use serde_json::json;

    fn changes(before: &Value, after: &Value) -> Vec<(String, Option<Value>, Option<Value>)> {
        match Diff::between(before.to_string().as_bytes(), after.to_string().as_bytes()) {
            Diff::Json { changes } => changes.into_iter().map(|c| (c.path, c.before, c.after)).collect(),
            other => panic!("{other:?}"),
        }
    }

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
        assert_eq!(changes(&before, &after), expected.map(|(path, from, to)| (path.to_owned(), from, to)));
    }

    #[test]
    fn a_null_that_was_added_survives_json() {
        let change = Change { path: "/new".into(), before: None, after: Some(Value::Null) };
        let text = serde_json::to_string(&change).unwrap();
        assert_eq!(text, r#"{"path":"/new","after":null}"#);
        assert_eq!(serde_json::from_str::<Change>(&text).unwrap(), change);
    }

    #[test]
    fn the_same_values_written_differently_are_shown_as_text() {
        let Diff::Text { unified } = Diff::between(b"{\"price\": 1.10}\n", b"{\"price\": 1.1}\n") else { panic!() };
        assert!(unified.contains("-{\"price\": 1.10}\n+{\"price\": 1.1}\n"), "{unified}");
        assert_eq!(Diff::between(b"a", b"a"), Diff::Same);
        assert_eq!(Diff::between(b"\xff", b"ab"), Diff::Binary { before: 1, after: 2 });
    }
}
