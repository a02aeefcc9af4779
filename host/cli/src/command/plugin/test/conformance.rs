//! The conformance suite: golden cases that the reference plugin of every SDK passes. They are embedded in the command,
//! so that any SDK can be tested with them.

use gantry_golden::CaseFile;

macro_rules! cases {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../../../../../tests/conformance/cases/", $name, ".json")))),+]
    };
}

/// Name and text of each case.
const CASES: [(&str, &str); 24] = cases![
    "a-bug-is-a-fault-of-its-message",
    "arrays-are-no-objects",
    "batches",
    "bytes-and-text",
    "clock",
    "decimals",
    "decimals-as-numbers",
    "half-characters",
    "idempotency-keys",
    "large-payload",
    "log",
    "lookup",
    "lookup-known",
    "lookup-unknown-table",
    "not-json",
    "numbers",
    "outcomes",
    "seen",
    "settings",
    "settings-refused",
    "thousand-messages",
    "unicode",
    "unknown-command",
    "violations",
];

/// All cases of the suite.
pub(super) fn cases() -> Vec<CaseFile> {
    CASES.iter().map(|&(name, text)| CaseFile { name: name.to_owned(), text: text.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use gantry_golden::Case;

    #[test]
    fn every_case_of_the_suite_is_in_the_command_and_well_formed() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/cases");
        let files: BTreeSet<_> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(files, CASES.iter().map(|(name, _)| (*name).to_owned()).collect());
        for (name, text) in CASES {
            Case::read(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}
