//! Reads JSON into the author's types, or reports where and why it doesn't fit: an RFC 6901 pointer and a stable code.
//!
//! Valid messages are read by plain `serde_json`. Only when that fails, the text is read again while the path is tracked,
//! so that valid messages pay nothing for good error reports.
//!
//! | code | the JSON … |
//! |---|---|
//! | `not-json` | isn't JSON at all, is cut off, or isn't UTF-8 |
//! | `missing-field` | lacks a member; the pointer names the place where it belongs |
//! | `unknown-field` | has a member the type doesn't know (`deny_unknown_fields`) |
//! | `duplicate-field` | has a member twice |
//! | `wrong-type` | has a value of another type, for instance a text instead of a number |
//! | `wrong-value` | has the right type but no allowed value |

mod finite;
#[cfg(feature = "decimal")]
mod number;
mod objects;

#[cfg(feature = "decimal")]
pub use number::{JsonNumber, as_json_number};

use serde::de::DeserializeOwned;
use serde::ser::Serialize;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::check::Defect;
use crate::json::finite::Finite;
use crate::json::objects::Objects;
use crate::outcome::Violation;

/// Longest text of a violation, in bytes: the offending value may be part of it.
const TEXT_LIMIT: usize = 300;

/// The beginnings of serde's error texts, and the code for each. serde has no types for its errors; the tests below fail
/// if the texts ever change.
const CODES: [(&str, &str); 6] = [
    ("missing field", "missing-field"),
    ("unknown field", "unknown-field"),
    ("duplicate field", "duplicate-field"),
    ("invalid type", "wrong-type"),
    ("invalid length", "wrong-type"),
    ("EOF while parsing", "not-json"),
];

/// Reads a whole JSON text into `T`. A struct is read from an object only, never from an array.
pub fn read<T: DeserializeOwned>(json: &str) -> Result<T, Violation> {
    whole(json).map_err(|_| explain::<T>(json))
}

fn whole<T: DeserializeOwned>(json: &str) -> serde_json::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let value = T::deserialize(Objects(&mut deserializer))?;
    deserializer.end()?;
    Ok(value)
}

/// The same from bytes, which may not be UTF-8.
pub fn read_bytes<T: DeserializeOwned>(json: &[u8]) -> Result<T, Violation> {
    match std::str::from_utf8(json) {
        Ok(json) => read(json),
        Err(error) => Err(Defect::new("not-json", format!("not UTF-8: {error}")).at(String::new())),
    }
}

/// The JSON text of a value; a float that is no number (`NaN`) is an error, where `serde_json` by itself writes `null`.
pub fn write<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<String> {
    serde_json::to_string(&Finite(value))
}

/// Appends one reference token to a JSON Pointer, escaped as RFC 6901 asks.
pub fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for c in token.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

/// The defect behind an error of `serde_json`, without its place in the text.
pub(crate) fn defect(error: &serde_json::Error) -> Defect {
    let text = error.to_string();
    if matches!(error.classify(), Category::Syntax | Category::Eof | Category::Io) {
        return Defect::new("not-json", text);
    }
    let code = CODES.iter().find(|(words, _)| text.starts_with(words)).map_or("wrong-value", |(_, code)| code);
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    Defect::new(code, shortened(text))
}

#[cold]
fn explain<T: DeserializeOwned>(json: &str) -> Violation {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let read: Result<T, _> = serde_path_to_error::deserialize(Objects(&mut deserializer));
    match read {
        Err(error) => {
            let defect = defect(error.inner());
            let path = if defect.code == "not-json" { String::new() } else { pointer(error.path(), &defect) };
            defect.at(path)
        }
        // The value itself fits, so something follows it.
        Ok(_) => Defect::new("not-json", "the JSON value is followed by something else").at(String::new()),
    }
}

fn pointer(path: &Path, defect: &Defect) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push_token(&mut pointer, &index.to_string()),
            Segment::Map { key } => push_token(&mut pointer, key),
            Segment::Enum { variant } => push_token(&mut pointer, variant),
            Segment::Unknown => {}
        }
    }
    if let Some(name) = missing_field(defect) {
        push_token(&mut pointer, name);
    }
    pointer
}

fn missing_field(defect: &Defect) -> Option<&str> {
    defect.text.strip_prefix("missing field `")?.strip_suffix('`')
}

fn shortened(text: &str) -> String {
    if text.len() <= TEXT_LIMIT {
        return text.to_owned();
    }
    let end = (0..=TEXT_LIMIT).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[expect(dead_code, reason = "only read into")]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Unit {
        Piece,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read into")]
    struct Line {
        #[serde(rename = "a/b~c")]
        sku: String,
        quantity: u32,
        unit: Option<Unit>,
    }

    fn verdict(json: &str) -> (String, String) {
        let violation = read::<Order>(json).unwrap_err();
        (violation.path, violation.code)
    }

    #[test]
    fn every_kind_of_mismatch_has_its_code_and_its_pointer() {
        let cases = [
            (r#"{"lines": [{"a/b~c": "x", "quantity": 1}, {"a/b~c": "y"}]}"#, "/lines/1/quantity", "missing-field"),
            (r#"{"lines": [{"quantity": 1}]}"#, "/lines/0/a~1b~0c", "missing-field"),
            (r#"{"lines": [{"a/b~c": 5, "quantity": 1}]}"#, "/lines/0/a~1b~0c", "wrong-type"),
            (r#"{"lines": [{"a/b~c": "x", "quantity": "1"}]}"#, "/lines/0/quantity", "wrong-type"),
            (r#"{"lines": [{"a/b~c": "x", "quantity": -1}]}"#, "/lines/0/quantity", "wrong-value"),
            (r#"{"lines": [{"a/b~c": "x", "quantity": 1, "unit": "box"}]}"#, "/lines/0/unit", "wrong-value"),
            (r#"{"lines": [{"a/b~c": "x", "quantity": 1, "quantity": 2}]}"#, "/lines/0", "duplicate-field"),
            (r#"{"lines": {}}"#, "/lines", "wrong-type"),
            (r#"{"rows": []}"#, "/rows", "unknown-field"),
            (r#"{"lines": []"#, "", "not-json"),
            (r#"{"lines": []} x"#, "", "not-json"),
            ("", "", "not-json"),
        ];
        for (json, path, code) in cases {
            assert_eq!(verdict(json), (path.to_owned(), code.to_owned()), "{json}");
        }
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read into")]
    enum Shape {
        Line { quantity: u32 },
        Point(u32, u32),
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read into")]
    struct Shapes {
        #[serde(default)]
        shape: Option<Shape>,
        #[serde(default)]
        line: Option<Box<Line>>,
        #[serde(default)]
        pair: (u32, String),
        #[serde(default)]
        raw: Option<Box<serde_json::value::RawValue>>,
        #[serde(default)]
        any: serde_json::Value,
    }

    #[test]
    fn an_array_never_passes_for_an_object() {
        let cases = [
            (r#"[[]]"#, ""),
            (r#"{"line": ["x", 1, null]}"#, "/line"),
            (r#"{"shape": {"Line": [1]}}"#, "/shape/Line"),
            (r#"{"pair": {"0": 1}}"#, "/pair"),
        ];
        for (json, path) in cases {
            let violation = read::<Shapes>(json).unwrap_err();
            assert_eq!((violation.path.as_str(), violation.code.as_str()), (path, "wrong-type"), "{json}");
        }
        let found = verdict(r#"{"lines": [["x", 1, null]]}"#);
        assert_eq!(found, ("/lines/0".to_owned(), "wrong-type".to_owned()));
    }

    #[test]
    fn everything_else_is_read_as_serde_reads_it() {
        let json = r#"{"shape": {"Point": [1, 2]}, "line": {"a/b~c": "ä", "quantity": 1}, "pair": [1, "\u00e4"],
            "raw": {"a": [1.50]}, "any": [{"b": null}, 1.5, true, -1]}"#;
        assert_eq!(
            format!("{:?}", read::<Shapes>(json)),
            format!("{:?}", Ok::<_, ()>(serde_json::from_str::<Shapes>(json).unwrap()))
        );
        assert!(matches!(
            read::<Shapes>(r#"{"shape": {"Line": {"quantity": 1}}}"#),
            Ok(Shapes { shape: Some(Shape::Line { .. }), .. })
        ));
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_no_json() {
        assert_eq!(read_bytes::<String>(b"\"\xff\"").unwrap_err().code, "not-json");
    }

    #[test]
    fn a_huge_value_makes_no_huge_text() {
        let violation = read::<u32>(&format!("\"{}\"", "ä".repeat(10_000))).unwrap_err();
        assert!(violation.text.len() <= TEXT_LIMIT + 3, "{}", violation.text.len());
    }
}
