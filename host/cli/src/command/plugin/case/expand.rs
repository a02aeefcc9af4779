//! Short forms in golden cases, written out: a message or an outcome many times over, a text repeated.
//!
//! `{"repeat": 1000, …}` as an element of `input` or `expected` stands for as many of them; a payload
//! `{"text": "0123", "times": 1000}` for the text as often.

use anyhow::{Context as _, bail};
use serde_json::Value;

/// Most messages a case may come to, and most bytes a repeated text may.
const MESSAGES: u64 = 100_000;
const BYTES: u64 = 64 << 20;

/// The case with every short form written out.
pub(super) fn expand(case: &mut Value) -> anyhow::Result<()> {
    for list in ["input", "expected"] {
        let Some(elements) = case.get_mut(list).and_then(Value::as_array_mut) else { continue };
        let mut all = Vec::with_capacity(elements.len());
        for mut element in std::mem::take(elements) {
            let copies = repetitions(&mut element).with_context(|| format!("`repeat` in `{list}`"))?;
            payloads(&mut element).try_for_each(text).with_context(|| format!("`times` in `{list}`"))?;
            all.extend(std::iter::repeat_n(element, copies));
        }
        *elements = all;
    }
    Ok(())
}

/// Takes `repeat` out of an element.
fn repetitions(element: &mut Value) -> anyhow::Result<usize> {
    match element.as_object_mut().and_then(|members| members.shift_remove("repeat")) {
        None => Ok(1),
        Some(times) => bounded(&times, MESSAGES),
    }
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

/// Writes a repeated text out.
fn text(payload: &mut Value) -> anyhow::Result<()> {
    let Some(members) = payload.as_object_mut().filter(|members| members.len() == 2) else { return Ok(()) };
    let (Some(Value::String(text)), Some(times)) = (members.get("text"), members.get("times")) else { return Ok(()) };
    let text = text.repeat(bounded(times, BYTES / (text.len() as u64).max(1))?);
    *payload = serde_json::json!({ "text": text });
    Ok(())
}

fn bounded(times: &Value, most: u64) -> anyhow::Result<usize> {
    match times.as_u64() {
        Some(times) if (1..=most).contains(&times) => Ok(usize::try_from(times)?),
        _ => bail!("{times} is not a whole number between 1 and {most}"),
    }
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
}
