//! Compares an outcome with what a case expects. Members that the case doesn't mention are neither compared nor shown;
//! payloads and lists are compared as a whole.

mod fault;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gantry_core::{Fault, Outcome, Output, Violation};
use gantry_sandbox::PluginFault;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::case::{payload, raw};

/// An outcome that is not as expected.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// What it is about: `message 0`, `log`, `settings`.
    pub of: String,
    /// What the case says.
    pub expected: Value,
    /// What the plugin answered, as far as the case mentions it.
    pub actual: Value,
}

/// How payloads that a case gives as JSON are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payloads {
    /// As values: neither spaces nor the order of members matter.
    AsValues,
    /// Byte for byte, against the value in its shortest spelling with the case's order of members.
    AsBytes,
}

/// The difference between the expected and the actual outcome; none if they agree.
pub(crate) fn difference(
    message: usize,
    expected: &Value,
    outcome: &Result<Outcome, PluginFault>,
    payloads: Payloads,
) -> Option<Difference> {
    let actual = match (outcome, expected.get("fault")) {
        (Err(fault), Some(expected)) => json!({ "fault": fault::seen(expected, fault) }),
        _ => payloads.alongside(expected, describe(outcome)),
    };
    differing(format!("message {message}"), expected.clone(), actual)
}

/// The difference between the expected and the actual violations of the settings.
pub(crate) fn of_settings(expected: &[Value], violations: &[Violation]) -> Option<Difference> {
    let actual = Value::from_iter(violations.iter().map(describe_violation));
    let expected = Value::from(expected.to_vec());
    let actual = Payloads::AsValues.alongside(&expected, actual);
    differing("settings".to_owned(), expected, actual)
}

/// The difference between the expected and the actual log lines.
pub(crate) fn of_log(expected: &[Value], lines: Vec<Value>) -> Option<Difference> {
    let expected = Value::from(expected.to_vec());
    let actual = Payloads::AsValues.alongside(&expected, lines.into());
    differing("log".to_owned(), expected, actual)
}

fn differing(of: String, expected: Value, actual: Value) -> Option<Difference> {
    (expected != actual).then_some(Difference { of, expected, actual })
}

impl Payloads {
    /// The actual value, reduced to the members that are expected, in the expected order.
    fn alongside(self, expected: &Value, actual: Value) -> Value {
        match (expected, actual) {
            (Value::Object(expected), Value::Object(actual))
                if !expected.keys().any(|name| actual.contains_key(name)) =>
            {
                Value::Object(actual)
            }
            (Value::Object(expected), Value::Object(mut actual)) => {
                let members = expected.iter().filter_map(|(name, expected)| {
                    let actual = actual.remove(name)?;
                    let is_payload = name == "payload";
                    let seen = if is_payload { self.seen(expected, actual) } else { self.alongside(expected, actual) };
                    Some((name.clone(), seen))
                });
                Value::Object(members.collect())
            }
            (Value::Array(expected), Value::Array(actual)) => {
                let nothing = Value::Object(Map::new());
                let beside = expected.iter().chain(std::iter::repeat(&nothing));
                actual.into_iter().zip(beside).map(|(actual, expected)| self.alongside(expected, actual)).collect()
            }
            (_, actual) => actual,
        }
    }

    /// A whole payload, in the form of the expected one.
    fn seen(self, expected: &Value, actual: Value) -> Value {
        let Ok(bytes) = payload(&actual) else { return actual };
        if self == Self::AsBytes || raw(expected).is_some() {
            let same = payload(expected).is_ok_and(|wanted| wanted == bytes);
            return if same { expected.clone() } else { actual };
        }
        serde_json::from_slice(&bytes).map_or(actual, |json| ordered(expected, json))
    }
}

/// The same value with its members in the order of another, so that the two can be read side by side.
fn ordered(like: &Value, value: Value) -> Value {
    match (like, value) {
        (Value::Object(like), Value::Object(mut value)) => {
            let known = like.iter().filter_map(|(name, like)| Some((name.clone(), ordered(like, value.remove(name)?))));
            let mut members: Map<_, _> = known.collect();
            members.extend(value);
            Value::Object(members)
        }
        (Value::Array(like), Value::Array(value)) => {
            let like = like.iter().chain(std::iter::repeat(&Value::Null));
            value.into_iter().zip(like).map(|(value, like)| ordered(like, value)).collect()
        }
        (_, value) => value,
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
        super::difference(message, expected, outcome, Payloads::AsValues)
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
        assert_eq!(found.actual, json!({ "emit": [{ "route": "erp" }] }));
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
        let expected = json!({ "emit": [{ "payload": { "b": "1.50", "a": 2 } }] });
        let exact = |payload| super::difference(0, &expected, &emitted(payload), Payloads::AsBytes);
        assert!(exact(br#"{"b":"1.50","a":2}"#).is_none());
        assert!(exact(br#"{"a":2,"b":"1.50"}"#).is_some());
        assert!(exact(br#"{"b": "1.50","a":2}"#).is_some());
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
        assert_eq!(found.actual, json!({ "skip": { "code": "old", "text": "too old" } }));
        assert!(difference(0, &json!({ "skip": { "code": "old" } }), &skipped).is_none());
    }
}
