//! How payloads are serialised: as bytes in binary formats (the store), and in JSON as `{"text": "…"}` where they are
//! valid UTF-8 or `{"base64": "…"}` where they are not, so that no byte is lost.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Payload bytes in JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Readable {
    /// The bytes as text: they are valid UTF-8.
    Text(String),
    /// The bytes in Base64: they are not text.
    Base64(String),
}

/// For `#[serde(with = …)]`.
pub fn serialize<S: Serializer>(payload: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    if !serializer.is_human_readable() {
        return serializer.serialize_bytes(payload);
    }
    match std::str::from_utf8(payload) {
        Ok(text) => Readable::Text(text.to_owned()),
        Err(_) => Readable::Base64(STANDARD.encode(payload)),
    }
    .serialize(serializer)
}

/// For `#[serde(with = …)]`.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    if !deserializer.is_human_readable() {
        return Bytes::deserialize(deserializer);
    }
    match Readable::deserialize(deserializer)? {
        Readable::Text(text) => Ok(text.into()),
        Readable::Base64(text) => STANDARD.decode(text).map(Into::into).map_err(serde::de::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Holder(#[serde(with = "super")] Bytes);

    #[test]
    fn text_and_bytes_survive_json() {
        for (bytes, json) in [(&b"K\xc3\xa4se"[..], r#"{"text":"Käse"}"#), (&b"\xff\x00"[..], r#"{"base64":"/wA="}"#)]
        {
            let holder = Holder(Bytes::copy_from_slice(bytes));
            let text = serde_json::to_string(&holder).unwrap();
            assert_eq!(text, json);
            assert_eq!(serde_json::from_str::<Holder>(&text).unwrap(), holder);
        }
    }
}
