//! Where a message has its ordering key, and how duplicates are recognised.

use std::time::Duration;

use super::Lower;
use crate::at::{At, Span};
use crate::diagnostic::Code;
use crate::flow::{Dedupe, ValueFrom};
use crate::raw::keys::{DedupeTable, ValueFromChoice};
use crate::xml_path::XmlPath;

const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

impl Lower<'_> {
    /// Where a value is found, or `Some(None)` if the key is absent.
    pub fn value_from(&mut self, choice: Option<At<ValueFromChoice>>) -> Option<Option<ValueFrom>> {
        let Some(At { span, value }) = choice else { return Some(None) };
        let found = match value {
            ValueFromChoice::Pointer(text) => self.pointer(&text, &span).map(ValueFrom::Pointer),
            ValueFromChoice::XmlPath(text) => self.xml_path(&text, &span).map(ValueFrom::XmlPath),
            ValueFromChoice::Header(name) => self.header_name(&name, &span).map(ValueFrom::Header),
        };
        found.map(Some)
    }

    /// A path into XML.
    fn xml_path(&mut self, text: &str, span: &Span) -> Option<XmlPath> {
        let path = XmlPath::parse(text);
        if path.is_none() {
            let help = "it names each element behind a slash, without prefixes: \"/Order/Number\", \"/Order/Customer/@number\"";
            self.invalid(span, format!("`{text}` is not a path into XML"), help);
        }
        path
    }

    /// How duplicates are recognised, or `Some(None)` if the key is absent.
    pub fn dedupe(&mut self, raw: Option<At<DedupeTable>>) -> Option<Option<Dedupe>> {
        let Some(At { span, value: raw }) = raw else { return Some(None) };
        let window = self.duration_or(raw.window.as_ref(), WINDOW);
        let by = match (raw.pointer, raw.xml_path, raw.header) {
            (Some(text), None, None) => self.pointer(&text.value, &text.span).map(ValueFrom::Pointer),
            (None, Some(text), None) => self.xml_path(&text.value, &text.span).map(ValueFrom::XmlPath),
            (None, None, Some(name)) => self.header_name(&name.value, &name.span).map(ValueFrom::Header),
            (pointer, xml_path, header) => {
                let is_stated = pointer.is_some() || xml_path.is_some() || header.is_some();
                let code = if is_stated { Code::Conflict } else { Code::MissingKey };
                let help = "say where the value is that makes two messages the same";
                self.report.add(code, &span, "`dedupe` needs exactly one of `pointer`, `xml_path` and `header`", help);
                None
            }
        };
        Some(Some(Dedupe { by: by?, window: window? }))
    }
}
