//! Compares two payloads: JSON by values, with a JSON Pointer for each change; other text by lines.

use gantry_api::v1::Diff;
use gantry_core::json_diff;
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
    if let (Ok(from), Ok(to)) = (serde_json::from_slice(before), serde_json::from_slice(after)) {
        let changes = json_diff::changes(&from, &to);
        // Equal values can be written differently: `1.10` and `1.1`, spaces, the order of members. Then compare as
        // text.
        if !changes.is_empty() {
            return Diff::Json { changes: changes.convert() };
        }
    }
    match (std::str::from_utf8(before), std::str::from_utf8(after)) {
        (Ok(from), Ok(to)) => {
            let unified = TextDiff::from_lines(from, to).unified_diff().context_radius(CONTEXT).to_string();
            Diff::Text { unified }
        }
        _ => Diff::Binary { before: before.len(), after: after.len() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_values_written_differently_are_shown_as_text() {
        let Diff::Text { unified } = between(b"{\"price\": 1.10}\n", b"{\"price\": 1.1}\n") else { panic!() };
        assert!(unified.contains("-{\"price\": 1.10}\n+{\"price\": 1.1}\n"), "{unified}");
        assert_eq!(between(b"a", b"a"), Diff::Same);
        assert_eq!(between(b"\xff", b"ab"), Diff::Binary { before: 1, after: 2 });
    }
}
