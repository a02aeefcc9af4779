//! Compares an outcome with what a case expects. Members that the case doesn't mention are not compared.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::case::{payload, raw};
use crate::message::Payload;
use crate::outcome::{Fault, Outcome, Refusal, Violation};
use crate::output::Output;

/// The difference between the expected and the actual outcome; none if they agree.
pub(super) fn difference(expected: &Value, outcome: &Outcome) -> Option<String> {
    let actual = describe(outcome);
    if holds(expected, &actual) {
        return None;
    }
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string());
    Some(format!("expected\n{}\ngot\n{}", pretty(expected), pretty(&readable(actual))))
}

/// The outcome with JSON payloads as JSON instead of text, as cases state them.
fn readable(mut outcome: Value) -> Value {
    for output in outcome.get_mut("emit").and_then(Value::as_array_mut).into_iter().flatten() {
        let json = raw(&output["payload"]).and_then(|(_, text)| serde_json::from_str(text).ok());
        if let Some(json) = json {
            output["payload"] = json;
        }
    }
    outcome
}

/// Whether each expected member is there and equal, and arrays have the same length. Payloads are compared as a whole.
fn holds(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => expected.iter().all(|(name, expected)| {
            let actual = actual.get(name).unwrap_or(&Value::Null);
            if name == "payload" { payload_holds(expected, actual) } else { holds(expected, actual) }
        }),
        (Value::Array(expected), Value::Array(actual)) => {
            expected.len() == actual.len() && expected.iter().zip(actual).all(|(e, a)| holds(e, a))
        }
        (expected, actual) => expected == actual,
    }
}

fn payload_holds(expected: &Value, actual: &Value) -> bool {
    let actual = payload(actual);
    match raw(expected) {
        Some(_) => payload(expected).as_bytes() == actual.as_bytes(),
        None => serde_json::from_slice::<Value>(actual.as_bytes()).is_ok_and(|actual| actual == *expected),
    }
}

/// The outcome in the format of cases.
fn describe(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Emit(outputs) => json!({ "emit": outputs.iter().map(describe_output).collect::<Vec<_>>() }),
        Outcome::Refuse(Refusal::Skip(fault)) => json!({ "skip": describe_fault(fault) }),
        Outcome::Refuse(Refusal::Invalid(found)) => {
            json!({ "invalid": found.iter().map(describe_violation).collect::<Vec<_>>() })
        }
        Outcome::Refuse(Refusal::Reject(fault)) => json!({ "reject": describe_fault(fault) }),
        Outcome::Refuse(Refusal::Retry { fault, after }) => {
            let after_ms = after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
            json!({ "retry": { "code": fault.code, "text": fault.text, "after_ms": after_ms } })
        }
    }
}

fn describe_output(output: &Output) -> Value {
    let headers: serde_json::Map<_, _> =
        output.headers.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    json!({
        "route": output.route,
        "key": output.key,
        "idempotency_key": output.idempotency_key,
        "content_type": output.content_type,
        "headers": headers,
        "payload": describe_payload(&output.payload),
    })
}

fn describe_payload(payload: &Payload) -> Value {
    match payload {
        Payload::Text(text) => json!({ "text": text }),
        Payload::Bytes(bytes) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}

fn describe_fault(fault: &Fault) -> Value {
    json!({ "code": fault.code, "text": fault.text })
}

fn describe_violation(violation: &Violation) -> Value {
    json!({ "path": violation.path, "code": violation.code, "text": violation.text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emitted(payload: &str) -> Outcome {
        Outcome::Emit(vec![Output::new("application/json", payload.to_owned()).route("erp")])
    }

    #[test]
    fn what_is_not_mentioned_is_not_compared() {
        let expected = json!({ "emit": [{ "payload": { "b": 2, "a": 1 } }] });
        assert_eq!(difference(&expected, &emitted(r#"{"a": 1, "b": 2}"#)), None);
        assert!(difference(&json!({ "emit": [{ "route": null }] }), &emitted("{}")).is_some());
    }

    #[test]
    fn a_payload_is_compared_as_a_whole() {
        let expected = json!({ "emit": [{ "payload": { "a": 1 } }] });
        let difference = difference(&expected, &emitted(r#"{"a": 1, "b": 2}"#)).unwrap();
        assert!(difference.contains("expected") && difference.contains("got"), "{difference}");
    }

    #[test]
    fn one_violation_more_is_a_difference() {
        let found = ["/a", "/b"].map(|path| Violation { path: path.into(), code: "c".into(), text: "t".into() });
        let outcome = Outcome::Refuse(Refusal::Invalid(found.into()));
        assert!(difference(&json!({ "invalid": [{ "path": "/a", "code": "c" }] }), &outcome).is_some());
        let both = json!({ "invalid": [{ "path": "/a", "code": "c" }, { "path": "/b" }] });
        assert_eq!(difference(&both, &outcome), None);
    }

    #[test]
    fn another_kind_of_outcome_is_a_difference() {
        let skipped = Outcome::Refuse(Refusal::skip("old", "too old"));
        assert!(difference(&json!({ "reject": { "code": "old" } }), &skipped).is_some());
        assert_eq!(difference(&json!({ "skip": { "code": "old" } }), &skipped), None);
    }
}
