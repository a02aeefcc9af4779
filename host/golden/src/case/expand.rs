//! Expands short forms in golden cases: a repeated message or outcome, and a repeated text.
//!
//! `{"repeat": 1000, …}` as an element of `input` or `expected` stands for that many elements; a payload
//! `{"text": "0123", "times": 1000}` for the text that many times. A few bytes could stand for any amount of memory, and
//! a host runs cases from other people's plugins: so the size of each list is bounded, and checked before anything is
//! copied.

use gantry_schema::Number;

use super::Input;
use crate::error::CaseError;
use gantry_schema::Json;

/// Most messages a short form may stand for.
const MESSAGES: usize = 100_000;
/// About how much memory one list of a case may take.
const BYTES: usize = 64 << 20;
/// About how much memory a value takes beside its text.
const VALUE_BYTES: usize = size_of::<Json>();

/// How much a list may still take.
pub(super) struct Room {
    list: &'static str,
    left: usize,
}

/// An element of a list: a message or an outcome.
pub(super) trait Element: Clone {
    /// Takes `repeat` out of it.
    fn take_repeat(&mut self) -> Option<Json>;
    /// The payload of a message, or those of an outcome.
    fn payloads(&mut self) -> Vec<&mut Json>;
    /// About how much memory it takes.
    fn weight(&self) -> usize;
}

impl Room {
    /// All that `input` or `expected` may take.
    pub(super) const fn of(list: &'static str) -> Self {
        Self { list, left: BYTES }
    }

    /// Writes out every short form of the list.
    pub(super) fn expand<E: Element>(mut self, elements: Vec<E>) -> Result<Vec<E>, CaseError> {
        let mut all = Vec::new();
        for mut element in elements {
            let repeat = element.take_repeat();
            let copies = repeat.map_or(Ok(1), |times| self.bounded("repeat", &times, MESSAGES))?;
            element.payloads().into_iter().try_for_each(|payload| self.text(payload))?;
            self.take(element.weight().saturating_mul(copies - 1))?;
            all.extend(std::iter::repeat_n(element, copies));
        }
        Ok(all)
    }

    /// Expands a repeated text.
    fn text(&mut self, payload: &mut Json) -> Result<(), CaseError> {
        if payload.members().is_none_or(|members| members.len() != 2) {
            return Ok(());
        }
        let (Some(Json::Text(text)), Some(times)) = (payload.get("text"), payload.get("times")) else {
            return Ok(());
        };
        let text = text.as_str();
        let times = self.bounded("times", times, BYTES / text.len().max(1))?;
        self.take(text.len() * times)?;
        *payload = Json::Object(vec![("text".into(), Json::Text(text.repeat(times).as_str().into()))]);
        Ok(())
    }

    fn bounded(&self, form: &'static str, times: &Json, most: usize) -> Result<usize, CaseError> {
        let whole = if let Some(Number::Unsigned(whole)) = times.number() { usize::try_from(whole).ok() } else { None };
        whole.filter(|times| (1..=most).contains(times)).ok_or_else(|| CaseError::Times {
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

impl Element for Input {
    fn take_repeat(&mut self) -> Option<Json> {
        self.repeat.take()
    }

    fn payloads(&mut self) -> Vec<&mut Json> {
        vec![&mut self.payload]
    }

    fn weight(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(name, value)| 2 * VALUE_BYTES + name.len() + value.len()).sum();
        let key = self.key.as_ref().map_or(0, String::len);
        size_of::<Self>() + self.content_type.len() + key + headers + weight(&self.payload)
    }
}

impl Element for Json {
    fn take_repeat(&mut self) -> Option<Json> {
        let Self::Object(members) = self else { return None };
        let at = members.iter().position(|(name, _)| name.as_str() == "repeat")?;
        Some(members.remove(at).1)
    }

    fn payloads(&mut self) -> Vec<&mut Json> {
        let outputs =
            values(self, "emit").filter_map(|emit| if let Self::Array(outputs) = emit { Some(outputs) } else { None });
        outputs.flatten().flat_map(|output| values(output, "payload")).collect()
    }

    fn weight(&self) -> usize {
        weight(self)
    }
}

/// The values that an object has under this name.
fn values<'a>(json: &'a mut Json, name: &'static str) -> impl Iterator<Item = &'a mut Json> {
    let members = if let Json::Object(members) = json { members.as_mut_slice() } else { &mut [] };
    members.iter_mut().filter(move |(known, _)| known.as_str() == name).map(|(_, value)| value)
}

fn weight(json: &Json) -> usize {
    let below = match json {
        Json::Null | Json::Boolean(_) => 0,
        Json::Number(written) => written.len(),
        Json::Text(text) => text.as_str().len(),
        Json::Array(items) => items.iter().map(weight).sum(),
        Json::Object(members) => {
            members.iter().map(|(name, member)| VALUE_BYTES + name.as_str().len() + weight(member)).sum()
        }
    };
    VALUE_BYTES + below
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Case;
    use serde_json::{Value, json};

    fn read(input: Value, expected: Value) -> Result<Case, CaseError> {
        Case::read(&json!({ "description": "d", "input": input, "expected": expected }).to_string())
    }

    #[test]
    fn short_forms_are_written_out() {
        let input = json!([{ "repeat": 2, "payload": { "text": "ab", "times": 3 } }, { "payload": { "repeat": 9 } }]);
        let expected = json!([{ "repeat": 2, "emit": [{ "payload": { "text": "x", "times": 2 } }] }, { "skip": {} }]);
        let case = read(input, expected).unwrap();
        let payloads: Vec<_> = case.input.iter().map(|input| input.payload.to_string()).collect();
        assert_eq!(payloads, [r#"{"text":"ababab"}"#, r#"{"text":"ababab"}"#, r#"{"repeat":9}"#]);
        let outcomes: Vec<_> = case.expected.iter().map(ToString::to_string).collect();
        let twice = r#"{"emit":[{"payload":{"text":"xx"}}]}"#;
        assert_eq!(outcomes, [twice, twice, r#"{"skip":{}}"#]);
    }

    #[test]
    fn what_would_not_end_is_refused() {
        for times in [json!(0), json!(1_000_000), json!("3")] {
            let refused = read(json!([{ "repeat": times, "payload": 1 }]), json!([{}]));
            assert!(matches!(refused, Err(CaseError::Times { form: "repeat", .. })), "{times}");
        }
        let refused = read(json!([{ "payload": { "text": "abc", "times": 1_u64 << 40 } }]), json!([{}]));
        assert!(matches!(refused, Err(CaseError::Times { form: "times", .. })));
    }

    #[test]
    fn short_forms_that_are_each_within_bounds_are_refused_together() {
        let large = json!({ "payload": { "text": "x", "times": 40 << 20 } });
        read(json!([large]), json!([{}])).unwrap();
        for input in [
            json!([large, large]),
            json!([{ "repeat": 1000, "payload": { "text": "x", "times": 1 << 20 } }]),
            json!([{ "repeat": 100_000, "payload": "x".repeat(1 << 10) }]),
        ] {
            assert!(matches!(read(input, json!([])), Err(CaseError::TooBig { list: "input", .. })), "too much");
        }
    }
}
