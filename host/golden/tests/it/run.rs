//! Cases run against real components: what passes, what differs, what can't be run at all.

use gantry_golden::{CaseFile, CaseOutcome, Payloads};
use gantry_sandbox::{Sandbox, SandboxConfig};

fn run(guest: &[u8], cases: &[(&str, &str)]) -> Vec<CaseOutcome> {
    run_with(guest, cases, Payloads::AsValues)
}

fn run_with(guest: &[u8], cases: &[(&str, &str)], payloads: Payloads) -> Vec<CaseOutcome> {
    let plugin = Sandbox::new(SandboxConfig::default()).unwrap().load(guest).unwrap();
    let cases = cases.iter().map(|&(name, text)| CaseFile { name: name.to_owned(), text: text.to_owned() });
    gantry_golden::run(&plugin, &cases.collect::<Vec<_>>(), gantry_core::Limits::default(), payloads)
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

#[test]
fn a_plugin_gets_the_payload_as_its_case_writes_it() {
    let payload = r#"{"price":1.10,"id":12345678901234567890123,"e":1e0,"name":"K\u00e4se","twice":1,"twice":2}"#;
    let text = serde_json::Value::from(payload);
    let case = format!(
        r#"{{ "description": "d", "input": [{{ "payload": {payload} }}],
            "expected": [{{ "emit": [{{ "payload": {{ "text": {text} }} }}] }}] }}"#
    );
    let json = case.replace(&format!(r#"{{ "text": {text} }}"#), payload);
    for payloads in [Payloads::AsValues, Payloads::AsBytes] {
        for case in [&case, &json] {
            let outcomes = run_with(gantry_guests::ECHO, &[("as-written", case)], payloads);
            assert!(outcomes[0].passed, "{outcomes:?}");
        }
    }
}

#[test]
fn a_mistake_in_a_case_is_said_with_its_line() {
    let wrong = "{ \"description\": \"d\",\n\"input\": [{ \"payload\": 1,\n\"colour\": 2 }], \"expected\": [{}] }";
    let error = run(gantry_guests::ECHO, &[("wrong", wrong)])[0].error.clone().unwrap();
    assert!(error.starts_with("this is not a golden case: unknown field `colour`"), "{error}");
    assert!(error.contains("line 3"), "{error}");
}
