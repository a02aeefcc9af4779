//! Faults in golden cases: which code, and what the dead letter must say.
//!
//! `{"fault": {"code": ["plugin-trap", "plugin-exception"], "mentions": ["boom"], "stack": true}}`: one of these codes;
//! these words somewhere in text, stack or standard error; a stack that isn't empty.

use gantry_sandbox::PluginFault;
use serde_json::{Map, Value, json};

/// A fault with everything that is known of it.
pub(super) fn describe(fault: &PluginFault) -> Value {
    json!({ "code": fault.code.name(), "text": fault.text, "stack": fault.backtrace, "stderr": fault.stderr })
}

/// The fault in the terms of the expectation: equal to it if the expectation is met.
pub(super) fn seen(expected: &Value, fault: &PluginFault) -> Value {
    let Some(members) = expected.as_object() else { return describe(fault) };
    let mut seen = Map::new();
    for (name, wanted) in members {
        let found = match (name.as_str(), wanted) {
            ("code", Value::Array(any)) if any.iter().any(|code| code == fault.code.name()) => wanted.clone(),
            ("code", _) => fault.code.name().into(),
            ("mentions", Value::Array(words)) => mentioned(words, fault),
            ("stack", _) => (!fault.backtrace.is_empty()).into(),
            ("text", _) => fault.text.as_str().into(),
            _ => Value::Null,
        };
        seen.insert(name.clone(), found);
    }
    if Value::Object(seen.clone()) == *expected { Value::Object(seen) } else { describe(fault) }
}

fn mentioned(words: &[Value], fault: &PluginFault) -> Value {
    let text = format!("{}\n{}\n{}", fault.text, fault.stderr, fault.backtrace.join("\n"));
    words.iter().filter(|word| word.as_str().is_some_and(|word| text.contains(word))).cloned().collect()
}

#[cfg(test)]
mod tests {
    use gantry_sandbox::FaultCode;

    use super::*;

    fn trap() -> PluginFault {
        PluginFault {
            code: FaultCode::Trap,
            text: "trapped: unreachable".into(),
            backtrace: vec!["deliberate".into()],
            stderr: "panicked: boom".into(),
        }
    }

    #[test]
    fn an_expectation_that_holds_reads_as_it_is_written() {
        let expected =
            json!({ "code": ["plugin-exception", "plugin-trap"], "mentions": ["boom", "deliberate"], "stack": true });
        assert_eq!(seen(&expected, &trap()), expected);
    }

    #[test]
    fn one_that_does_not_shows_the_whole_fault() {
        for wrong in [json!({ "code": "plugin-exit" }), json!({ "mentions": ["bang"] }), json!({ "stack": false })] {
            assert_eq!(seen(&wrong, &trap()), describe(&trap()));
        }
    }
}
