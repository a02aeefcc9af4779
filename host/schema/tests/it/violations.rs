//! What a message that breaks a schema is told: where, with which code, in how many words.

use gantry_schema::{Draft, DuplicateMembers, Schema};
use serde_json::{Value, json};

/// What is found, as `path code` each.
fn found(schema: &Value, payload: &str) -> Vec<String> {
    let violations = Schema::alone(schema).unwrap().check("application/json", payload.as_bytes());
    violations.iter().map(|violation| format!("{} {}", violation.path, violation.code)).collect()
}

fn texts(schema: &Value, payload: &str) -> Vec<String> {
    let violations = Schema::alone(schema).unwrap().check("application/json", payload.as_bytes());
    violations.into_iter().map(|violation| violation.text).collect()
}

#[test]
fn a_missing_member_is_pointed_to_where_it_belongs() {
    let schema = json!({
        "properties": { "customer": { "required": ["number", "a/b"] }, "lines": { "items": { "required": ["sku"] } } },
        "dependentRequired": { "express": ["phone"] },
    });
    let order = r#"{"customer": {}, "lines": [{"sku": 1}, {}], "express": true}"#;
    let expected = [
        "/customer/a~1b missing-field",
        "/customer/number missing-field",
        "/lines/1/sku missing-field",
        "/phone missing-field",
    ];
    let mut found = found(&schema, order);
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn an_unknown_member_is_pointed_to_by_its_name() {
    let schema = json!({ "properties": { "a": {} }, "additionalProperties": false });
    assert_eq!(found(&schema, r#"{"a": 1, "b/c": 2, "d": 3}"#), ["/b~1c unknown-field", "/d unknown-field"]);
    let schema = json!({ "allOf": [{ "properties": { "a": {} } }], "unevaluatedProperties": false });
    assert_eq!(found(&schema, r#"{"a": 1, "b": 2}"#), ["/b unknown-field"]);
    let schema = json!({ "items": { "additionalProperties": false } });
    assert_eq!(found(&schema, r#"[{}, {"a": 1, "b": 2}]"#), ["/1/a unknown-field", "/1/b unknown-field"]);
    let schema = json!({ "properties": { "additionalProperties": false } });
    assert_eq!(found(&schema, r#"{"additionalProperties": {"a": 1}}"#), ["/additionalProperties false-schema"]);
}

/// One schema for each keyword, a payload that breaks it, and the code: the table in the documentation.
fn keywords() -> Vec<(Value, &'static str, &'static str)> {
    let pair = json!([{ "type": "integer" }, { "minimum": 2 }]);
    vec![
        (json!({ "required": ["a"] }), "{}", "missing-field"),
        (json!({ "dependentRequired": { "a": ["b"] } }), r#"{"a":1}"#, "missing-field"),
        (json!({ "additionalProperties": false }), r#"{"a":1}"#, "unknown-field"),
        (json!({ "unevaluatedProperties": false }), r#"{"a":1}"#, "unknown-field"),
        (json!({ "type": "string" }), "1", "wrong-type"),
        (json!({ "type": ["string", "null"] }), "1", "wrong-type"),
        (json!({ "enum": [1, 2] }), "3", "wrong-value"),
        (json!({ "const": 1 }), "3", "wrong-value"),
        (json!({ "minimum": 5 }), "3", "out-of-range"),
        (json!({ "maximum": 2 }), "3", "out-of-range"),
        (json!({ "exclusiveMinimum": 3 }), "3", "out-of-range"),
        (json!({ "exclusiveMaximum": 3 }), "3", "out-of-range"),
        (json!({ "multipleOf": 2 }), "3", "multiple-of"),
        (json!({ "maxLength": 1 }), r#""ab""#, "too-long"),
        (json!({ "minLength": 3 }), r#""ab""#, "too-short"),
        (json!({ "pattern": "^b" }), r#""ab""#, "wrong-pattern"),
        (json!({ "format": "date" }), r#""ab""#, "wrong-format"),
        (json!({ "minItems": 1 }), "[]", "min-items"),
        (json!({ "maxItems": 1 }), "[1,2]", "max-items"),
        (json!({ "uniqueItems": true }), "[1,1.0]", "unique-items"),
        (json!({ "contains": { "const": 1 } }), "[2]", "contains"),
        (json!({ "unevaluatedItems": false }), "[2]", "unevaluated-items"),
        (json!({ "minProperties": 1 }), "{}", "min-properties"),
        (json!({ "maxProperties": 0 }), r#"{"a":1}"#, "max-properties"),
        (json!({ "propertyNames": { "maxLength": 1 } }), r#"{"ab":1}"#, "property-names"),
        (json!({ "anyOf": [{ "type": "integer" }, { "minimum": 5 }] }), "1.5", "any-of"),
        (json!({ "oneOf": pair }), "3", "one-of"),
        (json!({ "oneOf": pair }), "1.5", "one-of"),
        (json!({ "not": { "type": "integer" } }), "3", "not"),
        (json!(false), "3", "false-schema"),
    ]
}

#[test]
fn every_keyword_has_its_code() {
    for (schema, payload, code) in keywords() {
        let codes: Vec<_> =
            found(&schema, payload).iter().map(|one| one.rsplit(' ').next().unwrap().to_owned()).collect();
        assert_eq!(codes, [code], "{schema} {payload}");
    }
}

#[test]
fn the_documentation_lists_every_code() {
    let page = include_str!("../../../../docs/reference/schema-codes.md");
    for (schema, _, code) in keywords() {
        for keyword in schema.as_object().into_iter().flat_map(serde_json::Map::keys) {
            let row =
                page.lines().find(|line| line.contains(&format!("`{keyword}`")) && line.contains(&format!("`{code}`")));
            assert!(row.is_some(), "`{keyword}` with `{code}`");
        }
        assert!(page.contains(&format!("`{code}`")), "{code}");
    }
}

#[test]
fn a_text_says_what_was_expected_and_shows_no_more_than_an_excerpt() {
    assert_eq!(texts(&json!({ "type": "integer" }), r#""12""#), [r#"expected integer, found "12""#]);
    assert_eq!(texts(&json!({ "multipleOf": 0.01 }), "19.995"), ["expected a multiple of 0.01, found 19.995"]);
    assert_eq!(texts(&json!({ "maxLength": 1 }), r#""ab""#), [r#"expected at most 1 character, found "ab""#]);
    assert_eq!(
        texts(&json!({ "propertyNames": { "maxLength": 1 } }), r#"{"ab":1}"#),
        [r#"the name of a member: expected at most 1 character, found "ab""#]
    );
    let long = json!(["\u{1b}[2J", "ä".repeat(100_000)]).to_string();
    for text in texts(&json!({ "type": "object", "enum": ["x".repeat(100_000)] }), &long) {
        assert!(text.len() <= 310 && text.contains(r"\u{1b}[2J") && text.ends_with('…'), "{text}");
    }
}

#[test]
fn numbers_lose_no_digit_whatever_their_length() {
    let cents = json!({ "multipleOf": 0.01 });
    for fits in ["19.99", "0.1", "1e2", "12345678901234567.89", "-0.07", "1070468.14"] {
        assert!(found(&cents, fits).is_empty(), "{fits}");
    }
    for breaks in ["19.995", "12345678901234567.891", "1e-3", "0.010000000000000000001"] {
        assert_eq!(found(&cents, breaks), [" multiple-of"], "{breaks}");
    }
    assert!(found(&json!({ "maximum": 9_007_199_254_740_992_u64 }), "9007199254740993").len() == 1);
    assert!(found(&json!({ "maximum": u64::MAX }), "18446744073709551616").len() == 1);
    assert!(found(&json!({ "maximum": 0.1 }), "0.10000000000000000001").len() == 1);
    assert!(found(&json!({ "const": 0.1 }), "0.10000000000000000001").len() == 1);
    assert!(found(&json!({ "type": "integer" }), "123456789012345678901234567890.0").is_empty());
    assert!(found(&json!({ "uniqueItems": true }), "[18446744073709551616, 18446744073709551617]").is_empty());
    assert!(found(&json!({ "enum": [0.1, [0.1]] }), "[0.10]").is_empty());
}

#[test]
fn what_is_no_json_is_a_violation_of_its_own() {
    let schema = Schema::alone(&json!(true)).unwrap();
    for (content_type, payload) in [
        ("text/csv", &b"{}"[..]),
        ("", b"{}"),
        ("application/json", b"{"),
        ("application/json", b""),
        ("application/json", b"{} {}"),
        ("application/json", b"\"\xff\""),
        ("application/x-ndjson", b"{}"),
    ] {
        let [violation] = &schema.check(content_type, payload)[..] else { panic!("{content_type}") };
        assert_eq!((violation.code.as_str(), violation.path.as_str()), ("not-json", ""));
    }
    for content_type in ["Application/JSON; charset=utf-8", "application/cloudevents+json", "text/json"] {
        assert!(schema.check(content_type, b"{}").is_empty(), "{content_type}");
    }
}

#[test]
fn beyond_two_hundred_violations_the_rest_is_counted() {
    let items = |count| format!("[{}]", vec!["1"; count].join(","));
    let schema = json!({ "items": { "type": "string" } });
    let all = texts(&schema, &items(250));
    assert_eq!((all.len(), all[200].as_str()), (201, "50 more rules are broken"));
    // What is noted ends long before a megabyte of wrong items does.
    let all = texts(&schema, &items(500_000));
    assert_eq!((all.len(), all[200].as_str()), (201, "9800 more rules are broken"));
}

#[test]
fn alternatives_that_note_much_do_not_hide_that_the_message_is_invalid() {
    let schema = json!({ "anyOf": [{ "items": { "type": "string" } }, { "minItems": 1_000_000 }] });
    let payload = format!("[{}]", vec!["1"; 50_000].join(","));
    assert!(!found(&schema, &payload).is_empty());
}

#[test]
fn paths_stay_within_their_bound_and_stay_pointers() {
    let name = "n".repeat(700);
    let payload = format!(r#"{{"{name}": {{"{name}": 1}}}}"#);
    let schema = json!({ "additionalProperties": { "additionalProperties": { "type": "string" } } });
    assert_eq!(found(&schema, &payload), [format!("/{name} wrong-type")]);
}

#[test]
fn a_pattern_that_could_take_for_ever_takes_linear_time() {
    let slow = json!({ "pattern": "^(a+)+$" });
    assert_eq!(found(&slow, &format!("\"{}b\"", "a".repeat(100_000))), [" wrong-pattern"]);
    assert!(Schema::alone(&json!({ "pattern": "(a" })).is_err(), "it is no pattern");
}

#[test]
fn a_schema_that_stands_alone_refers_to_nothing_outside() {
    for reference in ["https://example.org/schema.json", "file:///etc/hostname", "other.json", "#/$defs/absent"] {
        assert!(Schema::alone(&json!({ "$ref": reference })).is_err(), "{reference}");
    }
    assert_eq!(Schema::alone(&json!({})).unwrap().draft(), Some(Draft::Draft2020));
}

#[test]
fn a_value_that_nobody_asks_for_refuses_no_message() {
    let schema =
        json!({ "required": ["id"], "properties": { "id": { "type": "integer" }, "half": { "type": "string" } } });
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for odd in ["1e400", r#""\ud83d""#, &deep, "-0.1e-999", "123456789012345678901234567890"] {
        assert!(found(&schema, &format!(r#"{{"odd": {odd}, "id": 1}}"#)).is_empty(), "{odd}");
    }
    assert!(found(&schema, r#"{"half": "\ud83d", "id": 1}"#).is_empty(), "its type can be told");
    assert!(found(&schema, "\u{feff}{\"id\": 1}").is_empty(), "a byte order mark is no part of the text");
}

#[test]
fn a_value_that_is_asked_for_and_can_not_be_checked_is_named_at_its_place() {
    let length = json!({ "properties": { "a": { "maxLength": 20 } } });
    assert_eq!(found(&length, r#"{"a": "x\ud83d"}"#), ["/a unpaired-surrogate"]);
    assert!(texts(&length, r#"{"a": "x\ud83d"}"#)[0].contains(r#"half of a surrogate pair in "x\ud83d""#));
    let items = json!({ "$defs": { "list": { "items": { "$ref": "#/$defs/list" } } }, "$ref": "#/$defs/list" });
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(found(&items, &deep), [format!("{} too-deep", "/0".repeat(127))]);
    assert_eq!(found(&json!({ "maximum": 10 }), "1e400"), [" out-of-range"]);
    assert!(found(&json!({ "minimum": 10, "type": "integer" }), "1e400").is_empty());
}

#[test]
fn a_member_that_is_there_twice_refuses_a_message_unless_the_flow_takes_the_last() {
    let schema = json!({ "properties": { "role": { "enum": ["user"] } } });
    let twice = r#"{"role": "admin", "r\u006fle": "user"}"#;
    assert_eq!(found(&schema, twice), ["/role duplicate-member"]);
    let lenient = Schema::alone(&schema).unwrap().with_duplicate_members(DuplicateMembers::TakeLast);
    assert!(lenient.check("application/json", twice.as_bytes()).is_empty());
    assert_eq!(lenient.check("application/json", br#"{"role": "user", "role": "admin"}"#)[0].code, "wrong-value");
}

#[test]
fn a_pattern_may_look_around_and_is_given_up_before_it_takes_long() {
    let schema = json!({ "properties": { "code": { "pattern": "^(?!0)(?=.*\\d).{3,}$" } } });
    assert!(found(&schema, r#"{"code": "a1b"}"#).is_empty());
    for wrong in [r#"{"code": "0ab"}"#, r#"{"code": "abc"}"#] {
        assert_eq!(found(&schema, wrong), ["/code wrong-pattern"]);
    }
    let long = format!(r#"{{"code": "{}"}}"#, "a".repeat(1_000_000));
    assert_eq!(found(&schema, &long), ["/code wrong-pattern"]);
    let costly = json!({ "items": { "not": { "pattern": "^(?:a(?=.)|aa?)+$" } } });
    let many = serde_json::to_string(&vec![format!("{}b!", "a".repeat(60)); 10_000]).unwrap();
    // Without a limit this would take years.
    assert_eq!(found(&costly, &many).first().map(String::as_str), Some("/0 pattern-limit"));
}

#[test]
fn a_pattern_that_can_not_be_used_is_refused_with_its_place_and_the_reason() {
    let refused = |schema: Value| Schema::alone(&schema).unwrap_err().to_string();
    let error = refused(json!({ "properties": { "a": { "pattern": "(?<=a+b*)c(" } } }));
    assert!(error.contains("at #/properties/a/pattern"), "{error}");
    let error = refused(json!({ "patternProperties": { "^(?!x-)": false } }));
    assert!(error.contains("patternProperties") && error.contains("without look-around"), "{error}");
}
