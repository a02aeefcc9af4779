//! The command `emit`: outputs with all they can hold.

use gantry_sdk::prelude::*;
use serde::Deserializer;
use serde_json::{Map, Value};

#[derive(Deserialize)]
pub(crate) struct Emit {
    outputs: Vec<Wanted>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wanted {
    route: Option<String>,
    key: Option<String>,
    idempotency_key: Option<String>,
    content_type: Option<String>,
    headers: Map<String, Value>,
    /// Present though null: `null` is a payload too.
    #[serde(deserialize_with = "present")]
    json: Option<Value>,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

pub(crate) fn emit(emit: &Emit) -> Result<Outcome, Refusal> {
    Ok(Outcome::Emit(emit.outputs.iter().map(output).collect::<Result<_, _>>()?))
}

fn output(wanted: &Wanted) -> Result<Output, Refusal> {
    let mut output = match (&wanted.json, &wanted.text, &wanted.bytes) {
        (Some(value), _, _) => Output::json(value)?,
        (_, Some(text), _) => Output::new("text/plain", text.clone()),
        (_, _, bytes) => Output::new("application/octet-stream", bytes.clone().unwrap_or_default()),
    };
    if let Some(content_type) = &wanted.content_type {
        output.content_type.clone_from(content_type);
    }
    output.route.clone_from(&wanted.route);
    output.key.clone_from(&wanted.key);
    output.idempotency_key.clone_from(&wanted.idempotency_key);
    let headers = wanted.headers.iter();
    output.headers = headers.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
    Ok(output)
}
