//! Steps: which plugin, with which settings, grants and limits; or which rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gantry_core::{Limits, Reuse};

use super::Lower;
use crate::at::{At, Span};
use crate::diagnostic::Code;
use crate::flow::{OnViolation, PluginStep, RulesStep, Step, Work};
use crate::raw::flow::{LimitsTable, StepTable, TableTable, WarmTable};
use crate::raw::rules::{OnViolationChoice, RuleTable};
use crate::units::show_size;

pub(super) type Tables = BTreeMap<At<String>, TableTable>;

/// A guest can't run in less than one page of memory; 32-bit memories end at 4 GiB.
const MEMORY: std::ops::RangeInclusive<u64> = (64 << 10)..=(4 << 30);
/// How many messages a warm instance gets: shared by so many, even an expensive start costs little.
const WARM_MESSAGES: u32 = 10_000;
const WARM_MEMORY: &str = "set it below `limits.memory`, so that the instance is replaced before it fails";
const OUTPUT_BYTES: std::ops::RangeInclusive<u64> = 1..=(1 << 30);

impl Lower<'_> {
    pub(super) fn steps(&mut self, raw: Vec<At<StepTable>>, tables: &Tables) -> Option<Vec<Step>> {
        let mut names = BTreeSet::new();
        let lowered: Vec<_> = raw.into_iter().map(|step| self.step(step, tables, &mut names)).collect();
        lowered.into_iter().collect()
    }

    fn step(&mut self, raw: At<StepTable>, tables: &Tables, names: &mut BTreeSet<String>) -> Option<Step> {
        let At { span, value: mut raw } = raw;
        let place = self.report.file.line_at(raw.plugin.as_ref().map_or(&span, |plugin| &plugin.span));
        let name = raw.name.take().map(|name| self.step_name(&name.value, &name.span, names));
        let (name, work) = match (&raw.plugin, raw.rule.take()) {
            (_, Some(rules)) => {
                let name = name.unwrap_or_else(|| Some(numbered("rules".to_owned(), names)));
                (name, self.rules_step(&raw, rules, tables).map(Work::Rules))
            }
            (Some(_), None) => {
                let plugin = self.plugin_step(raw, tables);
                let name = name.unwrap_or_else(|| plugin.as_ref().map(|plugin| derived_name(&plugin.plugin, names)));
                (name, plugin.map(|plugin| Work::Plugin(Box::new(plugin))))
            }
            (None, None) => {
                let help = "name a component file in `plugin`, or state rules under [[step.rule]]";
                self.report.add(Code::MissingKey, &span, "the step needs either `plugin` or rules", help);
                return None;
            }
        };
        Some(Step { name: name?, work: work?, place })
    }

    /// A step of rules. Keys that belong to plugins are refused.
    fn rules_step(&mut self, raw: &StepTable, rules: At<Vec<At<RuleTable>>>, tables: &Tables) -> Option<RulesStep> {
        let stray = [
            ("plugin", raw.plugin.as_ref().map(|at| &at.span)),
            ("settings", raw.settings.as_ref().map(|at| &at.span)),
            ("grants", raw.grants.as_ref().map(|at| &at.span)),
            ("limits", raw.limits.as_ref().map(|at| &at.span)),
            ("warm", raw.warm.as_ref().map(|at| &at.span)),
        ];
        let mut fits = true;
        for (key, span) in stray.into_iter().filter_map(|(key, span)| Some((key, span?))) {
            // A table that only exists because of a longer key has no span of its own.
            let span = if span.is_empty() { &rules.span } else { span };
            let message = format!("a step with rules has no `{key}`");
            self.report.add(Code::Conflict, span, message, "a step is either a plugin or rules: make two steps of it");
            fits = false;
        }
        let on_violation = match raw.on_violation.as_ref().map(|at| at.value) {
            None | Some(OnViolationChoice::DeadLetter) => OnViolation::DeadLetter,
            Some(OnViolationChoice::Skip) => OnViolation::Skip,
        };
        let rules = self.rules(rules.value, tables)?;
        fits.then_some(RulesStep { rules, on_violation })
    }

    fn plugin_step(&mut self, raw: StepTable, tables: &Tables) -> Option<PluginStep> {
        if let Some(stray) = &raw.on_violation {
            let help = "a plugin says itself what becomes of a message; only rules need to be told";
            self.report.add(Code::Conflict, &stray.span, "a step with a plugin has no `on_violation`", help);
        }
        let help = "paths are relative to the flow file; `gantry plugin build DIR` builds a plugin from its source";
        let plugin = raw.plugin.and_then(|file| self.existing_file(&file, "the plugin", help));
        let fits = raw.on_violation.is_none();
        let grants = self.grants(raw.grants.map(|at| at.value).unwrap_or_default(), tables);
        let limits = self.limits(&raw.limits.map(|at| at.value).unwrap_or_default());
        let reuse = raw.warm.map_or(Some(Reuse::Fresh), |warm| self.warm(&warm.value, limits.as_ref()?.memory_bytes));
        if let Some(settings) = &raw.settings {
            let texts: Vec<_> = texts("settings", settings.value.iter()).collect();
            texts.iter().for_each(|(name, text)| self.unresolved(text, &settings.span, &format!("`{name}`")));
        }
        Some(PluginStep {
            plugin: plugin.filter(|_| fits)?,
            settings: serde_json::Value::Object(raw.settings.map(|at| at.value).unwrap_or_default()),
            grants: grants?,
            limits: limits?,
            reuse: reuse?,
        })
    }

    fn step_name(&mut self, text: &str, span: &Span, names: &mut BTreeSet<String>) -> Option<String> {
        let name: gantry_core::FlowName = self.name(text, span)?;
        if names.insert(name.to_string()) {
            return Some(name.to_string());
        }
        self.report.add(Code::Conflict, span, format!("the flow has a step named `{name}` already"), "");
        None
    }

    /// Whether the flow declares a table that is wanted for something.
    pub(super) fn has_table(&mut self, table: &At<String>, tables: &Tables, what_for: &str) -> bool {
        let declared = tables.contains_key(table);
        if !declared {
            let message = format!("the flow has no table `{}` {what_for}", table.value);
            let help = format!("declare it: [table.{}] with `file` and `key`", table.value);
            self.report.add(Code::UnknownTable, &table.span, message, help);
        }
        declared
    }

    fn limits(&mut self, raw: &LimitsTable) -> Option<Limits> {
        let default = Limits::default();
        let memory_bytes = self.memory_or(raw.memory.as_ref(), default.memory_bytes, MEMORY);
        let deadline = self.duration_or(raw.deadline.as_ref(), default.deadline);
        let output_bytes = self.memory_or(raw.output_bytes.as_ref(), default.output_bytes, OUTPUT_BYTES);
        Some(Limits {
            memory_bytes: memory_bytes?,
            deadline: deadline?,
            outputs: raw.outputs.map_or(default.outputs, |outputs| outputs as usize),
            output_bytes: output_bytes?,
        })
    }

    /// A warm instance must be replaced before it reaches its limit, not at it.
    fn warm(&mut self, raw: &WarmTable, limit: usize) -> Option<Reuse> {
        let memory_bytes = self.memory_or(raw.memory.as_ref(), limit / 4 * 3, MEMORY)?;
        if let Some(memory) = raw.memory.as_ref().filter(|_| memory_bytes >= limit) {
            let limit = show_size(limit as u64);
            self.invalid(&memory.span, format!("a warm instance ends at {limit} anyway"), WARM_MEMORY);
            return None;
        }
        Some(Reuse::Warm { messages: raw.messages.unwrap_or(WARM_MESSAGES), memory_bytes })
    }
}

/// Every text in a step's settings, with the path to it.
fn texts<'s>(
    path: &str,
    members: impl Iterator<Item = (&'s String, &'s serde_json::Value)>,
) -> impl Iterator<Item = (String, &'s str)> {
    let mut found = Vec::new();
    let mut left: Vec<_> = members.map(|(name, value)| (format!("{path}.{name}"), value)).collect();
    while let Some((path, value)) = left.pop() {
        match value {
            serde_json::Value::String(text) => found.push((path, text.as_str())),
            serde_json::Value::Array(values) => left.extend(values.iter().map(|value| (path.clone(), value))),
            serde_json::Value::Object(members) => {
                left.extend(members.iter().map(|(name, value)| (format!("{path}.{name}"), value)));
            }
            _ => {}
        }
    }
    found.into_iter()
}

/// The file's stem in the characters of a name, with a number behind it if the name is taken.
fn derived_name(plugin: &Path, names: &mut BTreeSet<String>) -> String {
    let stem = plugin.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let stem: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).take(60).collect();
    numbered(stem, names)
}

/// The name, with a number behind it if it is taken.
fn numbered(stem: String, names: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{stem}-{number}"));
    let free = std::iter::once(stem.clone()).chain(numbered).find(|name| !names.contains(name)).unwrap_or(stem);
    names.insert(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_used_twice_gives_two_names() {
        let mut names = BTreeSet::new();
        let path = Path::new("/p/Order to.ERP.wasm");
        assert_eq!(derived_name(path, &mut names), "order-to-erp");
        assert_eq!(derived_name(path, &mut names), "order-to-erp-2");
    }
}
