//! The report on golden cases, as text and JSON.

use std::fmt::Write as _;

use gantry_core::{Limits, PluginRef, counted};
use gantry_golden::{CaseFile, CaseOutcome, Difference, Payloads};
use gantry_sandbox::Plugin;
use gantry_schema::Json;
use owo_colors::OwoColorize as _;
use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use crate::text;

/// Unchanged lines shown around a change.
const CONTEXT: usize = 3;

/// The results of all cases of a plugin.
#[derive(Debug, Serialize)]
pub(in crate::command::plugin) struct Report {
    plugin: PluginRef,
    passed: usize,
    pub(in crate::command::plugin) failed: usize,
    cases: Vec<CaseOutcome>,
}

impl Report {
    /// Runs these cases, each within the limits of one call.
    pub(in crate::command::plugin) fn run(
        plugin: &Plugin,
        cases: &[CaseFile],
        limits: Limits,
        payloads: Payloads,
    ) -> Self {
        Self::new(plugin.reference().clone(), gantry_golden::run(plugin, cases, limits, payloads))
    }

    fn new(plugin: PluginRef, cases: Vec<CaseOutcome>) -> Self {
        let passed = cases.iter().filter(|case| case.passed).count();
        Self { plugin, passed, failed: cases.len() - passed, cases }
    }

    pub(in crate::command::plugin) fn human(&self, color: bool) -> String {
        let mut text = String::new();
        for case in &self.cases {
            // Writing to a string can't fail.
            let _ = write_case(&mut text, case, color);
        }
        let passed = counted(self.passed, "case");
        let _ = match self.failed {
            0 => writeln!(text, "{}: {passed} passed", self.plugin),
            failed => writeln!(text, "{}: {passed} passed, {failed} failed", self.plugin),
        };
        text
    }
}

fn write_case(out: &mut String, case: &CaseOutcome, color: bool) -> std::fmt::Result {
    let mark = match (case.passed, color) {
        (true, true) => "ok".green().to_string(),
        (false, true) => "FAILED".red().bold().to_string(),
        (true, false) => "ok".to_owned(),
        (false, false) => "FAILED".to_owned(),
    };
    let colon = if case.description.is_empty() { "" } else { ": " };
    writeln!(out, "{mark} {}{colon}{}", text::line(&case.name), text::line(&case.description))?;
    if let Some(error) = &case.error {
        error.lines().try_for_each(|line| writeln!(out, "    {}", text::line(line)))?;
    }
    for difference in &case.differences {
        writeln!(out, "    {}: expected (-), got (+)", difference.of)?;
        write_difference(out, difference, color)?;
    }
    Ok(())
}

fn write_difference(out: &mut String, difference: &Difference, color: bool) -> std::fmt::Result {
    let expected = pretty(&difference.expected);
    let actual = pretty(&difference.actual);
    let diff = TextDiff::from_lines(&expected, &actual);
    for (number, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if number > 0 {
            writeln!(out, "    …")?;
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let line = text::line(change.value().trim_end_matches('\n'));
            match (change.tag(), color) {
                (ChangeTag::Equal, _) => writeln!(out, "      {line}")?,
                (ChangeTag::Delete, false) => writeln!(out, "    - {line}")?,
                (ChangeTag::Insert, false) => writeln!(out, "    + {line}")?,
                (ChangeTag::Delete, true) => writeln!(out, "    {}", format!("- {line}").red())?,
                (ChangeTag::Insert, true) => writeln!(out, "    {}", format!("+ {line}").green())?,
            }
        }
    }
    Ok(())
}

fn pretty(json: &Json) -> String {
    serde_json::to_string_pretty(json).unwrap_or_else(|_| json.to_string()) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use gantry_core::Digest;
    use serde_json::json;

    #[test]
    fn a_difference_reads_line_by_line() {
        let lines = |last: u32| json!({ "emit": [{ "payload": { "a": 1, "b": 2, "c": 3, "d": 4, "total": last } }] });
        let differences =
            vec![Difference { of: "message 1".into(), expected: lines(5).into(), actual: lines(6).into() }];
        let plugin = PluginRef { name: "orders".into(), version: "1.2.0".into(), digest: Digest::of(b"") };
        let case = |name: &str, description: &str, differences: Vec<Difference>, error: Option<&str>| CaseOutcome {
            name: name.into(),
            description: description.into(),
            passed: differences.is_empty() && error.is_none(),
            error: error.map(str::to_owned),
            differences,
        };
        let cases = vec![
            case("complete", "A complete order", Vec::new(), None),
            case("totals", "Totals are checked", differences, None),
            case("torn", "", Vec::new(), Some("this is not a golden case: line 3")),
        ];
        insta::assert_snapshot!(Report::new(plugin, cases).human(false));
    }
}
