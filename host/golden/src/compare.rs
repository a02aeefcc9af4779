//! Compares an outcome with what a case expects. Members that the case doesn't mention are neither compared nor shown;
//! payloads and lists are compared as a whole, and numbers exactly.

mod fault;

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gantry_core::{Fault, Outcome, Output, Violation};
use gantry_sandbox::PluginFault;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::case::{payload, raw};
use gantry_schema::{Json, Text};

/// An outcome that is not as expected.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// What it is about: `message 0`, `log`, `settings`.
    pub of: String,
    /// What the case says.
    pub expected: Json,
    /// What the plugin answered, as far as the case mentions it.
    pub actual: Json,
}

/// How payloads that a case gives as JSON are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payloads {
    /// As values: neither spaces nor the order of members matter.
    AsValues,
    /// Byte for byte, against the JSON of the case without spaces. Its texts may also be in their shortest spelling.
    AsBytes,
}

/// The difference between the expected and the actual outcome; none if they agree.
pub(crate) fn difference(
    message: usize,
    expected: &Json,
    outcome: &Result<Outcome, PluginFault>,
    payloads: Payloads,
) -> Option<Difference> {
    let actual = match (outcome, expected.get("fault")) {
        (Err(fault), Some(expected)) => Json::Object(vec![("fault".into(), fault::seen(expected, fault))]),
        _ => payloads.alongside(expected, describe(outcome).into()),
    };
    differing(format!("message {message}"), expected.clone(), actual)
}

/// The difference between the expected and the actual violations of the settings.
pub(crate) fn of_settings(expected: &[Json], violations: &[Violation]) -> Option<Difference> {
    let actual = Value::from_iter(violations.iter().map(describe_violation));
    let expected = Json::Array(expected.to_vec());
    let actual = Payloads::AsValues.alongside(&expected, actual.into());
    differing("settings".to_owned(), expected, actual)
}

/// The difference between the expected and the actual log lines.
pub(crate) fn of_log(expected: &[Json], lines: Vec<Value>) -> Option<Difference> {
    let expected = Json::Array(expected.to_vec());
    let actual = Payloads::AsValues.alongside(&expected, Value::from(lines).into());
    differing("log".to_owned(), expected, actual)
}

fn differing(of: String, expected: Json, actual: Json) -> Option<Difference> {
    (expected != actual).then_some(Difference { of, expected, actual })
}

impl Payloads {
    /// The actual value, reduced to the members that are expected, in the expected order.
    fn alongside(self, expected: &Json, actual: Json) -> Json {
        match (expected, actual) {
            (Json::Object(expected), Json::Object(actual)) => self.members_alongside(expected, actual),
            (Json::Array(expected), Json::Array(actual)) => {
                let nothing = Json::Object(Vec::new());
                let beside = expected.iter().chain(std::iter::repeat(&nothing));
                Json::Array(actual.into_iter().zip(beside).map(|(actual, like)| self.alongside(like, actual)).collect())
            }
            (_, actual) => actual,
        }
    }

    /// The actual members that are expected; all of them if none is.
    fn members_alongside(self, expected: &[(Text, Json)], mut actual: Vec<(Text, Json)>) -> Json {
        let mut seen = Vec::new();
        for (name, expected) in expected {
            let Some(at) = actual.iter().position(|(known, _)| known == name) else { continue };
            let value = actual.remove(at).1;
            let is_payload = name.as_str() == "payload";
            let value = if is_payload { self.seen(expected, value) } else { self.alongside(expected, value) };
            seen.push((name.clone(), value));
        }
        Json::Object(if seen.is_empty() { actual } else { seen })
    }

    /// A whole payload, in the form of the expected one.
    fn seen(self, expected: &Json, actual: Json) -> Json {
        let Ok(bytes) = payload(&actual) else { return actual };
        if self == Self::AsBytes || raw(expected).is_some() {
            let is_as_written = payload(expected).is_ok_and(|wanted| wanted == bytes);
            let is_same = is_as_written || (raw(expected).is_none() && expected.shortest().as_bytes() == bytes);
            return if is_same { expected.clone() } else { actual };
        }
        Json::parse(&bytes).map_or(actual, |json| ordered(expected, json))
    }
}

/// The same value with its members in the order of another, and what is equal spelled as there, so that the two can be
/// read side by side.
fn ordered(like: &Json, value: Json) -> Json {
    match (like, value) {
        (Json::Object(like), Json::Object(mut value)) => {
            let places: HashMap<_, _> =
                like.iter().enumerate().map(|(at, (name, like))| (name.as_str(), (at, like))).collect();
            value.sort_by_key(|(name, _)| places.get(name.as_str()).map_or(usize::MAX, |(at, _)| *at));
            let members = value.into_iter().map(|(name, value)| match places.get(name.as_str()) {
                Some((_, like)) => (name, ordered(like, value)),
                None => (name, value),
            });
            Json::Object(members.collect())
        }
        (Json::Array(like), Json::Array(value)) => {
            let like = like.iter().chain(std::iter::repeat(&Json::Null));
            Json::Array(value.into_iter().zip(like).map(|(value, like)| ordered(like, value)).collect())
        }
        (like, value) => {
            if *like == value {
                like.clone()
            } else {
                value
            }
        }
    }
}

/// The outcome in the format of cases.
#[must_use]
pub fn describe(outcome: &Result<Outcome, PluginFault>) -> Value {
    match outcome {
        Ok(Outcome::Emit(outputs)) => json!({ "emit": outputs.iter().map(describe_output).collect::<Vec<_>>() }),
        Ok(Outcome::Skip(fault)) => json!({ "skip": describe_fault(fault) }),
        Ok(Outcome::Invalid(found)) => json!({ "invalid": found.iter().map(describe_violation).collect::<Vec<_>>() }),
        Ok(Outcome::Reject(fault)) => json!({ "reject": describe_fault(fault) }),
        Ok(Outcome::Retry { fault, after }) => {
            let after_ms = after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
            json!({ "retry": { "code": fault.code, "text": fault.text, "after_ms": after_ms } })
        }
        Err(fault) => json!({ "fault": fault::describe(fault) }),
    }
}

fn describe_output(output: &Output) -> Value {
    let headers: Map<_, _> = output.headers.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    json!({
        "route": output.route,
        "key": output.key,
        "idempotency_key": output.idempotency_key,
        "content_type": output.content_type,
        "headers": headers,
        "payload": match std::str::from_utf8(&output.payload) {
            Ok(text) => json!({ "text": text }),
            Err(_) => json!({ "base64": STANDARD.encode(&output.payload) }),
        },
    })
}

fn describe_fault(fault: &Fault) -> Value {
    let mut seen = json!({ "code": fault.code, "text": fault.text });
    if !fault.details.is_empty() {
        let details = fault.details.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        seen["details"] = Value::Object(details.collect());
    }
    seen
}

fn describe_violation(violation: &Violation) -> Value {
    json!({ "path": violation.path, "code": violation.code, "text": violation.text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gantry_core::Fault;

    fn difference(message: usize, expected: &Value, outcome: &Result<Outcome, PluginFault>) -> Option<Difference> {
        super::difference(message, &expected.clone().into(), outcome, Payloads::AsValues)
    }

    fn emits(payload: &str) -> Json {
        Json::parse(format!(r#"{{"emit":[{{"payload":{payload}}}]}}"#).as_bytes()).unwrap()
    }

    fn emitted(payload: &'static [u8]) -> Result<Outcome, PluginFault> {
        Ok(Outcome::Emit(vec![Output {
            route: Some("erp".parse().unwrap()),
            key: None,
            idempotency_key: None,
            content_type: "application/json".into(),
            headers: Default::default(),
            payload: payload.into(),
        }]))
    }

    #[test]
    fn what_is_not_mentioned_is_neither_compared_nor_shown() {
        let expected = json!({ "emit": [{ "payload": { "b": 2, "a": 1 } }] });
        assert!(difference(0, &expected, &emitted(br#"{"a": 1, "b": 2}"#)).is_none());
        let found = difference(0, &json!({ "emit": [{ "route": null }] }), &emitted(b"{}")).unwrap();
        assert_eq!(found.actual, json!({ "emit": [{ "route": "erp" }] }).into());
    }

    #[test]
    fn a_payload_is_compared_as_a_whole_and_shown_in_the_expected_order() {
        let expected = json!({ "emit": [{ "payload": { "z": { "b": 1, "a": 2 } } }] });
        let found = difference(0, &expected, &emitted(br#"{"extra": 3, "z": {"a": 2, "b": 1}}"#)).unwrap();
        assert_eq!(found.actual.to_string(), r#"{"emit":[{"payload":{"z":{"b":1,"a":2},"extra":3}}]}"#);
    }

    #[test]
    fn raw_payloads_are_compared_byte_for_byte() {
        assert!(difference(0, &json!({ "emit": [{ "payload": { "base64": "/w==" } }] }), &emitted(b"\xff")).is_none());
        assert!(difference(0, &json!({ "emit": [{ "payload": { "text": "{}" } }] }), &emitted(b"{ }")).is_some());
        assert!(difference(0, &json!({ "emit": [{ "payload": {} }] }), &emitted(b"\xff")).is_some());
    }

    #[test]
    fn asked_for_bytes_another_spelling_of_the_same_value_is_a_difference() {
        let exactly = |expected, actual| super::difference(0, &emits(expected), &emitted(actual), Payloads::AsBytes);
        let expected = r#"{ "b": "1.50", "a": 2.10 }"#;
        assert!(exactly(expected, br#"{"b":"1.50","a":2.10}"#).is_none());
        assert!(exactly(expected, br#"{"b":"1.50","a":2.1}"#).is_some());
        assert!(exactly(expected, br#"{"a":2.10,"b":"1.50"}"#).is_some());
        assert!(exactly(expected, br#"{"b": "1.50","a":2.10}"#).is_some());
        assert!(exactly("12345678901234567890123", b"12345678901234567890123").is_none());
        assert!(exactly("12345678901234567890123", b"1.2345678901234568e+22").is_some());
        assert!(exactly(r#""\u00e4""#, "\"ä\"".as_bytes()).is_none());
        assert!(exactly(r#""\u00e4""#, br#""\u00e4""#).is_none());
    }

    #[test]
    fn a_wrong_digit_is_a_difference_however_far_behind_and_another_spelling_is_none() {
        let as_values = |expected, actual| super::difference(0, &emits(expected), &emitted(actual), Payloads::AsValues);
        for spelling in [&b"[1.0]"[..], b"[1.00]", b"[ 1e0 ]", b"[1]"] {
            assert!(as_values("[1.0]", spelling).is_none());
        }
        assert!(as_values("12345678901234567891", b"12345678901234567891.0").is_none());
        assert!(as_values("[0.1]", b"[0.10000000000000001]").is_some());
        assert!(as_values("12345678901234567890.01", b"12345678901234567890.02").is_some());
        assert!(as_values("[1e400]", b"[2e400]").is_some());
        let found = as_values(r#"{"a":1.0,"b":0.1}"#, br#"{"b":0.10000000000000001,"a":1.00}"#).unwrap();
        assert_eq!(found.actual.to_string(), r#"{"emit":[{"payload":{"a":1.0,"b":0.10000000000000001}}]}"#);
    }

    #[test]
    fn one_violation_or_output_more_or_less_is_a_difference() {
        let found = ["/a", "/b"].map(|path| Violation { path: path.into(), code: "c".into(), text: "t".into() });
        let outcome = Ok(Outcome::Invalid(found.into()));
        let one = json!({ "invalid": [{ "path": "/a", "code": "c" }] });
        let both = json!({ "invalid": [{ "path": "/a", "code": "c" }, { "path": "/b" }] });
        assert!(difference(0, &one, &outcome).is_some());
        assert!(difference(0, &both, &outcome).is_none());
        assert!(difference(0, &json!({ "emit": [] }), &emitted(b"{}")).is_some());
        assert!(difference(0, &json!({ "emit": [{}, {}] }), &emitted(b"{}")).is_some());
    }

    #[test]
    fn another_kind_of_outcome_is_a_difference_and_shown_whole() {
        let skipped = Ok(Outcome::Skip(Fault::new("old", "too old")));
        let found = difference(3, &json!({ "reject": { "code": "old" } }), &skipped).unwrap();
        assert_eq!(found.of, "message 3");
        assert_eq!(found.actual, json!({ "skip": { "code": "old", "text": "too old" } }).into());
        assert!(difference(0, &json!({ "skip": { "code": "old" } }), &skipped).is_none());
    }
}
