//! What the transport needs of JSON: finding one value in a large document without building a tree, and compacting text
//! without changing a number's digits or a string's escapes.

mod seek;

use gantry_schema::{Cursor, JsonError};

use seek::seek;

/// The text is not a JSON Pointer.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a JSON Pointer: it begins with `/`, and `~` stands only in `~0` and `~1`")]
pub struct InvalidPointer(String);

/// A JSON Pointer (RFC 6901), taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Pointer {
    text: String,
    tokens: Vec<String>,
}

/// What a pointer leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing, or null.
    Missing,
    /// A string's content, or a number or boolean exactly as written.
    Scalar(String),
    /// An array or an object.
    Compound,
}

impl Found {
    /// The scalar, if it is one.
    pub(crate) fn scalar(self) -> Option<String> {
        match self {
            Self::Scalar(text) => Some(text),
            Self::Missing | Self::Compound => None,
        }
    }
}

impl Pointer {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidPointer> {
        let invalid = || InvalidPointer(text.to_owned());
        let tokens = match text.strip_prefix('/') {
            None if text.is_empty() => Vec::new(),
            None => return Err(invalid()),
            Some(path) => path.split('/').map(unescape).collect::<Option<_>>().ok_or_else(invalid)?,
        };
        Ok(Self { text: text.to_owned(), tokens })
    }

    /// To the member of this name in an object.
    pub(crate) fn to_member(name: &str) -> Self {
        let token = name.replace('~', "~0").replace('/', "~1");
        Self { text: format!("/{token}"), tokens: vec![name.to_owned()] }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Reads `json` once, to its end, and checks its syntax. When a name repeats, the last one counts.
    pub(crate) fn find(&self, json: &[u8]) -> Result<Found, JsonError> {
        let mut cursor = Cursor::new(json)?;
        let found = seek(&mut cursor, &self.tokens)?;
        cursor.end()?;
        Ok(found)
    }

    /// The names and indices it consists of.
    pub(crate) fn tokens(&self) -> &[String] {
        &self.tokens
    }
}

/// Whether the bytes are one JSON text.
pub(crate) fn validate(json: &[u8]) -> Result<(), JsonError> {
    let mut cursor = Cursor::new(json)?;
    cursor.skip()?;
    cursor.end()
}

/// The same JSON without white space between its tokens. `json` must be valid.
pub(crate) fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut in_string = false;
    let mut escaped = false;
    // Runs are copied whole: most JSON has no white space to drop.
    let mut run = 0;
    for (at, byte) in json.bytes().enumerate() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
        } else if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            out.push_str(&json[run..at]);
            run = at + 1;
        } else {
            in_string = byte == b'"';
        }
    }
    out.push_str(&json[run..]);
    out
}

fn unescape(token: &str) -> Option<String> {
    let mut out = String::with_capacity(token.len());
    let mut chars = token.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '~' => match chars.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn find(pointer: &str, json: &str) -> Found {
        Pointer::parse(pointer).unwrap().find(json.as_bytes()).unwrap()
    }

    fn scalar(text: &str) -> Found {
        Found::Scalar(text.to_owned())
    }

    #[test]
    fn a_pointer_finds_scalars_through_objects_and_arrays() {
        let json = r#"{"order": {"id": 12345678901234567890, "lines": [{"sku":"A\u0041"}, true]}, "a/b": {"~": 1.50}, "": "e"}"#;
        assert_eq!(find("/order/id", json), scalar("12345678901234567890"));
        assert_eq!(find("/order/lines/0/sku", json), scalar("AA"));
        assert_eq!(find("/order/lines/1", json), scalar("true"));
        assert_eq!(find("/a~1b/~0", json), scalar("1.50"));
        assert_eq!(find("/", json), scalar("e"));
        assert_eq!(find("", "\"whole\""), scalar("whole"));
    }

    #[test]
    fn what_is_not_there_is_missing_and_what_is_no_scalar_is_compound() {
        let json = r#"{"a": {"b": null, "c": "text"}, "d": [1]}"#;
        for missing in ["/x", "/a/b", "/a/c/d", "/d/1", "/d/00", "/d/-"] {
            assert_eq!(find(missing, json), Found::Missing, "{missing}");
        }
        assert_eq!(find("/a", json), Found::Compound);
        assert_eq!(find("/d", json), Found::Compound);
    }

    #[test]
    fn of_names_that_repeat_the_last_counts_as_elsewhere() {
        assert_eq!(find("/a", r#"{"a": 1, "a": 2}"#), scalar("2"));
    }

    #[test]
    fn broken_json_is_an_error_wherever_it_breaks() {
        for json in ["", "{", r#"{"a":1"#, r#"{"a":1}}"#, r#"{"a":1} x"#, r#"{"b":[1,]}"#] {
            assert!(Pointer::parse("/a").unwrap().find(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn what_nobody_asks_for_may_be_any_json_and_what_is_not_utf_8_is_none() {
        assert_eq!(find("/a", "\u{feff}{\"b\": 1e400, \"\\ud83d\": \"\\ud83d\", \"a\": 1}"), scalar("1"));
        assert_eq!(find("/a", r#"{"a": 1e400}"#), scalar("1e400"));
        assert_eq!(find("/a", r#"{"a": "\ud83d"}"#), scalar(r"\ud83d"));
        assert_eq!(find("/a/b", r#"{"a": 1e400}"#), Found::Missing);
        assert!(Pointer::parse("/a").unwrap().find(b"{\"a\": 1, \"b\": \"\xe4\"}").is_err());
    }

    #[test]
    fn depth_is_no_way_to_overflow_the_stack() {
        let deep = format!(r#"{{"x": {}{}, "a": 1}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(find("/a", &deep), scalar("1"));
    }

    #[test]
    fn pointers_of_the_wrong_form_are_refused() {
        for wrong in ["a", "#/a", "/a~2", "/a~"] {
            assert!(Pointer::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn compact_text_keeps_numbers_strings_and_escapes_as_written() {
        let json = "{ \"a b\" : [ 1.50 , \"x \\\" \\\\\" ,\r\n\t12345678901234567890 ] }";
        assert_eq!(compact(json), r#"{"a b":[1.50,"x \" \\",12345678901234567890]}"#);
    }

    proptest! {
        #[test]
        fn compacting_pretty_text_gives_what_serde_writes_compactly(text in ".*", number in any::<i64>()) {
            let value = serde_json::json!({ &text: [number, text, { "n": null }] });
            prop_assert_eq!(compact(&serde_json::to_string_pretty(&value).unwrap()), value.to_string());
        }
    }
}
