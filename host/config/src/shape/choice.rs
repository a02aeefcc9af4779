//! Choices: a value that is one of several names, or a table whose only key names the kind.

use serde_json::Value;
use toml::de::DeValue;

use super::words::{listed, nearest};
use super::{Check, Entry, place_of, properties};
use crate::at::Span;
use crate::diagnostic::Code;

impl<'a> Check<'a> {
    /// Checks a choice: a name, or a table with one key that names the kind.
    pub(super) fn choice(&mut self, choices: &'a [Value], value: &mut Entry<'_>, span: &Span, name: &str) -> bool {
        let names: Vec<_> = choices.iter().flat_map(choice_names).collect();
        let kinds: Vec<_> = choices.iter().filter_map(Value::as_object).flat_map(properties).collect();
        let place = place_of(value, span);
        let DeValue::Table(table) = value.get_mut() else {
            let kinds: Vec<_> = kinds.iter().map(|(kind, _)| *kind).collect();
            return self.named(&names, &kinds, value, name);
        };
        if table.len() != 1 {
            let one_of = listed(kinds.iter().map(|(kind, _)| *kind));
            let code = if table.is_empty() { Code::MissingKey } else { Code::Conflict };
            let stated = if table.is_empty() { "none".to_owned() } else { table.len().to_string() };
            let message = format!("`{name}` needs exactly one kind, but states {stated}");
            self.report.add(code, &place, message, format!("one of {one_of}"));
            return false;
        }
        let Some((key, inner)) = table.iter_mut().next() else { return false };
        match kinds.iter().find(|(kind, _)| *kind == key.get_ref()) {
            Some((kind, node)) => self.value(node, inner, &key.span(), kind),
            None => {
                let kinds: Vec<_> = kinds.iter().map(|(kind, _)| *kind).collect();
                self.unknown_choice(&kinds, key.get_ref(), &key.span(), name)
            }
        }
    }

    /// A text that is not like any choice may be the secret itself, so it is reported without repeating it.
    pub(super) fn stray_secret(&mut self, choices: &'a [Value], value: &Entry<'_>, name: &str) -> bool {
        let Some(text) = value.get_ref().as_str() else { return false };
        let kinds = choices.iter().filter_map(Value::as_object).flat_map(properties).map(|(kind, _)| kind);
        let known: Vec<_> = choices.iter().flat_map(choice_names).chain(kinds).collect();
        if nearest(text, known.iter().copied()).is_some() {
            return false;
        }
        self.report.conceal(&value.span());
        let help = format!("one of {}", listed(known.into_iter()));
        self.report.add(Code::UnknownChoice, &value.span(), format!("`{name}` can't be this"), help);
        true
    }

    /// A choice by name alone: `names` may be, `kinds` need a table.
    pub(super) fn named(&mut self, names: &[&str], kinds: &[&str], value: &Entry<'_>, name: &str) -> bool {
        let Some(text) = value.get_ref().as_str() else {
            let found = value.get_ref().type_str();
            let help = format!("one of {}", listed(names.iter().chain(kinds).copied()));
            self.report.add(Code::WrongType, &value.span(), format!("`{name}` can't be of type {found}"), help);
            return false;
        };
        if names.contains(&text) {
            return true;
        }
        if kinds.contains(&text) {
            let help = format!("write it as a table: `{name}.{text} = {{ … }}`");
            self.report.add(Code::WrongType, &value.span(), format!("`{text}` needs more than its name"), help);
            return false;
        }
        let all: Vec<_> = names.iter().chain(kinds).copied().collect();
        self.unknown_choice(&all, text, &value.span(), name)
    }

    fn unknown_choice(&mut self, known: &[&str], text: &str, span: &Span, name: &str) -> bool {
        let help = match nearest(text, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("one of {}", listed(known.iter().copied())),
        };
        self.report.add(Code::UnknownChoice, span, format!("`{name}` can't be `{text}`"), help);
        false
    }
}

fn choice_names(choice: &Value) -> Vec<&str> {
    let listed = choice.get("enum").and_then(Value::as_array).into_iter().flatten();
    listed.chain(choice.get("const")).filter_map(Value::as_str).collect()
}
