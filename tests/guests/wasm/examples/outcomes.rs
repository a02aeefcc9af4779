//! Says whatever the JSON payload asks for.
//!
//! One of `{"emit": [OUTPUT…]}`, `{"skip": CODE}`, `{"invalid": [{"path", "code", "text"}…]}`,
//! `{"retry": CODE, "after_ms": N}`, `{"reject": CODE}`, where OUTPUT may have `text`, `bytes` (a number of them),
//! `route`, `key`, `idempotency_key`, `content_type` and `headers` (pairs).

use gantry_guest::{Behaviour, Message, Outcome, Output, Payload, RetryLater, Violation, bytes, fault, output};
use serde_json::Value;

struct Outcomes;

impl Behaviour for Outcomes {
    fn one(message: Message) -> Outcome {
        let asked: Value = serde_json::from_slice(bytes(&message)).unwrap();
        let code = |name: &str| asked[name].as_str().map(|code| fault(code, "as the message asks"));
        if let Some(fault) = code("skip") {
            Outcome::Skip(fault)
        } else if let Some(fault) = code("retry") {
            Outcome::Retry(RetryLater { fault, after_ms: asked["after_ms"].as_u64() })
        } else if let Some(fault) = code("reject") {
            Outcome::Reject(fault)
        } else if let Some(violations) = asked["invalid"].as_array() {
            Outcome::Invalid(violations.iter().map(violation).collect())
        } else {
            Outcome::Emit(asked["emit"].as_array().unwrap().iter().map(asked_output).collect())
        }
    }
}

fn violation(asked: &Value) -> Violation {
    let text = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
    Violation { path: text("path"), code: text("code"), text: text("text") }
}

fn pair(pair: &Value) -> (String, String) {
    (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned())
}

fn asked_output(asked: &Value) -> Output {
    let text = |name: &str| asked[name].as_str().map(str::to_owned);
    let payload = match asked["bytes"].as_u64() {
        Some(count) => Payload::Bytes(vec![b'x'; count as usize]),
        None => Payload::Text(text("text").unwrap_or_default()),
    };
    Output {
        route: text("route"),
        key: text("key"),
        idempotency_key: text("idempotency_key"),
        headers: asked["headers"].as_array().map(|pairs| pairs.iter().map(pair).collect()).unwrap_or_default(),
        ..output(asked["content_type"].as_str().unwrap_or("text/plain"), payload)
    }
}

gantry_guest::guest!(Outcomes);
