//! The files' JSON Schema (2020-12), for editors and for the check at load: the module `shape` reads the same schema
//! that is published, so the two can't disagree.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::kind::Kinds;
use crate::raw::flow::FlowFile;
use crate::raw::host::HostFile;

/// The schema of a flow file that may state sources and targets of these kinds.
#[must_use]
pub fn flow(kinds: &Kinds) -> Value {
    of::<FlowFile>(kinds.clone())
}

/// The schema of the host file.
#[must_use]
pub fn host() -> Value {
    of::<HostFile>(Kinds::default())
}

fn of<T: JsonSchema>(kinds: Kinds) -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let settings = settings.with_transform(kinds).with_transform(RecursiveTransform(without_null));
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// TOML has no null: what is optional is left out instead.
fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    let Some(Value::Array(mut choices)) = object.remove("anyOf") else { return };
    choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
    match choices.pop() {
        Some(Value::Object(only)) if choices.is_empty() => {
            only.into_iter().for_each(|(key, value)| {
                object.entry(key).or_insert(value);
            });
        }
        Some(last) => {
            choices.push(last);
            object.insert("anyOf".into(), Value::Array(choices));
        }
        None => {}
    }
}
