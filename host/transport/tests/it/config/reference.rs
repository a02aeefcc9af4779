//! `docs/reference/configuration.md` is written from the schemas, so that it can't fall behind them. After a change:
//! `UPDATE_DOCS=1 cargo test -p gantry-transport --test it reference`.

use std::fmt::Write as _;

use gantry_config::{Code, DEFAULT_HOST_FILE, Severity, schema};
use gantry_transport::kinds;
use serde_json::{Map, Value};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/configuration.md");

const INTRODUCTION: &str = "# Configuration

Gantry reads one TOML file per flow, and one optional TOML file for the host. This page lists every key. The same
is published as JSON Schema for editors: `gantry config schema flow` and `gantry config schema host` print it.

- A **length of time** is a number and a unit in quotes: `\"500ms\"`, `\"2s\"`, `\"5m\"`, `\"24h\"`, `\"7d\"` (a day has 24 hours).
- A **size** is a number and a unit in quotes: `\"512KiB\"`, `\"1MiB\"`, `\"2GiB\"`; also `kB`, `MB`, `GB` for powers of 1000.
- A **path** is relative to the directory of the file that states it.
- A **secret reference** says where a secret is found, `\"env:NAME\"` or `\"file:PATH\"`; the secret itself is refused.
- A **JSON Pointer** (RFC 6901) names a place in a JSON payload: `\"/customer/id\"`.
- An unknown key is an error, never ignored.

";

/// Writes one section per table of a schema.
struct Page<'a> {
    root: &'a Value,
    defaults: &'a toml::Table,
    text: String,
}

impl<'a> Page<'a> {
    fn resolve(&self, node: &'a Map<String, Value>) -> &'a Map<String, Value> {
        let name = node.get("$ref").and_then(Value::as_str).map(|name| name.trim_start_matches("#/$defs/"));
        name.map_or(node, |name| self.root["$defs"][name].as_object().unwrap())
    }

    fn table(&mut self, heading: &str, path: &str, node: &'a Map<String, Value>) {
        let node = self.resolve(node);
        if !heading.is_empty() {
            writeln!(self.text, "### `{heading}`\n\n{}\n", about(node)).unwrap();
        }
        let properties: Vec<_> = node["properties"].as_object().unwrap().iter().collect();
        let required: Vec<_> = node.get("required").and_then(Value::as_array).into_iter().flatten().collect();
        self.text.push_str("| key | type | default | meaning |\n|---|---|---|---|\n");
        for (key, property) in &properties {
            let property = property.as_object().unwrap();
            let stated = self.default_of(path, key).or_else(|| property.get("default").map(ToString::to_string));
            let default = match stated {
                Some(default) => format!("`{default}`"),
                None if required.iter().any(|name| *name == *key) => "required".into(),
                None => "–".into(),
            };
            let meaning =
                if property.contains_key("description") { about(property) } else { about(self.resolve(property)) };
            writeln!(self.text, "| `{key}` | {} | {default} | {meaning} |", self.kind(property)).unwrap();
        }
        self.text.push('\n');
        for (key, property) in &properties {
            self.choices(key, property.as_object().unwrap());
        }
        for (key, property) in properties {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            self.inner(&path, property.as_object().unwrap());
        }
    }

    /// What each choice of a key means.
    fn choices(&mut self, key: &str, property: &'a Map<String, Value>) {
        let choices = self.resolve(property).get("oneOf").and_then(Value::as_array).into_iter().flatten();
        let described = choices.filter(|choice| choice.get("description").is_some());
        let list: Vec<_> = described
            .flat_map(|choice| choice_names(choice).into_iter().map(|name| (name, about(choice.as_object().unwrap()))))
            .map(|(name, about)| format!("- {name}: {about}\n"))
            .collect();
        if !list.is_empty() {
            writeln!(self.text, "Choices of `{key}`:\n\n{}", list.concat()).unwrap();
        }
    }

    /// Sections for what is inside a property.
    fn inner(&mut self, path: &str, property: &'a Map<String, Value>) {
        let node = self.resolve(property);
        if node.contains_key("properties") {
            self.table(&format!("[{path}]"), path, node);
        }
        if let Some(items) = node.get("items").and_then(Value::as_object) {
            let items = self.resolve(items);
            if items.contains_key("properties") {
                self.table(&format!("[[{path}]]"), path, items);
            }
        }
        if let Some(entries) = node.get("additionalProperties").and_then(Value::as_object) {
            let entries = self.resolve(entries);
            let path = format!("{path}.NAME");
            match entries.contains_key("properties") {
                true => self.table(&format!("[{path}]"), &path, entries),
                false => self.inner(&path, entries),
            }
        }
        for choice in node.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
            for (kind, inner) in choice.get("properties").and_then(Value::as_object).into_iter().flatten() {
                self.inner(&format!("{path}.{kind}"), inner.as_object().unwrap());
            }
        }
    }

    fn default_of(&self, path: &str, key: &str) -> Option<String> {
        let table = path.split('.').try_fold(self.defaults, |table, name| table.get(name)?.as_table())?;
        table.get(key).map(ToString::to_string)
    }

    fn kind(&self, property: &'a Map<String, Value>) -> String {
        let node = self.resolve(property);
        let text = |key: &str| node.get(key).and_then(Value::as_str);
        if let Some(choices) = node.get("oneOf").and_then(Value::as_array) {
            return "one of ".to_owned() + &choices.iter().flat_map(choice_names).collect::<Vec<_>>().join(", ");
        }
        if node.contains_key("enum") {
            return "one of ".to_owned() + &choice_names(&Value::Object(node.clone())).join(", ");
        }
        match (text("type"), text("format")) {
            (_, Some("duration")) => "length of time".into(),
            (_, Some("json-pointer")) => "JSON Pointer".into(),
            (_, Some("secret")) => "secret reference".into(),
            (_, Some("public-key")) => "public key".into(),
            (_, Some("name-pattern")) => "name pattern".into(),
            (_, Some("operand")) => "value, or `{ field = … }`".into(),
            (_, Some("scalar")) => "value".into(),
            (_, Some("moment")) => "day or moment".into(),
            (_, Some(format @ ("size" | "name" | "path"))) => format.into(),
            (Some("integer"), _) => format!("whole number, {} to {}", node["minimum"], node["maximum"]),
            (Some("number"), _) => "number".into(),
            (Some("boolean"), _) => "true or false".into(),
            (Some("array"), _) => format!("list of {}", self.kind(node["items"].as_object().unwrap())),
            (Some("object"), _) => "table".into(),
            _ => "text".into(),
        }
    }
}

fn choice_names(choice: &Value) -> Vec<String> {
    let names = choice.get("enum").and_then(Value::as_array).into_iter().flatten().chain(choice.get("const"));
    let kinds = choice.get("properties").and_then(Value::as_object).into_iter().flatten();
    let names = names.map(|name| format!("`{name}`"));
    names.chain(kinds.map(|(kind, _)| format!("`{{ {kind} = … }}`"))).collect()
}

fn about(node: &Map<String, Value>) -> String {
    node.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " ").replace('|', "\\|")
}

fn section(schema: &Value, defaults: &toml::Table) -> String {
    let mut page = Page { root: schema, defaults, text: String::new() };
    page.table("", "", schema.as_object().unwrap());
    page.text
}

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    page += "## Flow files\n\n";
    page += &section(&schema::flow(&kinds()), &toml::Table::new());
    page += "## Host file\n\nUsually `gantry.toml`, given with `--config`. `gantry config show` prints what is in force.\n\n";
    page += &section(&schema::host(), &toml::from_str(DEFAULT_HOST_FILE).unwrap());
    page += "## What `gantry check` reports\n\n| code | severity | meaning |\n|---|---|---|\n";
    for code in Code::ALL {
        let severity = if code.severity() == Severity::Error { "error" } else { "warning" };
        writeln!(page, "| `{code}` | {severity} | {} |", code.meaning()).unwrap();
    }
    page
}

#[test]
fn the_reference_lists_every_key_of_the_schemas() {
    let written = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(std::path::Path::new(PAGE).parent().unwrap()).unwrap();
        std::fs::write(PAGE, &written).unwrap();
    }
    let kept = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        kept == written,
        "docs/reference/configuration.md is out of date: UPDATE_DOCS=1 cargo test -p gantry-transport --test it reference"
    );
}
