//! Where two JSON values differ, by JSON Pointer (RFC 6901).

use serde_json::Value;

use super::record::Change;

/// Longest text shown of a value; the rest is cut.
const TEXT: usize = 400;

/// Up to `most` places, in the order of the old value.
pub(crate) fn differences(old: &Value, new: &Value, most: usize) -> Vec<Change> {
    let mut found = Vec::new();
    walk(String::new(), Some(old), Some(new), &mut found);
    found.truncate(most);
    found
}

fn walk(path: String, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Change>) {
    match (old, new) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let added = new.keys().filter(|name| !old.contains_key(*name));
            for name in old.keys().chain(added) {
                walk(format!("{path}/{}", token(name)), old.get(name), new.get(name), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            for at in 0..old.len().max(new.len()) {
                walk(format!("{path}/{at}"), old.get(at), new.get(at), found);
            }
        }
        (old, new) if old == new => {}
        (old, new) => found.push(Change { path, old: old.map(shown), new: new.map(shown) }),
    }
}

/// A member's name in a pointer.
fn token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn shown(value: &Value) -> Value {
    let text = value.to_string();
    if text.len() <= TEXT {
        return value.clone();
    }
    let cut = (0..=TEXT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    Value::String(format!("{}… ({} bytes)", &text[..cut], text.len()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_named_by_pointer_and_values_of_either_side_shown() {
        let old = json!({"a": {"b/c": 1, "d": [1, 2, 3]}, "gone": true, "same": "x"});
        let new = json!({"a": {"b/c": 2, "d": [1, 5]}, "same": "x", "come": null});
        let found: Vec<_> = differences(&old, &new, 10).into_iter().map(|c| (c.path, c.old, c.new)).collect();
        let expected = [
            ("/a/b~1c", Some(json!(1)), Some(json!(2))),
            ("/a/d/1", Some(json!(2)), Some(json!(5))),
            ("/a/d/2", Some(json!(3)), None),
            ("/gone", Some(json!(true)), None),
            ("/come", None, Some(json!(null))),
        ];
        assert_eq!(found, expected.map(|(path, old, new)| (path.to_owned(), old, new)));
        assert_eq!(differences(&old, &new, 2).len(), 2);
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let found = differences(&json!("ä".repeat(1000)), &json!(1), 1);
        let shown = found[0].old.as_ref().unwrap().as_str().unwrap();
        assert!(shown.len() < TEXT + 40 && shown.ends_with("(2002 bytes)"), "{shown}");
    }
}
