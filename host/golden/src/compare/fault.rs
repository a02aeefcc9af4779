//! Faults in golden cases: which code, and what the dead letter must say.
//!
//! `{"fault": {"code": ["plugin-trap", "plugin-exception"], "mentions": ["boom"], "stack": true}}`: one of these codes;
//! these words somewhere in text, stack or standard error; a stack that isn't empty.

use gantry_sandbox::PluginFault;
use serde_json::{Value, json};

use gantry_schema::Json;

/// A fault with everything that is known of it.
pub(super) fn describe(fault: &PluginFault) -> Value {
    json!({ "code": fault.code.name(), "text": fault.text, "stack": fault.backtrace, "stderr": fault.stderr })
}

/// The fault in the terms of the expectation: equal to it if the expectation is met.
pub(super) fn seen(expected: &Json, fault: &PluginFault) -> Json {
    let whole = || describe(fault).into();
    let Some(members) = expected.members() else { return whole() };
    let seen = members.iter().map(|(name, wanted)| {
        let found = match (name.as_str(), wanted) {
            ("code", Json::Array(any)) if any.iter().any(|code| code.as_text() == Some(fault.code.name())) => {
                wanted.clone()
            }
            ("code", _) => text(fault.code.name()),
            ("mentions", Json::Array(words)) => mentioned(words, fault),
            ("stack", _) => Json::Boolean(!fault.backtrace.is_empty()),
            ("text", _) => text(&fault.text),
            _ => Json::Null,
        };
        (name.clone(), found)
    });
    let seen = Json::Object(seen.collect());
    if seen == *expected { seen } else { whole() }
}

fn mentioned(words: &[Json], fault: &PluginFault) -> Json {
    let said = format!("{}\n{}\n{}", fault.text, fault.stderr, fault.backtrace.join("\n"));
    Json::Array(words.iter().filter(|word| word.as_text().is_some_and(|word| said.contains(word))).cloned().collect())
}

fn text(text: &str) -> Json {
    Json::Text(text.into())
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
        let expected = Json::from(expected);
        assert_eq!(seen(&expected, &trap()), expected);
    }

    #[test]
    fn one_that_does_not_shows_the_whole_fault() {
        for wrong in [json!({ "code": "plugin-exit" }), json!({ "mentions": ["bang"] }), json!({ "stack": false })] {
            assert_eq!(seen(&wrong.into(), &trap()), describe(&trap()).into());
        }
    }
}
