//! The API's description: made of the routes themselves, kept in the documentation, complete.

use std::collections::BTreeSet;

use gantry_api::v1::Code;
use serde_json::Value;

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/openapi.json");
const CATALOGUE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/errors.md");

fn described() -> Value {
    serde_json::to_value(gantry_admin::openapi()).unwrap()
}

fn operations(api: &Value) -> Vec<(String, &Value)> {
    let paths = api["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |one| (path, one)));
    all.map(|(path, (method, operation))| (format!("{method} {path}"), operation)).collect()
}

/// Every `$ref` below a value.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| match value {
            Value::String(to) if name == "$ref" => {
                found.insert(to);
            }
            other => references(other, found),
        }),
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn the_kept_description_is_the_one_that_is_served() {
    let text = format!("{:#}\n", described());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(KEPT, &text).unwrap();
    }
    let kept = std::fs::read_to_string(KEPT).unwrap_or_default();
    assert!(
        kept == text,
        "docs/reference/openapi.json is stale: UPDATE_DOCS=1 cargo test -p gantry-admin --test it openapi"
    );
}

#[test]
fn every_operation_says_what_it_is_and_how_it_can_fail() {
    let api = described();
    for (name, operation) in operations(&api) {
        assert!(operation["summary"].is_string(), "{name}: no summary");
        assert!(operation["tags"][0].is_string(), "{name}: no tag");
        if name.contains("/v1") {
            assert_eq!(operation["security"][0]["admin_token"], serde_json::json!([]), "{name}");
            assert!(operation["responses"]["401"].is_object() && operation["responses"]["503"].is_object(), "{name}");
        }
        if name.contains("{id}") {
            assert!(operation["responses"]["404"].is_object(), "{name}: an id may not exist");
        }
    }
    let names: Vec<_> = operations(&api).into_iter().map(|(_, one)| one["operationId"].clone()).collect();
    let distinct: BTreeSet<_> = names.iter().map(ToString::to_string).collect();
    assert_eq!(distinct.len(), names.len(), "operation ids are distinct: {names:?}");
}

#[test]
fn every_reference_leads_somewhere() {
    let api = described();
    let mut found = BTreeSet::new();
    references(&api, &mut found);
    assert!(found.contains("#/components/schemas/Problem"));
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads out of the document"));
        assert!(api.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn every_problem_code_is_in_the_description_and_in_the_catalogue() {
    let api = described();
    let codes = api["components"]["schemas"]["ProblemCode"]["enum"].as_array().unwrap();
    let names: Vec<_> = codes.iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(names, Code::ALL.iter().map(|code| code.name()).collect::<Vec<_>>());

    let page = std::fs::read_to_string(CATALOGUE).unwrap();
    let section = page.split_once("## Admin API").unwrap().1;
    let rows: Vec<_> = section.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<_> = Code::ALL
        .iter()
        .map(|code| format!("| `{}` | {} | {} |", code.name(), code.status().as_u16(), code.meaning()))
        .collect();
    assert_eq!(rows, expected);
}
