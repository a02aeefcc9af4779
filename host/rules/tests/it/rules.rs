//! Rules against messages: what breaks them, where, and with which code.

use gantry_core::{Severity, Violation};
use gantry_rules::{Bound, Check, Condition, Field, Kind, Lookup, Moment, Operand, Order, Rule, Rules, Verdict};
use gantry_schema::{DuplicateMembers, Number, Tree};
use proptest::prelude::*;

struct Countries;

impl Lookup for Countries {
    fn has(&self, table: &str, key: &str) -> bool {
        table == "countries" && ["DE", "FR", "7"].contains(&key)
    }
}

fn rule(field: &str, checks: Vec<Check>) -> Rule {
    let field = Field::parse(field).unwrap();
    Rule { field, when: None, checks, severity: Severity::Error, code: None, text: None }
}

fn min(bound: &str) -> Check {
    Check::Number(Bound::Min, Operand::Literal(Number::parse(bound)))
}

fn text(text: &str) -> Tree {
    Tree::Text(text.to_owned())
}

fn verdict(rules: Vec<Rule>, json: &str) -> Verdict {
    Rules::new(rules).check("application/json", json.as_bytes(), &Countries)
}

/// What a message breaks, as `path code`.
fn broken(rules: Vec<Rule>, json: &str) -> Vec<String> {
    verdict(rules, json).violations.iter().map(|found| format!("{} {}", found.path, found.code)).collect()
}

/// What a value of the member `a` breaks, as codes.
fn codes(check: Check, value: &str) -> Vec<String> {
    let found = verdict(vec![rule("/a", vec![check])], &format!("{{\"a\": {value}}}"));
    found.violations.into_iter().map(|found| found.code).collect()
}

/// Each check with values that fit, and with values that don't and the code of that.
#[test]
fn every_check_lets_through_what_fits_and_names_what_does_not() {
    let pattern = regex::Regex::new("^[A-Z]{2}$").unwrap();
    let day = Moment::parse("2026-03-09").unwrap();
    /// A check, what fits, and what doesn't with its code.
    type Case = (Check, &'static [&'static str], &'static [(&'static str, &'static str)]);
    let cases: Vec<Case> = vec![
        (Check::Required, &["0", "false", "[]"], &[("null", "missing-field"), ("\" \"", "empty-field")]),
        (Check::Type(Kind::Text), &["\"a\"", "null", "\"\""], &[("1", "wrong-type")]),
        (Check::Type(Kind::Integer), &["1", "1.0", "1e3"], &[("1.5", "wrong-type"), ("\"1\"", "wrong-type")]),
        (Check::Type(Kind::Decimal), &["1", "\"-1.50\""], &[("\"1e3\"", "not-a-decimal"), ("true", "wrong-type")]),
        (Check::Type(Kind::Date), &["\"2024-02-29\""], &[("\"2023-02-29\"", "not-a-date"), ("1", "wrong-type")]),
        (Check::Type(Kind::DateTime), &["\"2024-02-29T00:00:00Z\""], &[("\"2024-02-29\"", "not-a-date")]),
        (
            min("0.1"),
            &["0.1", "\"0.10\"", "1e99"],
            &[("0.09999999999999999999", "out-of-range"), ("\"x\"", "not-a-decimal"), ("[]", "wrong-type")],
        ),
        (Check::Decimals(2), &["1", "1.25", "\"1.250\""], &[("1.255", "too-many-decimals"), ("{}", "wrong-type")]),
        (
            Check::Date(Order::NotBefore, Operand::Literal(day)),
            &["\"2026-03-09\"", "\"2026-03-09T00:00:00Z\""],
            &[("\"2026-03-08\"", "out-of-range"), ("\"9.3.2026\"", "not-a-date"), ("20260309", "wrong-type")],
        ),
        (Check::MinLength(2), &["\"äö\""], &[("\"ä\"", "too-short"), ("12", "wrong-type")]),
        (Check::MaxLength(2), &["\"äö\""], &[("\"abc\"", "too-long")]),
        (Check::Pattern(pattern), &["\"DE\""], &[("\"de\"", "wrong-pattern"), ("1", "wrong-type")]),
        (Check::MinItems(1), &["[1]"], &[("[]", "min-items"), ("{}", "wrong-type")]),
        (Check::MaxItems(1), &["[1]"], &[("[1, 2]", "max-items")]),
        (Check::OneOf(vec![text("EUR"), text("USD")]), &["\"EUR\""], &[("\"CHF\"", "wrong-value")]),
        (Check::NoneOf(vec![text("XXX")]), &["\"EUR\""], &[("\"XXX\"", "wrong-value")]),
        (Check::Equals(Operand::Literal(text("x"))), &["\"x\""], &[("\"y\"", "wrong-value")]),
        (Check::Differs(Operand::Literal(text("x"))), &["\"y\""], &[("\"x\"", "wrong-value")]),
        (Check::Lookup("countries".into()), &["\"DE\"", "7"], &[("\"XX\"", "unknown-key"), ("[]", "wrong-type")]),
    ];
    for (check, fit, unfit) in cases {
        for value in fit {
            assert!(codes(check.clone(), value).is_empty(), "{check:?} {value}");
        }
        for (value, code) in unfit {
            assert_eq!(codes(check.clone(), value), [*code], "{check:?} {value}");
        }
    }
}

#[test]
fn what_is_not_there_breaks_only_the_rule_that_it_must_be() {
    for json in ["{}", r#"{"a": null}"#, r#"{"a": ""}"#, "[]", "7"] {
        let optional = rule("/a", vec![min("1"), Check::MinLength(9), Check::Lookup("countries".into())]);
        assert!(broken(vec![optional], json).is_empty(), "{json}");
    }
    assert_eq!(broken(vec![rule("/a/b", vec![Check::Required])], "{}"), ["/a/b missing-field"]);
}

#[test]
fn all_broken_rules_are_reported_at_once_with_the_place_of_each() {
    let rules = vec![
        rule("/lines/*/sku", vec![Check::Required, Check::Lookup("countries".into())]),
        rule("/lines/*/quantity", vec![Check::Type(Kind::Integer), min("1")]),
        rule("/currency", vec![Check::MinLength(3), Check::OneOf(vec![text("EUR")])]),
    ];
    let json = r#"{"currency": "E", "lines": [{"quantity": "x"}, {"sku": "DE", "quantity": 0}, {"sku": "ZZ"}]}"#;
    let expected = [
        "/lines/0/sku missing-field",
        "/lines/2/sku unknown-key",
        "/lines/0/quantity wrong-type",
        "/lines/1/quantity out-of-range",
        "/currency too-short",
        "/currency wrong-value",
    ];
    assert_eq!(broken(rules, json), expected);
}

#[test]
fn fields_are_compared_with_the_fields_of_their_own_element() {
    let field = Field::parse("/lines/*/shipped").unwrap();
    let ordered = field.refer_to(&Field::parse("/lines/*/ordered").unwrap()).unwrap();
    let date = field.refer_to(&Field::parse("/date").unwrap()).unwrap();
    let rules = || {
        let checks = vec![
            Check::Date(Order::NotBefore, Operand::Field(ordered.clone())),
            Check::Date(Order::After, Operand::Field(date.clone())),
        ];
        vec![rule("/lines/*/shipped", checks)]
    };
    let json = r#"{"date": "2026-01-01", "lines": [
        {"ordered": "2026-01-02", "shipped": "2026-01-03"}, {"ordered": "2026-01-04", "shipped": "2026-01-03"},
        {"shipped": "2026-01-01"}, {"ordered": "soon", "shipped": "2026-01-03"}]}"#;
    let expected = ["/lines/1/shipped out-of-range", "/lines/2/shipped out-of-range", "/lines/3/ordered not-a-date"];
    assert_eq!(broken(rules(), json), expected);
    let text = &verdict(rules(), json).violations[0].text;
    assert_eq!(text, "expected a date not before /lines/1/ordered, \"2026-01-04\", found \"2026-01-03\"");
}

#[test]
fn a_total_is_the_exact_sum_of_its_parts_within_the_tolerance() {
    let field = Field::parse("/total").unwrap();
    let parts = field.refer_to_all(&Field::parse("/lines/*/amount").unwrap()).unwrap();
    let sum = |tolerance: &str| vec![rule("/total", vec![Check::Sum(parts.clone(), Number::parse(tolerance))])];
    let fits = r#"{"total": 0.3, "lines": [{"amount": 0.1}, {"amount": "0.2"}, {}]}"#;
    assert!(broken(sum("0"), fits).is_empty());
    let off = r#"{"total": 0.31, "lines": [{"amount": 0.1}, {"amount": 0.2}]}"#;
    assert!(broken(sum("0.01"), off).is_empty());
    assert_eq!(broken(sum("0.009"), off), ["/total wrong-sum"]);
    let text = &verdict(sum("0"), off).violations[0].text;
    assert_eq!(text, "expected 0.3, the sum of /lines/*/amount, found 0.31");
    let odd = r#"{"total": 1, "lines": [{"amount": 1}, {"amount": "one"}]}"#;
    assert_eq!(broken(sum("0"), odd), ["/lines/1/amount not-a-decimal"]);
    let far = r#"{"total": 1, "lines": [{"amount": 1e300}]}"#;
    assert_eq!(broken(sum("0"), far), ["/lines/0/amount out-of-range"]);
}

#[test]
fn a_value_is_unique_within_its_own_array() {
    let rules = vec![rule("/orders/*/lines/*/no", vec![Check::Unique])];
    let json = r#"{"orders": [{"lines": [{"no": 1}, {"no": 2}, {"no": 1.0}]}, {"lines": [{"no": 1}, {}, {}]}]}"#;
    assert_eq!(broken(rules, json), ["/orders/0/lines/2/no unique-items"]);
}

#[test]
fn a_rule_with_a_condition_applies_only_where_that_is_met() {
    let field = Field::parse("/lines/*/serial").unwrap();
    let kind = field.refer_to(&Field::parse("/lines/*/kind").unwrap()).unwrap();
    let when = |present, checks| Some(Condition { field: kind.clone(), present, checks });
    let required = rule("/lines/*/serial", vec![Check::Required]);
    let json = r#"{"lines": [{"kind": "device"}, {"kind": "book"}, {}]}"#;
    let devices = when(true, vec![Check::Equals(Operand::Literal(text("device")))]);
    assert_eq!(broken(vec![Rule { when: devices, ..required.clone() }], json), ["/lines/0/serial missing-field"]);
    let unknown = when(false, Vec::new());
    assert_eq!(broken(vec![Rule { when: unknown, ..required }], json), ["/lines/2/serial missing-field"]);
}

#[test]
fn a_rule_may_state_its_own_code_and_text() {
    let own = Rule {
        code: Some("no-such-country".into()),
        text: Some("ask sales".into()),
        ..rule("/a", vec![Check::Lookup("countries".into())])
    };
    let violations = verdict(vec![own], r#"{"a": "XX"}"#).violations;
    let expected = Violation { path: "/a".into(), code: "no-such-country".into(), text: "ask sales".into() };
    assert_eq!(violations, [expected]);
}

#[test]
fn a_warning_is_counted_and_lets_the_message_go_on() {
    let warning = Rule { severity: Severity::Warning, ..rule("/*/a", vec![min("1")]) };
    let found = verdict(vec![warning, rule("/*/b", vec![Check::Required])], r#"[{"a": 0, "b": 1}, {"a": 0}]"#);
    assert_eq!(found.violations.len(), 1);
    let tallies: Vec<_> =
        found.tallies.iter().map(|t| (t.code.as_str(), t.field.as_str(), t.severity.name(), t.count)).collect();
    assert_eq!(tallies, [("missing-field", "/*/b", "error", 1), ("out-of-range", "/*/a", "warning", 2)]);
}

#[test]
fn what_is_no_json_breaks_one_rule() {
    let rules = Rules::new(vec![rule("/a", vec![Check::Required])]);
    for (content_type, payload) in [("text/csv", "a,b"), ("application/json", "{"), ("application/json", "\u{feff}")] {
        let found = rules.check(content_type, payload.as_bytes(), &Countries);
        assert_eq!(found.violations[0].code, "not-json", "{payload}");
        assert!(found.unreadable, "{payload}");
    }
    assert!(!rules.check("application/json", b"{}", &Countries).unreadable, "it is JSON, and breaks the rule as such");
}

#[test]
fn a_value_that_no_rule_asks_for_refuses_no_message() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for odd in ["1e400", r#""\ud83d""#, &deep] {
        let json = format!("\u{feff}{{\"odd\": {odd}, \"id\": 1}}");
        let found = verdict(vec![rule("/id", vec![Check::Required, min("1")])], &json);
        assert!(found.violations.is_empty(), "{odd}: {found:?}");
    }
}

#[test]
fn a_value_that_a_rule_asks_for_and_that_can_not_be_checked_is_named_at_its_place() {
    assert_eq!(codes(Check::MaxLength(9), r#""\ud83d""#), ["unpaired-surrogate"]);
    assert!(codes(Check::Type(Kind::Text), r#""\ud83d""#).is_empty(), "its type can be told");
    assert_eq!(codes(Check::Number(Bound::Max, Operand::Literal(Number::parse("10"))), "1e400"), ["out-of-range"]);
    assert!(codes(min("10"), "1e400").is_empty());
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let found = verdict(vec![rule(&"/0".repeat(150), vec![Check::Required])], &deep);
    assert_eq!(found.violations[0].code, "too-deep");
}

#[test]
fn a_member_that_is_there_twice_breaks_one_rule_unless_the_flow_takes_the_last() {
    let twice = r#"{"role": "admin", "lines": [{"sku": 1, "sku": 2}], "role": "user"}"#;
    let rules = Rules::new(vec![rule("/id", vec![Check::Required])]);
    let found = rules.check("application/json", twice.as_bytes(), &Countries);
    assert_eq!(
        (found.violations[0].path.as_str(), found.violations[0].code.as_str()),
        ("/lines/0/sku", "duplicate-member")
    );
    assert!(found.unreadable && found.violations.len() == 1);
    let lenient = rules.with_duplicate_members(DuplicateMembers::TakeLast);
    assert_eq!(lenient.check("application/json", twice.as_bytes(), &Countries).violations[0].code, "missing-field");
}

#[test]
fn violations_are_bounded_in_number_and_the_rest_is_counted() {
    let json = format!("[{}]", vec!["{\"a\": 0}"; 1000].join(","));
    let found = verdict(vec![rule("/*/a", vec![min("1")])], &json);
    assert_eq!(found.violations.len(), Violation::MOST + 1);
    assert_eq!(found.violations.last().unwrap().text, "800 more rules are broken");
    assert_eq!(found.tallies[0].count, 1000);
}

proptest! {
    #[test]
    fn a_bound_agrees_with_integers_however_they_are_written(found in any::<i64>(), bound in any::<i64>()) {
        let breaks = found < bound;
        for written in [found.to_string(), format!("{found}.000"), format!("\"{found}\""), format!("{found}0e-1")] {
            prop_assert_eq!(!codes(min(&bound.to_string()), &written).is_empty(), breaks, "{}", written);
        }
    }

    #[test]
    fn uniqueness_finds_as_many_as_a_set_would_refuse(values in prop::collection::vec(0_u8..20, 0..60)) {
        let distinct: std::collections::BTreeSet<_> = values.iter().collect();
        let json = serde_json::to_string(&values).unwrap();
        let found = verdict(vec![rule("/*", vec![Check::Unique])], &json);
        prop_assert_eq!(found.violations.len(), values.len() - distinct.len());
    }

    #[test]
    fn no_payload_makes_a_check_panic(payload in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC*") {
        let rules = || Rules::new(vec![
            rule("/*/a", vec![min("1"), Check::Decimals(2), Check::Date(Order::After, Operand::Literal(Moment::parse("2026-01-01").unwrap()))]),
            rule("/a", vec![Check::Type(Kind::Date), Check::MaxLength(3), Check::Unique]),
        ]);
        let _ = rules().check("application/json", &payload, &Countries);
        let json = serde_json::json!({ "a": text, "b": { "a": text } }).to_string();
        let _ = rules().check("application/json", json.as_bytes(), &Countries);
    }
}
