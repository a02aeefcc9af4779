//! Compares two payloads: JSON by values, with a JSON Pointer for each change; other text by lines. So is JSON of which the
//! pointers could not show all: numbers with more digits than a float has, members that are there twice.

use gantry_api::v1::Diff;
use gantry_core::json_diff;
use gantry_schema::Json;
use serde_json::Value;
use similar::TextDiff;

use crate::convert::Convert as _;

/// Lines around each change of a text.
const CONTEXT: usize = 3;

/// How `after` differs from `before`.
#[must_use]
pub fn between(before: &[u8], after: &[u8]) -> Diff {
    if before == after {
        return Diff::Same;
    }
    if let (Some(from), Some(to)) = (held(before), held(after)) {
        let changes = json_diff::changes(&from, &to);
        // Equal values can be written differently: `1.10` and `1.1`, spaces, the order of members. Then compare as
        // text.
        if !changes.is_empty() {
            return Diff::Json { changes: changes.convert() };
        }
    }
    if let (Some(from), Some(to)) = (indented(before), indented(after))
        && Json::parse(before) != Json::parse(after)
    {
        return by_lines(&from, &to);
    }
    match (std::str::from_utf8(before), std::str::from_utf8(after)) {
        (Ok(from), Ok(to)) => by_lines(from, to),
        _ => Diff::Binary { before: before.len(), after: after.len() },
    }
}

/// The JSON, if nothing of it is rounded or dropped on reading.
fn held(payload: &[u8]) -> Option<Value> {
    let value: Value = serde_json::from_slice(payload).ok()?;
    (Json::parse(payload).ok()? == Json::from(value.clone())).then_some(value)
}

/// The JSON as it is written, a line for each member.
fn indented(payload: &[u8]) -> Option<String> {
    Some(serde_json::to_string_pretty(&Json::parse(payload).ok()?).ok()? + "\n")
}

fn by_lines(before: &str, after: &str) -> Diff {
    Diff::Text { unified: TextDiff::from_lines(before, after).unified_diff().context_radius(CONTEXT).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_that_a_float_has_not_is_shown_beside_every_other_change() {
        let before = br#"{"id":12345678901234567890123,"price":0.1,"note":"a"}"#;
        let after = br#"{"id":12345678901234567890124,"price":0.10000000000000001,"note":"b"}"#;
        let Diff::Text { unified } = between(before, after) else { panic!() };
        for line in [
            "-  \"id\": 12345678901234567890123,\n",
            "+  \"id\": 12345678901234567890124,\n",
            "+  \"price\": 0.10000000000000001,\n",
            "+  \"note\": \"b\"\n",
        ] {
            assert!(unified.contains(line), "{unified}");
        }
        let Diff::Text { unified } = between(br#"{"a":1,"a":2}"#, br#"{"a":3,"a":2}"#) else { panic!() };
        assert!(unified.contains("+  \"a\": 3,"), "{unified}");
        assert!(matches!(between(br#"{"a":1.5}"#, br#"{"a":1.25}"#), Diff::Json { .. }));
    }

    #[test]
    fn the_same_values_written_differently_are_shown_as_text() {
        let Diff::Text { unified } = between(b"{\"price\": 1.10}\n", b"{\"price\": 1.1}\n") else { panic!() };
        assert!(unified.contains("-{\"price\": 1.10}\n+{\"price\": 1.1}\n"), "{unified}");
        assert_eq!(between(b"a", b"a"), Diff::Same);
        assert_eq!(between(b"\xff", b"ab"), Diff::Binary { before: 1, after: 2 });
    }
}
