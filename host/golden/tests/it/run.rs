//! Cases run against real components: what passes, what differs, what can't be run at all.

use gantry_golden::{CaseFile, CaseOutcome, Payloads};
use gantry_sandbox::{Sandbox, SandboxConfig};

fn run(guest: &[u8], cases: &[(&str, &str)]) -> Vec<CaseOutcome> {
    let plugin = Sandbox::new(SandboxConfig::default()).unwrap().load(guest).unwrap();
    let cases = cases.iter().map(|&(name, text)| CaseFile { name: name.to_owned(), text: text.to_owned() });
    gantry_golden::run(&plugin, &cases.collect::<Vec<_>>(), gantry_core::Limits::default(), Payloads::AsValues)
}

const SAYS_IT_AGAIN: &str = r#"{
    "description": "A payload comes out as it went in",
    "input": [{ "payload": { "a": 1 } }],
    "expected": [{ "emit": [{ "payload": { "a": 1 } }] }]
}"#;

#[test]
fn a_case_passes_or_says_what_differed_and_one_that_cannot_be_run_leaves_the_others_alone() {
    let wrong =
        SAYS_IT_AGAIN.replace("[{ \"emit\": [{ \"payload\": { \"a\": 1", "[{ \"emit\": [{ \"payload\": { \"a\": 2");
    let outcomes = run(gantry_guests::ECHO, &[("again", SAYS_IT_AGAIN), ("torn", "{"), ("wrong", &wrong)]);
    let [again, torn, wrong] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    assert!(again.passed && again.differences.is_empty(), "{again:?}");
    assert_eq!(again.description, "A payload comes out as it went in");
    assert!(!torn.passed && torn.error.as_ref().unwrap().starts_with("this is not JSON"), "{torn:?}");
    assert!(!wrong.passed && wrong.error.is_none(), "{wrong:?}");
    let told = serde_json::to_value(wrong).unwrap();
    let difference = serde_json::json!({
        "of": "message 0",
        "expected": { "emit": [{ "payload": { "a": 2 } }] },
        "actual": { "emit": [{ "payload": { "a": 1 } }] },
    });
    assert_eq!(told["differences"], serde_json::json!([difference]), "it travels as JSON");
}

#[test]
fn settings_that_are_refused_otherwise_than_the_case_says_are_a_difference() {
    let refused = r#"{ "description": "d", "settings": { "mode": 1 }, "refused": [] }"#;
    let outcomes = run(gantry_guests::SETTINGS_USER, &[("refused", refused)]);
    assert_eq!(outcomes[0].differences[0].of, "settings", "{outcomes:?}");
}
