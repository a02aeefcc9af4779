//! Steps: which plugin, with which settings, grants and limits.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gantry_core::{Grants, Limits, Reuse};

use super::Lower;
use crate::at::{At, Span};
use crate::diagnostic::Code;
use crate::flow::Step;
use crate::raw::flow::{GrantsTable, LimitsTable, StepTable, TableTable, WarmTable};
use crate::units::show_size;

type Tables = BTreeMap<At<String>, TableTable>;

/// A guest can't run in less than one page of memory; 32-bit memories end at 4 GiB.
const MEMORY: std::ops::RangeInclusive<u64> = (64 << 10)..=(4 << 30);
/// Messages a warm instance sees: starting even a dear one costs little, shared by so many.
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
        let At { span, value: raw } = raw;
        let place = self.report.file.line_at(raw.plugin.as_ref().map_or(&span, |plugin| &plugin.span));
        let help = "paths are relative to the flow file; `gantry plugin build DIR` builds a plugin from its source";
        let plugin = raw.plugin.and_then(|file| self.existing_file(&file, "the plugin", help));
        let name = match raw.name {
            Some(name) => self.step_name(&name.value, &name.span, names),
            None => plugin.as_deref().map(|plugin| derived_name(plugin, names)),
        };
        let grants = self.grants(raw.grants.unwrap_or_default(), tables);
        let limits = self.limits(&raw.limits.unwrap_or_default());
        let reuse = raw.warm.map_or(Some(Reuse::Fresh), |warm| self.warm(&warm, limits.as_ref()?.memory_bytes));
        Some(Step {
            name: name?,
            plugin: plugin?,
            settings: serde_json::Value::Object(raw.settings.unwrap_or_default()),
            grants: grants?,
            limits: limits?,
            reuse: reuse?,
            place,
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

    fn grants(&mut self, raw: GrantsTable, tables: &Tables) -> Option<Grants> {
        let mut lookup = Some(BTreeSet::new());
        for table in raw.lookup.unwrap_or_default() {
            if tables.contains_key(&table) {
                lookup.as_mut().map(|granted| granted.insert(table.value));
            } else {
                let message = format!("the flow has no table `{}` to grant", table.value);
                let help = format!("declare it: [table.{}] with `file` and `key`", table.value);
                self.report.add(Code::UnknownTable, &table.span, message, help);
                lookup = None;
            }
        }
        Some(Grants { lookup: lookup?, clock: raw.clock.unwrap_or(false) })
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

    /// A warm instance must be replaced before it meets its limit, not at it.
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

/// The file's stem in the characters of a name, with a number behind it where that is taken.
fn derived_name(plugin: &Path, names: &mut BTreeSet<String>) -> String {
    let stem = plugin.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let stem: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).take(60).collect();
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
