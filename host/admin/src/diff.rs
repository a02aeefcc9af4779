//! How two payloads differ: JSON by its values, each change at its JSON Pointer; other text by lines.

pub use gantry_core::json_diff::Change;
use gantry_core::json_diff::changes;
use serde::{Deserialize, Serialize};
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

impl Diff {
    /// How `after` differs from `before`.
    #[must_use]
    pub fn between(before: &[u8], after: &[u8]) -> Self {
        if before == after {
            return Self::Same;
        }
        if let (Ok(from), Ok(to)) = (serde_json::from_slice(before), serde_json::from_slice(after)) {
            let changes = changes(&from, &to);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_values_written_differently_are_shown_as_text() {
        let Diff::Text { unified } = Diff::between(b"{\"price\": 1.10}\n", b"{\"price\": 1.1}\n") else { panic!() };
        assert!(unified.contains("-{\"price\": 1.10}\n+{\"price\": 1.1}\n"), "{unified}");
        assert_eq!(Diff::between(b"a", b"a"), Diff::Same);
        assert_eq!(Diff::between(b"\xff", b"ab"), Diff::Binary { before: 1, after: 2 });
    }
}
