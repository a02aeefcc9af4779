//! Schemas in files: what they may refer to, and what is said of one that can't be used.

use std::path::Path;

use gantry_schema::{Draft, Folder, LoadError, Schema};

/// A folder with these files; `outside.json` lies beside it.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("outside.json"), "{}").unwrap();
    for (name, text) in files {
        let file = directory.path().join("flow").join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    directory
}

fn load(directory: &Path) -> Result<Schema, LoadError> {
    let flow = directory.join("flow");
    Schema::load(&flow.join("order.json"), &Folder::new(&flow))
}

fn refused(files: &[(&str, &str)]) -> String {
    load(folder(files).path()).unwrap_err().to_string()
}

#[test]
fn a_reference_leads_to_files_beside_below_and_above_within_the_folder() {
    let directory = folder(&[
        ("order.json", r#"{"properties": {"a": {"$ref": "parts/übel%20 a.json"}}}"#),
        ("parts/übel  a.json", r#"{"$ref": "../common.json#/$defs/name"}"#),
        ("common.json", r#"{"$defs": {"name": {"type": "string"}}}"#),
    ]);
    std::fs::write(
        directory.path().join("flow/order.json"),
        r#"{"properties": {"a": {"$ref": "parts/%C3%BCbel%20%20a.json"}}}"#,
    )
    .unwrap();
    let schema = load(directory.path()).unwrap();
    assert_eq!(schema.check("application/json", br#"{"a": 1}"#)[0].path, "/a");
    assert!(schema.check("application/json", br#"{"a": "x"}"#).is_empty());
}

#[test]
fn a_schema_with_a_name_of_its_own_refers_to_the_files_it_lies_beside() {
    let files = [
        ("order.json", r#"{"$id": "https://acme.example/s/order.json", "$ref": "parts/line.json"}"#),
        ("parts/line.json", r#"{"$id": "https://acme.example/s/parts/line.json", "type": "object"}"#),
    ];
    assert_eq!(load(folder(&files).path()).unwrap().check("application/json", b"1")[0].code, "wrong-type");
}

#[test]
fn nothing_is_fetched_and_no_reference_leads_outside_the_folder() {
    for (reference, said) in [
        ("https://example.org/schema.json", "nothing is fetched"),
        ("file:///etc/hostname", "nothing is fetched"),
        ("//example.org/x", "nothing is fetched"),
        ("../outside.json", "outside the folder"),
        ("parts/../../outside.json", "outside the folder"),
        ("%2E%2E/outside.json", "outside the folder"),
        ("parts%2F..%2F..%2Foutside.json", "outside the folder"),
        ("/etc/hostname", "outside the folder"),
        ("absent.json", "can't be read: No such file"),
        ("#/$defs/absent", "absent"),
    ] {
        let error = refused(&[("order.json", &format!(r#"{{"$ref": "{reference}"}}"#)), ("parts/x.json", "{}")]);
        assert!(
            error.starts_with("refers to what is not there, at #/$ref: ") && error.contains(said),
            "{reference}: {error}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_leads_nowhere_outside() {
    let directory = folder(&[("order.json", r#"{"$ref": "link.json"}"#)]);
    let link = directory.path().join("flow/link.json");
    std::os::unix::fs::symlink(directory.path().join("outside.json"), link).unwrap();
    let error = load(directory.path()).unwrap_err().to_string();
    assert!(error.contains("outside the folder"), "{error}");
}

#[test]
fn a_schema_that_is_none_is_told_the_place_in_the_file() {
    for (text, said) in [
        ("{\"type\":\n  strin}", "is not JSON: expected value at line 2 column 3"),
        (r#"{"properties": {"a": {"type": "strin"}}}"#, "is not a schema: at #/properties/a/type: "),
        ("7", "is not a schema: at #: "),
        (
            r#"{"$schema": "http://json-schema.org/draft-03/schema#"}"#,
            "known are the drafts 2020-12, 2019-09, 7, 6 and 4",
        ),
        (r#"{"$schema": "https://acme.example/meta"}"#, "is written for `https://acme.example/meta`"),
        (r#"{"maximum": 0.12345678901234567890}"#, "holds a number at #/maximum that has more digits"),
    ] {
        let error = refused(&[("order.json", text)]);
        assert!(error.contains(said), "{text}: {error}");
    }
}

#[test]
fn a_file_that_is_referred_to_is_held_to_the_same() {
    for (text, said) in [
        ("{", "`part.json`: the file is not JSON"),
        (r#"{"$schema": "http://json-schema.org/draft-03/schema#"}"#, "the file is written for"),
        (r#"{"type": "strin"}"#, "the file is not a schema: at #/type: \"strin\""),
    ] {
        let error = refused(&[("order.json", r#"{"$ref": "part.json"}"#), ("part.json", text)]);
        assert!(error.contains(said), "{text}: {error}");
    }
}

#[test]
fn the_draft_is_the_one_the_schema_names() {
    for (named, draft) in [
        ("http://json-schema.org/draft-07/schema#", Draft::Draft7),
        ("http://json-schema.org/draft-04/schema#", Draft::Draft4),
        ("http://json-schema.org/draft-06/schema#", Draft::Draft6),
        ("https://json-schema.org/draft/2019-09/schema", Draft::Draft2019),
    ] {
        let directory = folder(&[("order.json", &format!(r#"{{"$schema": "{named}"}}"#))]);
        assert_eq!(load(directory.path()).unwrap().draft(), Some(draft));
    }
}

#[test]
fn a_schema_with_a_byte_order_mark_is_read() {
    let directory = folder(&[("order.json", "\u{feff}{\"type\": \"object\"}")]);
    assert_eq!(load(directory.path()).unwrap().check("application/json", b"1")[0].code, "wrong-type");
}

#[test]
fn a_schema_with_a_member_twice_is_refused_because_nobody_knows_which_is_meant() {
    let error = refused(&[("order.json", r#"{"properties": {"a": {"type": "string"}, "a": {}}}"#)]);
    assert_eq!(error, "has the member #/properties/a twice");
}

#[test]
fn a_schema_of_draft_4_has_bounds_as_draft_4_writes_them_and_files_beside_its_id() {
    let files = [
        (
            "order.json",
            r#"{"$schema": "http://json-schema.org/draft-04/schema#", "id": "https://acme.example/s/order.json",
                "properties": {"a": {"minimum": 5, "exclusiveMinimum": true}, "b": {"$ref": "part.json"}, "c": {"const": 1}}}"#,
        ),
        ("part.json", r#"{"maximum": 9007199254740992, "exclusiveMaximum": false}"#),
    ];
    let schema = load(folder(&files).path()).unwrap();
    let codes = |payload: &str| {
        let violations = schema.check("application/json", payload.as_bytes());
        violations.into_iter().map(|violation| violation.path).collect::<Vec<_>>()
    };
    assert_eq!(codes(r#"{"a": 5, "b": 9007199254740993, "c": 2}"#), ["/a", "/b"]);
    assert!(codes(r#"{"a": 5.1, "b": 9007199254740992}"#).is_empty());
}
