//! Broken rules, as they are counted over time: by step, rule, field and severity.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::outcome::Violation;

/// What a broken rule means for its message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The message is given up.
    #[default]
    Error,
    /// The message goes on; the breach is only counted.
    Warning,
}

impl Severity {
    /// The severity as metrics, commands and reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// How often one message breaks one rule at one field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Breach {
    /// Who found it: the name of a step, `source.schema` or `target.NAME.schema`.
    pub step: String,
    /// The violation's code.
    pub code: String,
    /// JSON Pointer of the field, with `*` for the indices of arrays.
    pub field: String,
    /// What it means for the message.
    pub severity: Severity,
    /// How often.
    pub count: u64,
}

impl Breach {
    /// The violations of one message, folded: those of all elements of an array count for one field.
    #[must_use]
    pub fn of(step: &str, violations: &[Violation]) -> Vec<Self> {
        let mut counts: BTreeMap<(&str, String), u64> = BTreeMap::new();
        for violation in violations {
            *counts.entry((&violation.code, fold_names(violation))).or_default() += 1;
        }
        counts
            .into_iter()
            .map(|((code, field), count)| Self {
                step: step.to_owned(),
                code: code.to_owned(),
                field,
                severity: Severity::Error,
                count,
            })
            .collect()
    }
}

/// Codes of rules about a member that the rule doesn't name: its sender made the name up, and may make up another with each
/// message.
const ABOUT_UNKNOWN_MEMBERS: [&str; 2] = ["unknown-field", "duplicate-member"];

/// The path of a violation, with `*` in place of what only the message names: indices, and members that the rule doesn't know.
#[must_use]
pub fn fold_names(violation: &Violation) -> String {
    let path = fold_indices(&violation.path);
    match path.rfind('/') {
        Some(last) if ABOUT_UNKNOWN_MEMBERS.contains(&violation.code.as_str()) => format!("{}/*", &path[..last]),
        _ => path,
    }
}

/// A JSON Pointer with `*` in place of numbers: `/lines/3/sku` and `/lines/7/sku` are one field.
#[must_use]
pub fn fold_indices(path: &str) -> String {
    path.split('/').map(|part| if is_index(part) { "*" } else { part }).collect::<Vec<_>>().join("/")
}

fn is_index(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violations_at_all_elements_of_an_array_count_for_one_field() {
        let violation =
            |path: &str, code: &str| Violation { path: path.into(), code: code.into(), text: String::new() };
        let violations =
            [violation("/lines/0/sku", "too-long"), violation("/lines/12/sku", "too-long"), violation("", "too-long")];
        let breaches = Breach::of("map", &violations);
        let shown: Vec<_> = breaches.iter().map(|breach| (breach.field.as_str(), breach.count)).collect();
        assert_eq!(shown, [("", 1), ("/lines/*/sku", 2)]);
    }

    #[test]
    fn a_name_that_a_sender_made_up_is_no_field_of_its_own() {
        let folded = |path: &str, code: &str| {
            fold_names(&Violation { path: path.into(), code: code.into(), text: String::new() })
        };
        assert_eq!(folded("/lines/3/xq7", "unknown-field"), "/lines/*/*");
        assert_eq!(folded("/xq7", "duplicate-member"), "/*");
        assert_eq!(folded("/xq7", "wrong-type"), "/xq7");
        assert_eq!(folded("", "unknown-field"), "");
    }
}
