//! What a failed answer has in common with others of its kind: dead letters are grouped by it, so that two causes behind
//! one status are two groups.
//!
//! The operator may name the value that says it (`error_code`). Otherwise it is what the answer says in the members that
//! problem details (RFC 9457) and the usual formats of errors have for codes and texts: codes as they are, texts without
//! what differs from message to message. An answer that is not JSON is such a text as a whole.

use std::collections::BTreeSet;

use gantry_core::dead_letter::kind::{folded, verbatim};
use gantry_core::quality::fold_indices;
use serde_json::{Map, Value};

use crate::json::{InvalidPointer, Pointer};

/// Members whose value is a code: it is the same for all messages.
const CODES: [&str; 8] = ["type", "code", "errorcode", "error_code", "errcode", "faultcode", "error_type", "exception"];

/// Members whose value is a text for people.
const TEXTS: [&str; 13] = [
    "title",
    "message",
    "msg",
    "detail",
    "description",
    "error_description",
    "error_message",
    "errormessage",
    "reason",
    "faultstring",
    "text",
    "summary",
    "value",
];

/// Members that say which part of the message the error is about.
const PLACES: [&str; 6] = ["field", "parameter", "param", "pointer", "property", "target"];

/// Members that hold errors: one, a list of them, or one for each field.
const HOLDERS: [&str; 10] =
    ["error", "errors", "fault", "faults", "details", "violations", "problems", "messages", "source", "innererror"];

/// A `type` of problem details that says nothing.
const NO_TYPE: &str = "about:blank";

/// How deep errors are looked for.
const MAX_DEPTH: usize = 6;

/// Tells kinds of answers apart.
pub(in crate::target::http) struct Kinds {
    error_code: Option<Pointer>,
}

impl Kinds {
    /// `error_code`: a JSON Pointer to the value that says it.
    pub(in crate::target::http) fn new(error_code: Option<&str>) -> Result<Self, InvalidPointer> {
        Ok(Self { error_code: error_code.map(Pointer::parse).transpose()? })
    }

    /// Whether the whole body is needed.
    pub(super) const fn needs_body(&self) -> bool {
        self.error_code.is_some()
    }

    /// The kind of an answer with this text to this payload; none if it doesn't say one.
    pub(super) fn of(&self, text: &str, payload: &[u8]) -> Option<String> {
        let named = self.error_code.as_ref().and_then(|pointer| pointer.find(text.as_bytes()).ok()?.scalar());
        if let Some(named) = named {
            return code(&named, payload);
        }
        match serde_json::from_str(text) {
            Ok(answer) => Collected::of(&answer, payload),
            Err(_) => folded(text, payload),
        }
    }
}

/// A code as it is; if it consists of words, it is a text after all.
fn code(value: &str, payload: &[u8]) -> Option<String> {
    if value.trim().contains(char::is_whitespace) { folded(value, payload) } else { verbatim(value) }
}

/// What was found in an answer, each part once.
struct Collected<'a> {
    payload: &'a [u8],
    parts: BTreeSet<String>,
    ordered: Vec<String>,
}

impl<'a> Collected<'a> {
    fn of(answer: &Value, payload: &'a [u8]) -> Option<String> {
        let mut found = Self { payload, parts: BTreeSet::new(), ordered: Vec::new() };
        found.error(answer, MAX_DEPTH);
        if found.ordered.is_empty() {
            found.sentences(answer, MAX_DEPTH);
        }
        verbatim(&found.ordered.join("; "))
    }

    /// An error in one of the usual formats.
    fn error(&mut self, value: &Value, depth: usize) {
        match value {
            Value::String(text) => self.add(code(text, self.payload)),
            Value::Array(errors) if depth > 0 => {
                // The same errors in another order are the same kind.
                let mut found: Vec<_> =
                    errors.iter().filter_map(|error| Self::of_one(error, self.payload, depth)).collect();
                found.sort_unstable();
                found.into_iter().for_each(|error| self.add(Some(error)));
            }
            Value::Object(members) if depth > 0 => self.members(members, depth),
            _ => {}
        }
    }

    fn of_one(error: &Value, payload: &[u8], depth: usize) -> Option<String> {
        let mut found = Collected { payload, parts: BTreeSet::new(), ordered: Vec::new() };
        found.error(error, depth - 1);
        verbatim(&found.ordered.join(", "))
    }

    fn members(&mut self, members: &Map<String, Value>, depth: usize) {
        let named = |names: &[&str]| -> Vec<&Value> {
            let is_named = |name: &str| names.contains(&name.to_ascii_lowercase().as_str());
            members.iter().filter(|(name, _)| is_named(name)).map(|(_, value)| value).collect()
        };
        for value in named(&CODES) {
            match value {
                Value::String(text) if text == NO_TYPE => {}
                Value::Number(number) => self.add(Some(number.to_string())),
                other => self.error(other, depth - 1),
            }
        }
        for value in named(&TEXTS) {
            match value {
                Value::String(text) => self.add(folded(text, self.payload)),
                other => self.error(other, depth - 1),
            }
        }
        for place in named(&PLACES).into_iter().filter_map(Value::as_str) {
            self.add(folded(&fold_indices(place), self.payload));
        }
        for value in named(&HOLDERS) {
            match value {
                Value::Object(fields) if !is_error(fields) => self.fields(fields, depth - 1),
                other => self.error(other, depth - 1),
            }
        }
    }

    /// An error for each field, as some frameworks state them.
    fn fields(&mut self, fields: &Map<String, Value>, depth: usize) {
        for (field, error) in fields {
            let error = Self::of_one(error, self.payload, depth.max(1));
            self.add(error.map(|error| format!("{}: {error}", fold_indices(field))));
        }
    }

    /// Every text of several words, where no member has a name that is known.
    fn sentences(&mut self, value: &Value, depth: usize) {
        match value {
            Value::String(text) if text.trim().contains(char::is_whitespace) => self.add(folded(text, self.payload)),
            Value::Array(values) if depth > 0 => values.iter().for_each(|value| self.sentences(value, depth - 1)),
            Value::Object(members) if depth > 0 => {
                members.values().for_each(|value| self.sentences(value, depth - 1));
            }
            _ => {}
        }
    }

    fn add(&mut self, part: Option<String>) {
        self.ordered.extend(part.filter(|part| self.parts.insert(part.clone())));
    }
}

/// Whether an object is an error itself, as opposed to one with an error for each field.
fn is_error(members: &Map<String, Value>) -> bool {
    members.keys().any(|name| {
        let name = name.to_ascii_lowercase();
        [CODES.as_slice(), &TEXTS, &HOLDERS].iter().any(|names| names.contains(&name.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(answer: &str) -> String {
        Kinds::new(None).unwrap().of(answer, b"{\"name\": \"MEIER\"}").unwrap_or_default()
    }

    #[test]
    fn the_usual_formats_of_errors_say_their_kind() {
        for (answer, kind) in [
            ("customer 4711 is blocked by credit control", "customer * is blocked by credit control"),
            (r#""customer 4711 is blocked""#, "customer * is blocked"),
            (
                r#"{"type": "https://erp.example.com/blocked", "title": "Customer is blocked", "status": 422, "detail": "MEIER is over 500 EUR", "instance": "/a/1"}"#,
                "https://erp.example.com/blocked; Customer is blocked; * is over * EUR",
            ),
            (r#"{"type": "about:blank", "title": "Unprocessable"}"#, "Unprocessable"),
            (r#"{"error": {"code": "E-1042", "message": "order 7 is closed"}}"#, "E-1042; order * is closed"),
            (
                r#"{"error": {"code": "X/7", "message": {"lang": "en", "value": "period 11 is closed"}}}"#,
                "X/7; period * is closed",
            ),
            (
                r#"{"error": "invalid_grant", "error_description": "the token of 2026-11-30 is over"}"#,
                "the token of * is over; invalid_grant",
            ),
            (r#"[{"errorCode": "DUPLICATE", "message": "id 12 is taken", "fields": []}]"#, "DUPLICATE, id * is taken"),
            (
                r#"{"message": "Invalid", "errors": {"lines.3.sku": ["The sku is unknown."], "mail": ["It is required."]}}"#,
                "Invalid; lines.3.sku: The sku is unknown.; mail: It is required.",
            ),
            (
                r#"{"detail": [{"loc": ["body", 3], "msg": "field required", "type": "missing"}]}"#,
                "missing, field required",
            ),
            (r#"{"fehler": "Der Kunde 4711 ist gesperrt", "nr": "A-1"}"#, "Der * ist gesperrt"),
            ("<soap:Fault><faultstring>period 11 is closed</faultstring></soap:Fault>", "period * is closed"),
        ] {
            assert_eq!(of(answer), kind, "{answer}");
        }
    }

    #[test]
    fn errors_of_several_lines_are_one_kind_in_any_order_and_number() {
        let one = of(r#"{"errors": [{"code": "a", "message": "line 1"}, {"code": "b", "message": "line 2"}]}"#);
        let other = of(
            r#"{"errors": [{"code": "b", "message": "line 9"}, {"code": "a", "message": "line 3"}, {"code": "a", "message": "line 4"}]}"#,
        );
        assert_eq!(one, "a, line *; b, line *");
        assert_eq!(one, other);
    }

    #[test]
    fn an_answer_that_says_nothing_has_no_kind() {
        for answer in ["", "{}", "[]", "null", "42", r#"{"id": "A-1", "ok": false}"#] {
            assert_eq!(of(answer), "", "{answer}");
        }
    }

    #[test]
    fn the_named_value_is_the_kind_and_without_it_the_usual_members_are() {
        let kinds = Kinds::new(Some("/status/no")).unwrap();
        let of = |answer: &str| kinds.of(answer, b"");
        assert_eq!(of(r#"{"status": {"no": "PERIOD 11"}, "message": "m"}"#), Some("PERIOD *".to_owned()));
        assert_eq!(of(r#"{"status": {"no": 201}}"#), Some("201".to_owned()));
        assert_eq!(of(r#"{"message": "order 7 is closed"}"#), Some("order * is closed".to_owned()));
        assert_eq!(of("Bad Gateway"), Some("Bad Gateway".to_owned()));
    }
}
