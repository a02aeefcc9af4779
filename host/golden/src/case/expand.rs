//! Expands short forms in golden cases: a repeated message or outcome, and a repeated text.
//!
//! `{"repeat": 1000, …}` as an element of `input` or `expected` stands for that many elements; a payload
//! `{"text": "0123", "times": 1000}` for the text that many times. A few bytes could stand for any amount of memory, and
//! a host runs cases from other people's plugins: so the size of each list is bounded, and checked before anything is
//! copied.

use serde_json::Value;

use crate::error::CaseError;

/// Most messages a short form may stand for.
const MESSAGES: usize = 100_000;
/// About how much memory one list of a case may take.
const BYTES: usize = 64 << 20;
/// About how much memory a value takes beside its text.
const VALUE_BYTES: usize = 32;

/// Expands every short form of the case.
pub(super) fn expand(case: &mut Value) -> Result<(), CaseError> {
    for list in ["input", "expected"] {
        let Some(elements) = case.get_mut(list).and_then(Value::as_array_mut) else { continue };
        let mut room = Room { list, left: BYTES };
        let mut all = Vec::new();
        for mut element in std::mem::take(elements) {
            let copies = room.repetitions(&mut element)?;
            payloads(&mut element).try_for_each(|payload| room.text(payload))?;
            room.take(weight(&element).saturating_mul(copies - 1))?;
            all.extend(std::iter::repeat_n(element, copies));
        }
        *elements = all;
    }
    Ok(())
}

/// How much a list may still take.
struct Room {
    list: &'static str,
    left: usize,
}

impl Room {
    /// Removes `repeat` from an element.
    fn repetitions(&self, element: &mut Value) -> Result<usize, CaseError> {
        match element.as_object_mut().and_then(|members| members.shift_remove("repeat")) {
            None => Ok(1),
            Some(times) => self.bounded("repeat", &times, MESSAGES),
        }
    }

    /// Expands a repeated text.
    fn text(&mut self, payload: &mut Value) -> Result<(), CaseError> {
        let Some(members) = payload.as_object_mut().filter(|members| members.len() == 2) else { return Ok(()) };
        let (Some(Value::String(text)), Some(times)) = (members.get("text"), members.get("times")) else {
            return Ok(());
        };
        let times = self.bounded("times", times, BYTES / text.len().max(1))?;
        self.take(text.len() * times)?;
        *payload = serde_json::json!({ "text": text.repeat(times) });
        Ok(())
    }

    fn bounded(&self, form: &'static str, times: &Value, most: usize) -> Result<usize, CaseError> {
        let number = times.as_u64().and_then(|times| usize::try_from(times).ok());
        number.filter(|times| (1..=most).contains(times)).ok_or_else(|| CaseError::Times {
            form,
            list: self.list,
            times: times.to_string(),
            most,
        })
    }

    fn take(&mut self, bytes: usize) -> Result<(), CaseError> {
        self.left = self.left.checked_sub(bytes).ok_or(CaseError::TooBig { list: self.list, most: BYTES })?;
        Ok(())
    }
}

/// About how much memory a value takes.
fn weight(value: &Value) -> usize {
    let below = match value {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(weight).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + weight(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    VALUE_BYTES + below
}

/// The payload of a message, or those of an outcome.
fn payloads(element: &mut Value) -> impl Iterator<Item = &mut Value> {
    let Some(members) = element.as_object_mut() else { return Vec::new().into_iter() };
    let mut found = Vec::new();
    for (name, value) in members.iter_mut() {
        match name.as_str() {
            "payload" => found.push(value),
            "emit" => found.extend(value.as_array_mut().into_iter().flatten().filter_map(|o| o.get_mut("payload"))),
            _ => {}
        }
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn short_forms_are_written_out() {
        let mut case = json!({
            "input": [{ "repeat": 2, "payload": { "text": "ab", "times": 3 } }, { "payload": { "repeat": 9 } }],
            "expected": [{ "repeat": 2, "emit": [{ "payload": { "text": "x", "times": 2 } }] }, { "skip": {} }],
        });
        expand(&mut case).unwrap();
        let message = json!({ "payload": { "text": "ababab" } });
        assert_eq!(case["input"], json!([message, message, { "payload": { "repeat": 9 } }]));
        assert_eq!(case["expected"][1], json!({ "emit": [{ "payload": { "text": "xx" } }] }));
        assert_eq!(case["expected"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn what_would_not_end_is_refused() {
        for times in [json!(0), json!(1_000_000), json!("3")] {
            assert!(expand(&mut json!({ "input": [{ "repeat": times }] })).is_err());
        }
        assert!(expand(&mut json!({ "input": [{ "payload": { "text": "abc", "times": 1_u64 << 40 } }] })).is_err());
    }

    #[test]
    fn short_forms_that_are_each_within_bounds_are_refused_together() {
        let large = json!({ "payload": { "text": "x", "times": 40 << 20 } });
        expand(&mut json!({ "input": [large] })).unwrap();
        for case in [
            json!({ "input": [large, large] }),
            json!({ "input": [{ "repeat": 1000, "payload": { "text": "x", "times": 1 << 20 } }] }),
            json!({ "input": [{ "repeat": 100_000, "payload": "x".repeat(1 << 10) }] }),
        ] {
            assert!(matches!(expand(&mut case.clone()), Err(CaseError::TooBig { list: "input", .. })), "too much");
        }
    }
}
