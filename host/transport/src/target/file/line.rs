//! One delivery as one line of JSON.
//!
//! `payload` is JSON if the content type says so and it is valid, a string if it is UTF-8, and otherwise
//! `{"base64": "…"}`. Numbers keep their digits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::json;
use crate::target::Request;

#[derive(Serialize)]
struct Line<'a> {
    id: String,
    key: Option<&'a str>,
    idempotency_key: &'a str,
    content_type: &'a str,
    #[serde(skip_serializing_if = "no_headers")]
    headers: &'a gantry_core::Headers,
    payload: Payload<'a>,
}

enum Payload<'a> {
    Json(Box<RawValue>),
    Text(&'a str),
    Binary(&'a [u8]),
}

/// The line, its end included.
pub(super) fn of(request: &Request<'_>) -> Result<Vec<u8>, serde_json::Error> {
    let delivery = request.delivery;
    let line = Line {
        id: request.message_id.to_string(),
        key: delivery.key.as_deref(),
        idempotency_key: &delivery.idempotency_key,
        content_type: &delivery.content_type,
        headers: &delivery.headers,
        payload: Payload::of(&delivery.content_type, &delivery.payload),
    };
    let mut bytes = serde_json::to_vec(&line)?;
    bytes.push(b'\n');
    Ok(bytes)
}

impl<'a> Payload<'a> {
    fn of(content_type: &str, bytes: &'a [u8]) -> Self {
        let Ok(text) = std::str::from_utf8(bytes) else { return Self::Binary(bytes) };
        let raw = is_json(content_type).then(|| serde_json::from_str::<&RawValue>(text).ok()).flatten();
        let compact = raw.and_then(|raw| RawValue::from_string(json::compact(raw.get())).ok());
        compact.map_or(Self::Text(text), Self::Json)
    }
}

impl Serialize for Payload<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Json(raw) => raw.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Binary(bytes) => serializer.collect_map([("base64", STANDARD.encode(bytes))]),
        }
    }
}

fn no_headers(headers: &&gantry_core::Headers) -> bool {
    headers.is_empty()
}

/// `application/json`, and any type with the suffix `+json`, parameters aside.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json")
}
