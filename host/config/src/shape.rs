//! Checks a parsed file against its JSON Schema: unknown, missing and mistyped keys, all of them, each at its place.
//!
//! What doesn't fit is reported and then removed, so that the rest of the file can still be deserialised and searched
//! for further mistakes; [`crate::lower`] never repeats what was reported here. Only the parts of JSON Schema that
//! [`crate::schema`] produces are understood.

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::at::Span;
use crate::diagnostic::{Code, Report};

/// How alike a typed and a known key must be to suggest it, from 0 to 1.
const ALIKE: f64 = 0.8;

type Entry<'i> = Spanned<DeValue<'i>>;
type Node = Map<String, Value>;

/// Reports and removes whatever of `table` doesn't fit `schema`.
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
        for (key, value) in table.iter_mut() {
            if !self.entry(node, key, value) {
                misfits.push(key.get_ref().clone().into_owned());
            }
        }
        self.missing(node, table, span, name);
        for key in misfits {
            table.remove(key.as_str());
        }
    }

    fn entry(&mut self, node: &'a Node, key: &Spanned<DeString<'_>>, value: &mut Entry<'_>) -> bool {
        let known = node.get("properties").and_then(|properties| properties.get(key.get_ref().as_ref()));
        match known.or_else(|| node.get("additionalProperties")) {
            Some(Value::Object(property)) => self.value(property, value, &key.span(), key.get_ref()),
            Some(Value::Bool(false)) => self.unknown(node, key, value),
            _ => stringify_dates(value),
        }
    }

    fn unknown(&mut self, node: &'a Node, key: &Spanned<DeString<'_>>, value: &Entry<'_>) -> bool {
        let known: Vec<_> = properties(node).collect();
        let name = key.get_ref();
        let help = match nearest(name, known.iter().map(|(known, _)| *known)) {
            Some(meant) => {
                if known.iter().any(|(known, property)| *known == meant && self.holds_secret(property)) {
                    self.report.conceal(&value.span());
                }
                format!("did you mean `{meant}`?")
            }
            None => format!("known here: {}", listed(known.iter().map(|(known, _)| *known))),
        };
        self.report.add(Code::UnknownKey, &key.span(), format!("there is no key `{name}` here"), help);
        false
    }

    fn missing(&mut self, node: &'a Node, table: &DeTable<'_>, span: &Span, name: &str) {
        let required = node.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for key in required.filter(|key| !table.contains_key(*key)) {
            let property = node.get("properties").and_then(|properties| properties.get(key)).and_then(Value::as_object);
            let about = property.map(|property| self.resolve(property)).and_then(description).unwrap_or_default();
            let about = property.and_then(description).unwrap_or(about);
            self.report.add(Code::MissingKey, span, format!("{name} needs the key `{key}`"), first_sentence(about));
        }
    }

    /// Checks one value; false when it has to go. `span` is the key's, for tables that have no place of their own.
    fn value(&mut self, node: &'a Node, value: &mut Entry<'_>, span: &Span, name: &str) -> bool {
        let node = self.resolve(node);
        if let Some(choices) = node.get("oneOf").and_then(Value::as_array) {
            return self.choice(choices, value, span, name);
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

    /// A choice is a name, or a table with one key that names what the rest describes.
    fn choice(&mut self, choices: &'a [Value], value: &mut Entry<'_>, span: &Span, name: &str) -> bool {
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

    /// A choice that was made by name alone: `names` may be, `kinds` need a table.
    fn named(&mut self, names: &[&str], kinds: &[&str], value: &Entry<'_>, name: &str) -> bool {
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

    fn within(&mut self, node: &'a Node, number: Option<f64>, span: &Span, name: &str) -> bool {
        let bound = |key| node.get(key).and_then(Value::as_f64);
        let (least, most) = (bound("minimum").unwrap_or(f64::MIN), bound("maximum").unwrap_or(f64::MAX));
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

    fn holds_secret(&self, node: &'a Node) -> bool {
        let node = self.resolve(node);
        let items = node.get("items").and_then(Value::as_object);
        node.contains_key("writeOnly") || items.is_some_and(|items| self.holds_secret(items))
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

fn choice_names(choice: &Value) -> Vec<&str> {
    let listed = choice.get("enum").and_then(Value::as_array).into_iter().flatten();
    listed.chain(choice.get("const")).filter_map(Value::as_str).collect()
}

fn description(node: &Node) -> Option<&str> {
    node.get("description").and_then(Value::as_str)
}

/// The known key that was probably meant.
fn nearest<'k>(typed: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let likeness = known.map(|key| (strsim::jaro_winkler(typed, key), key)).filter(|(alike, _)| *alike >= ALIKE);
    likeness.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, key)| key)
}

fn listed<'k>(names: impl Iterator<Item = &'k str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn first_sentence(text: &str) -> String {
    let text = text.replace('\n', " ");
    text.split_once(". ").map_or(text.trim_end_matches('.'), |(first, _)| first).to_owned()
}

/// A table that only exists because of a longer heading has no place of its own: its key stands for it.
fn place_of(value: &Entry<'_>, key: &Span) -> Span {
    if value.span().is_empty() { key.clone() } else { value.span() }
}

/// JSON has no dates: a date among free-form settings reaches the plugin as text.
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

/// A type as TOML calls it, with its article.
fn toml_type(name: &str) -> &str {
    match name {
        "object" | "table" => "a table",
        "array" => "an array",
        "integer" => "a whole number",
        "number" | "float" => "a number",
        "boolean" => "true or false",
        "string" => "a text in quotes",
        "datetime" => "a date",
        other => other,
    }
}
