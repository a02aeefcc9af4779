//! Prints the dead letters that a patch does not apply to: of a preview, and of a job.

use gantry_api::v1::Inapplicable;

use crate::text;

/// The dead letters that a patch does not apply to, and why.
pub(super) fn inapplicable(listed: &[Inapplicable], all: u64) -> String {
    if listed.is_empty() {
        return String::new();
    }
    let rows: Vec<_> = listed.iter().map(|one| [format!("  {}", one.id), text::first_line(&one.why, 100)]).collect();
    let more = all.saturating_sub(listed.len() as u64);
    let more = if more > 0 { format!("  and {more} more\n") } else { String::new() };
    format!("\nleft as they are, because the patch does not apply\n{}{more}", text::columns(&rows))
}
