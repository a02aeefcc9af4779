//! Warns of two flows one of which may get what is meant for the other.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Report};
use crate::lower::Draft;
use crate::table::At;

/// Warns of webhooks whose paths differ only by a slash at the end: a sender that adds or forgets it reaches the other flow.
pub(crate) fn compare_paths(drafts: &mut [(Report, Draft)]) {
    let mut first: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (report, draft) in drafts {
        let Some(At { span, value }) = draft.intake.as_ref().filter(|intake| intake.value.starts_with('/')) else {
            continue;
        };
        let plain = value.trim_end_matches('/').to_owned();
        match first.get(&plain) {
            Some((other, place)) if other != value => {
                let message = format!("the path differs from `{other}`, at {place}, only by a slash at the end");
                report.add(
                    Code::SimilarPath,
                    span,
                    message,
                    "a sender that adds or forgets the slash reaches the other flow",
                );
            }
            Some(_) => {}
            None => drop(first.insert(plain, (value.clone(), report.file.line_at(span).to_string()))),
        }
    }
}

/// Most patterns that one warning names.
const MOST_NAMED: usize = 10;

/// Warns of flows that watch one directory for names that overlap: which of them gets a file is chance.
pub(crate) fn compare_patterns(drafts: &mut [(Report, Draft)]) {
    let mut earlier: Vec<(String, String, String)> = Vec::new();
    for (report, draft) in drafts {
        let files = draft.intake.as_ref().filter(|_| draft.kind == Some("files"));
        let Some(At { span, value }) = files else { continue };
        let Some((directory, pattern)) = value.rsplit_once('/') else { continue };
        let others = earlier.iter().filter(|(of, other, _)| of == directory && other != pattern);
        let overlapping = others.filter(|(_, other, _)| overlap(pattern, other));
        let named: Vec<_> = overlapping.map(|(_, other, place)| format!("`{other}` to the flow at {place}")).collect();
        if !named.is_empty() {
            let listed = match named.len().saturating_sub(MOST_NAMED) {
                0 => named.join(", "),
                more => format!("{}, and {more} more", named[..MOST_NAMED].join(", ")),
            };
            let message = format!("files of this directory named `{pattern}` go to this flow, those named {listed}");
            let help =
                "a file whose name fits two patterns goes to either flow: let the patterns, or the directories, differ";
            report.add(Code::OverlappingPatterns, span, message, help);
        }
        earlier.push((directory.to_owned(), pattern.to_owned(), report.file.line_at(span).to_string()));
    }
}

/// Whether there is a name that fits two patterns with `*` and `?`.
fn overlap(one: &str, other: &str) -> bool {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    // Whether what is left of both from here on has a name in common, from the end back to the beginning.
    let mut below = vec![false; other.len() + 1];
    for i in (0..=one.len()).rev() {
        let mut row = vec![false; other.len() + 1];
        for j in (0..=other.len()).rev() {
            row[j] = match (one.get(i), other.get(j)) {
                (None, None) => true,
                (Some('*'), _) => below[j] || (j < other.len() && row[j + 1]),
                (_, Some('*')) => row[j + 1] || (i < one.len() && below[j]),
                (Some(a), Some(b)) => (a == b || *a == '?' || *b == '?') && below[j + 1],
                (None, Some(_)) | (Some(_), None) => false,
            };
        }
        below = row;
    }
    below[0]
}

#[cfg(test)]
mod tests {
    use super::overlap;

    #[test]
    fn patterns_overlap_if_a_name_fits_both() {
        for (one, other) in [
            ("*.csv", "orders-*"),
            ("*.csv", "*.csv"),
            ("orders-??.csv", "*-1*.csv"),
            ("a*b", "*"),
            ("a*", "*a"),
            ("**", "?"),
        ] {
            assert!(overlap(one, other) && overlap(other, one), "{one} {other}");
        }
        for (one, other) in
            [("*.csv", "*.json"), ("orders-*", "items-*"), ("a?", "a"), ("", "?*"), ("*.csv", "*.csv.gz")]
        {
            assert!(!overlap(one, other) && !overlap(other, one), "{one} {other}");
        }
    }
}
