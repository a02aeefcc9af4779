//! Checks a parsed file against its JSON Schema, and reports every unknown, missing and mistyped key at its place.
//!
//! A part that doesn't fit is reported and then removed, so that the rest of the file can still be deserialised and
//! checked for further mistakes; [`crate::lower`] never repeats what was reported here. Only the parts of JSON Schema that
//! [`crate::schema`] produces are understood.

mod choice;
mod words;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::at::Span;
use crate::diagnostic::{Code, Report};
pub use words::nearest;
use words::{first_sentence, listed, toml_type};

type Entry<'i> = Spanned<DeValue<'i>>;
type Node = Map<String, Value>;

/// Reports and removes every part of `table` that doesn't fit `schema`.
pub(crate) fn check(schema: &Value, table: &mut DeTable<'_>, report: &mut Report) {
    let Some(root) = schema.as_object() else { return };
    let nothing = Node::new();
    let definitions = root.get("$defs").and_then(Value::as_object).unwrap_or(&nothing);
    Check { definitions, report }.table(root, table, &(0..0), "the file");
}

struct Check<'a> {
    definitions: &'a Node,
    report: &'a mut Report,
}

impl<'a> Check<'a> {
    /// Checks one table; `name` is what people call it.
    fn table(&mut self, node: &'a Node, table: &mut DeTable<'_>, span: &Span, name: &str) {
        let mut misfits = Vec::new();
        let mut meant = Vec::new();
        for (key, value) in table.iter_mut() {
            let known = node.get("properties").and_then(|properties| properties.get(key.get_ref().as_ref()));
            let fits = match known.or_else(|| node.get("additionalProperties")) {
                Some(Value::Object(property)) => self.value(property, value, &key.span(), key.get_ref()),
                Some(Value::Bool(false)) => {
                    meant.extend(self.unknown(node, key, value));
                    false
                }
                _ => stringify_dates(value),
            };
            if !fits {
                misfits.push(key.get_ref().clone().into_owned());
            }
        }
        self.missing(node, |key| table.contains_key(key) || meant.contains(&key), span, name);
        for key in misfits {
            table.remove(key.as_str());
        }
    }

    /// Reports an unknown key, and returns the known one that was probably meant. Its value may be a misplaced secret.
    fn unknown(&mut self, node: &'a Node, key: &Spanned<DeString<'_>>, value: &Entry<'_>) -> Option<&'a str> {
        let name = key.get_ref();
        let meant = nearest(name, properties(node).map(|(known, _)| known));
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("known here: {}", listed(properties(node).map(|(known, _)| known))),
        };
        self.conceal_texts(value);
        self.report.add(Code::UnknownKey, &key.span(), format!("there is no key `{name}` here"), help);
        meant
    }

    fn conceal_texts(&mut self, value: &Entry<'_>) {
        match value.get_ref() {
            DeValue::String(_) => self.report.conceal(&value.span()),
            DeValue::Array(items) => items.iter().for_each(|item| self.conceal_texts(item)),
            DeValue::Table(table) => table.values().for_each(|inner| self.conceal_texts(inner)),
            _ => {}
        }
    }

    fn missing(&mut self, node: &'a Node, present: impl Fn(&str) -> bool, span: &Span, name: &str) {
        let required = node.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for key in required.filter(|key| !present(key)) {
            let property = node.get("properties").and_then(|properties| properties.get(key)).and_then(Value::as_object);
            let about = property.map(|property| self.resolve(property)).and_then(description).unwrap_or_default();
            let about = property.and_then(description).unwrap_or(about);
            self.report.add(Code::MissingKey, span, format!("{name} needs the key `{key}`"), first_sentence(about));
        }
    }

    /// Checks one value; false when it must be removed. `span` is the key's, for tables without a span of their own.
    fn value(&mut self, node: &'a Node, value: &mut Entry<'_>, span: &Span, name: &str) -> bool {
        let node = self.resolve(node);
        if let Some(choices) = node.get("oneOf").and_then(Value::as_array) {
            return if self.holds_secret(node) && self.stray_secret(choices, value, name) {
                false
            } else {
                self.choice(choices, value, span, name)
            };
        }
        if let Some(choices) = node.get("enum").and_then(Value::as_array) {
            let names: Vec<_> = choices.iter().filter_map(Value::as_str).collect();
            return self.named(&names, &[], value, name);
        }
        let place = place_of(value, span);
        match (node.get("type").and_then(Value::as_str), value.get_mut()) {
            (Some("object"), DeValue::Table(table)) => {
                self.table(node, table, &place, &format!("`{name}`"));
                true
            }
            (Some("array"), DeValue::Array(_)) => self.items(node, value, span, name),
            (Some("integer"), DeValue::Integer(integer)) => {
                let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
                #[expect(clippy::cast_precision_loss, reason = "bounds in the schemas are far below 2^52")]
                self.within(node, number.map(|number| number as f64), &place, name)
            }
            (Some("number"), DeValue::Float(float)) => self.within(node, float.as_str().parse().ok(), &place, name),
            (Some("number"), DeValue::Integer(integer)) => {
                self.within(node, integer.as_str().parse().ok(), &place, name)
            }
            (Some("string"), DeValue::String(_)) | (Some("boolean"), DeValue::Boolean(_)) => true,
            (None, _) => stringify_dates(value),
            (Some(expected), _) => self.wrong_type(node, expected, value, &place, name),
        }
    }

    fn items(&mut self, node: &'a Node, value: &mut Entry<'_>, span: &Span, name: &str) -> bool {
        let place = place_of(value, span);
        let DeValue::Array(items) = value.get_mut() else { return false };
        if items.is_empty() && node.get("minItems").is_some() {
            self.report.add(Code::OutOfRange, &place, format!("`{name}` needs at least one entry"), "");
            return false;
        }
        let Some(item_node) = node.get("items").and_then(Value::as_object) else { return true };
        let fits: Vec<_> = items.iter_mut().map(|item| self.value(item_node, item, span, name)).collect();
        if fits.contains(&false) {
            let kept = items.iter().zip(fits).filter(|(_, fits)| *fits).map(|(item, _)| item.clone());
            *items = kept.collect();
        }
        true
    }

    fn within(&mut self, node: &'a Node, number: Option<f64>, span: &Span, name: &str) -> bool {
        let bound = |key| node.get(key).and_then(Value::as_f64);
        let least = bound("minimum").unwrap_or(f64::MIN);
        let most = bound("maximum").unwrap_or(f64::MAX);
        if number.is_some_and(|number| (least..=most).contains(&number)) {
            return true;
        }
        let range = if most < f64::MAX { format!("between {least} and {most}") } else { format!("at least {least}") };
        self.report.add(Code::OutOfRange, span, format!("`{name}` must be {range}"), "");
        false
    }

    fn wrong_type(&mut self, node: &'a Node, expected: &str, value: &Entry<'_>, span: &Span, name: &str) -> bool {
        if self.holds_secret(node) {
            self.report.conceal(span);
        }
        let message =
            format!("`{name}` must be {}, not {}", toml_type(expected), toml_type(value.get_ref().type_str()));
        let example = node.get("examples").and_then(|examples| examples.get(0));
        let help = example.map(|example| format!("for instance `{name} = {example}`")).unwrap_or_default();
        self.report.add(Code::WrongType, span, message, help);
        false
    }

    /// True when this node, or one below it, may be the reference to a secret.
    fn holds_secret(&self, node: &'a Node) -> bool {
        let node = self.resolve(node);
        let choices = node.get("oneOf").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
        let items = node.get("items").and_then(Value::as_object);
        let mut below = choices.chain(items).chain(properties(node).map(|(_, property)| property));
        node.contains_key("writeOnly") || below.any(|below| self.holds_secret(below))
    }

    fn resolve(&self, node: &'a Node) -> &'a Node {
        let name = node.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix("#/$defs/"));
        name.and_then(|name| self.definitions.get(name)).and_then(Value::as_object).unwrap_or(node)
    }
}

fn properties(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let properties = node.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties.filter_map(|(key, property)| Some((key.as_str(), property.as_object()?)))
}

fn description(node: &Node) -> Option<&str> {
    node.get("description").and_then(Value::as_str)
}

/// The span of a value. A table that only exists because of a longer heading has none: its key's is used.
fn place_of(value: &Entry<'_>, key: &Span) -> Span {
    if value.span().is_empty() { key.clone() } else { value.span() }
}

/// Turns dates among free-form settings into text, because JSON has no dates.
fn stringify_dates(value: &mut Entry<'_>) -> bool {
    match value.get_mut() {
        DeValue::Datetime(date) => {
            let text = date.to_string();
            *value.get_mut() = DeValue::String(text.into());
        }
        DeValue::Array(items) => items.iter_mut().for_each(|item| {
            stringify_dates(item);
        }),
        DeValue::Table(table) => table.iter_mut().for_each(|(_, item)| {
            stringify_dates(item);
        }),
        _ => {}
    }
    true
}
