//! A flow file with mistakes, and what can be read of it all the same: the flow's name and where its messages come from. A
//! host that runs its other flows shows the flow under this name, and answers its senders.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gantry_core::FlowName;

use crate::diagnostic::Diagnostics;

/// Longest name of a flow.
const LONGEST_NAME: usize = 64;

/// A flow file with mistakes.
#[derive(Clone, Debug)]
pub struct BrokenFile {
    /// The flow's name; the file's, if the flow's can't be read or belongs to another flow.
    pub name: FlowName,
    /// The names that it had before, if they can be read.
    pub formerly: Vec<FlowName>,
    /// The file.
    pub file: PathBuf,
    /// Where the flow's messages come from, if that can be read.
    pub intake: Option<Intake>,
    /// The files that it names and the host reads, as far as that can be read: mending one may mend the flow.
    pub named: Vec<PathBuf>,
    /// What is wrong, warnings included.
    pub found: Diagnostics,
}

/// What no other flow may take messages from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intake {
    /// The kind of source, as flow files name it.
    pub kind: &'static str,
    /// Path of a webhook, or the files that are watched.
    pub place: String,
}

/// The name that a broken flow is shown under: its own, else its file's, with a number if that is `taken`.
pub(crate) fn name_of(stated: Option<FlowName>, file: &Path, taken: &BTreeSet<FlowName>) -> FlowName {
    if let Some(name) = stated.filter(|name| !taken.contains(name)) {
        return name;
    }
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let plain: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    let plain = if plain.is_empty() { "flow" } else { &plain };
    let numbered = (1..).map(|number| if number == 1 { String::new() } else { format!("-{number}") });
    let mut names = numbered.filter_map(|end| {
        let kept = plain.len().min(LONGEST_NAME - end.len());
        format!("{}{end}", &plain[..kept]).parse::<FlowName>().ok()
    });
    #[expect(clippy::expect_used, reason = "numbers don't end, and each makes another valid name")]
    names.find(|name| !taken.contains(name)).expect("a free name")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(stated: Option<&str>, file: &str, taken: &[&str]) -> String {
        let taken = taken.iter().map(|name| name.parse().unwrap()).collect();
        name_of(stated.map(|name| name.parse().unwrap()), file.as_ref(), &taken).to_string()
    }

    #[test]
    fn a_broken_flow_has_its_own_name_or_its_files_and_never_that_of_another() {
        assert_eq!(named(Some("orders"), "flows/a.toml", &[]), "orders");
        assert_eq!(named(None, "flows/Orders in (2).toml", &[]), "orders-in--2-");
        assert_eq!(named(Some("orders"), "flows/b.toml", &["orders"]), "b");
        assert_eq!(named(Some("orders"), "flows/b.toml", &["orders", "b", "b-2"]), "b-3");
        assert_eq!(named(None, &"ü".repeat(80), &[]), "-".repeat(64));
    }
}
