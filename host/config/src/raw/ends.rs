//! A flow's two ends in the JSON Schema: a choice among the kinds of sources, and one among the kinds of targets.
//!
//! They are never deserialised: [`crate::load`] takes the tables out of the document and hands each to its kind.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

use crate::kind::Kinds;

/// Where messages come in.
#[derive(Debug, Deserialize)]
pub(crate) enum SourceChoice {}

/// Where messages go.
#[derive(Debug, Deserialize)]
pub(crate) enum TargetChoice {}

impl JsonSchema for SourceChoice {
    fn schema_name() -> Cow<'static, str> {
        "SourceChoice".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let kinds = Kinds::known_to(generator).sources;
        let choices = kinds.iter().map(|kind| choice(kind.name, kind.about, &(kind.schema)(generator)));
        one_of(choices.collect(), "Where messages come in.")
    }
}

impl JsonSchema for TargetChoice {
    fn schema_name() -> Cow<'static, str> {
        "TargetChoice".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let kinds = Kinds::known_to(generator).targets;
        let choices = kinds.iter().map(|kind| choice(kind.name, kind.about, &(kind.schema)(generator)));
        one_of(choices.collect(), "Where messages go.")
    }
}

fn one_of(choices: Vec<Schema>, about: &str) -> Schema {
    json_schema!({ "oneOf": choices, "description": about })
}

/// A table whose only key names the kind that the rest describes.
fn choice(name: &str, about: &str, table: &Schema) -> Schema {
    let properties = Value::from_iter([(name, table.as_value().clone())]);
    json_schema!({
        "type": "object",
        "properties": properties,
        "required": [name],
        "additionalProperties": false,
        "description": about,
    })
}
