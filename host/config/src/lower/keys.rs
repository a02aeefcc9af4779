//! Where a message has its ordering key, and how duplicates are recognised.

use std::time::Duration;

use super::Lower;
use crate::at::At;
use crate::diagnostic::Code;
use crate::flow::{Dedupe, ValueFrom};
use crate::raw::keys::{DedupeTable, ValueFromChoice};

const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

impl Lower<'_> {
    /// Where a value is found, or `Some(None)` if the key is absent.
    pub fn value_from(&mut self, choice: Option<At<ValueFromChoice>>) -> Option<Option<ValueFrom>> {
        let Some(At { span, value }) = choice else { return Some(None) };
        let found = match value {
            ValueFromChoice::Pointer(text) => self.pointer(&text, &span).map(ValueFrom::Pointer),
            ValueFromChoice::Header(name) => self.header_name(&name, &span).map(ValueFrom::Header),
        };
        found.map(Some)
    }

    /// How duplicates are recognised, or `Some(None)` if the key is absent.
    pub fn dedupe(&mut self, raw: Option<At<DedupeTable>>) -> Option<Option<Dedupe>> {
        let Some(At { span, value: raw }) = raw else { return Some(None) };
        let window = self.duration_or(raw.window.as_ref(), WINDOW);
        let by = match (raw.pointer, raw.header) {
            (Some(text), None) => self.pointer(&text.value, &text.span).map(ValueFrom::Pointer),
            (None, Some(name)) => self.header_name(&name.value, &name.span).map(ValueFrom::Header),
            (stated, _) => {
                let code = if stated.is_some() { Code::Conflict } else { Code::MissingKey };
                let help = "say where the value is that makes two messages the same";
                self.report.add(code, &span, "`dedupe` needs exactly one of `pointer` and `header`", help);
                None
            }
        };
        Some(Some(Dedupe { by: by?, window: window? }))
    }
}
