//! Prints differences of payloads.

use gantry_api::v1::{Diff, Revisions};

use crate::text;

/// The difference of each revision from the one before.
pub(super) fn of_revisions(revisions: &Revisions) -> String {
    if revisions.diffs.is_empty() {
        return "never edited\n".to_owned();
    }
    let mut page = String::new();
    for step in &revisions.diffs {
        let edit = revisions.revisions.iter().find(|revision| revision.number == step.to);
        let edited = edit.map(|edit| format!(", edited {} by {}", edit.at, text::line(&edit.by))).unwrap_or_default();
        page.push_str(&format!("revision {} → {}{edited}\n{}\n", step.from, step.to, of(&step.diff)));
    }
    page
}

/// One difference.
pub(super) fn of(diff: &Diff) -> String {
    match diff {
        Diff::Same => "  identical, byte for byte\n".to_owned(),
        Diff::Json { changes } => changes.iter().map(text::change).collect(),
        Diff::Text { unified } => unified.lines().map(|line| format!("  {}\n", text::line(line))).collect(),
        Diff::Binary { before, after } => format!("  {before} bytes → {after} bytes, not text\n"),
    }
}
