//! The header `Idempotency-Key`, after the IETF draft of that name: a sender that repeats a request gets the answer of
//! the first one. It also learns when it used a key for another payload, or repeats it while the first request is still
//! under way.
//!
//! The draft requires the key as a string of RFC 8941, in quotes; most senders leave the quotes out. Both forms are
//! accepted, and mean the same key.

use std::collections::HashSet;

use gantry_core::FlowName;
use http::HeaderMap;
use parking_lot::Mutex;

use super::Idempotency;

const HEADER: &str = "idempotency-key";

/// Longest key.
const LONGEST: usize = 255;

/// Why a request is not accepted. The texts may be shown to the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum IdempotencyError {
    #[error("the header `Idempotency-Key` is missing: send a key of your own making, and the same one when you repeat")]
    Missing,
    #[error("the header `Idempotency-Key` {0}")]
    Invalid(&'static str),
    #[error("this `Idempotency-Key` was used for another payload; use a new one for a new request")]
    Reused,
    #[error("the first request with this `Idempotency-Key` is still being taken; ask again in a moment")]
    InFlight,
}

impl IdempotencyError {
    /// The reason as metrics and the problem document spell it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing_idempotency_key",
            Self::Invalid(_) => "invalid_idempotency_key",
            Self::Reused => "idempotency_key_reused",
            Self::InFlight => "idempotency_in_flight",
        }
    }
}

/// The key of a request, if the flow uses keys.
pub(super) fn key(rule: Option<Idempotency>, headers: &HeaderMap) -> Result<Option<String>, IdempotencyError> {
    let Some(Idempotency { required, .. }) = rule else { return Ok(None) };
    let mut values = headers.get_all(HEADER).iter();
    match (values.next(), values.next()) {
        (None, _) if required => Err(IdempotencyError::Missing),
        (None, _) => Ok(None),
        (Some(value), None) => parse(value.as_bytes()).map(Some).map_err(IdempotencyError::Invalid),
        (Some(_), Some(_)) => Err(IdempotencyError::Invalid("is there twice")),
    }
}

fn parse(value: &[u8]) -> Result<String, &'static str> {
    let value = value.trim_ascii();
    let key = match value.split_first() {
        Some((b'"', rest)) => quoted(rest)?,
        _ if value.iter().all(|byte| byte.is_ascii_graphic() && !b"\",;".contains(byte)) => value.to_vec(),
        _ => return Err("is neither a string in quotes, as RFC 8941 has it, nor a plain word"),
    };
    match String::from_utf8(key) {
        Ok(key) if key.is_empty() => Err("is empty"),
        Ok(key) if key.len() > LONGEST => Err("is longer than 255 characters"),
        Ok(key) => Ok(key),
        Err(_) => Err("holds characters that are not ASCII"),
    }
}

/// The rest of a string behind its opening quote; parameters behind the closing quote are ignored.
fn quoted(rest: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut key = Vec::with_capacity(rest.len());
    let mut bytes = rest.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
                let behind = bytes.as_slice().trim_ascii_start();
                return if matches!(behind, [] | [b';', ..]) {
                    Ok(key)
                } else {
                    Err("goes on behind its closing quote")
                };
            }
            b'\\' => match bytes.next() {
                Some(escaped @ (b'"' | b'\\')) => key.push(*escaped),
                _ => return Err("has a backslash before something else than a quote or a backslash"),
            },
            b' '..=b'~' => key.push(*byte),
            _ => return Err("holds characters that are not ASCII"),
        }
    }
    Err("lacks its closing quote")
}

/// The requests with a key that are under way; never more than connections.
#[derive(Debug, Default)]
pub(super) struct UnderWay(Mutex<HashSet<(FlowName, String)>>);

/// While it exists, no other request with this key is accepted.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    under_way: &'a UnderWay,
    key: (FlowName, String),
}

impl UnderWay {
    pub(super) fn take(&self, flow: &FlowName, key: &str) -> Result<Turn<'_>, IdempotencyError> {
        let key = (flow.clone(), key.to_owned());
        let free = self.0.lock().insert(key.clone());
        free.then_some(Turn { under_way: self, key }).ok_or(IdempotencyError::InFlight)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.under_way.0.lock().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_string_of_rfc_8941_or_the_same_without_its_quotes() {
        for (value, key) in [
            (r#""8e03978e-40d5""#, "8e03978e-40d5"),
            ("8e03978e-40d5", "8e03978e-40d5"),
            (r#" "a \"b\" \\ c" "#, r#"a "b" \ c"#),
            (r#""a";v=1"#, "a"),
        ] {
            assert_eq!(parse(value.as_bytes()), Ok(key.to_owned()), "{value}");
        }
        let long = "x".repeat(256);
        for wrong in [r#""open"#, r#""a" b"#, r#""a\n""#, r#""""#, "", "a b", "a, b", "ä", "\"\u{e4}\"", &long] {
            assert!(parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_turn_that_is_over_lets_the_next_request_in() {
        let under_way = UnderWay::default();
        let flow = "orders".parse().unwrap();
        let turn = under_way.take(&flow, "k").unwrap();
        assert_eq!(under_way.take(&flow, "k").unwrap_err(), IdempotencyError::InFlight);
        assert!(under_way.take(&"other".parse().unwrap(), "k").is_ok());
        drop(turn);
        assert!(under_way.take(&flow, "k").is_ok());
    }
}
