//! The URL of one delivery: its template with the values of the delivery, percent-encoded so that no value can change
//! another part of the URL.
//!
//! Encoding alone doesn't keep a value within its segment of the path: proxies and servers decode `%2F`, and then a value
//! `../admin` names another place, with the target's credentials. So a value in the path is refused if it has a character
//! that divides or ends a path; `{…|path}` allows several segments. No value makes a segment `.` or `..`, however disguised.
//! A value that is missing or empty is refused as well. Each refusal blames the message: nothing was sent.

mod value;

use gantry_config::url_template::{self, Placeholder, Position, UrlTemplate, UrlTemplateError, climbs};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::json::InvalidPointer;
use crate::target::Request;
use value::Value;

/// All but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same for a value of several segments.
const RESERVED_IN_SEGMENTS: &AsciiSet = &RESERVED.remove(b'/');

/// A URL template can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// Not a template.
    #[error(transparent)]
    Template(#[from] UrlTemplateError),
    /// Not a pointer.
    #[error(transparent)]
    Pointer(#[from] InvalidPointer),
}

/// A delivery doesn't have what the URL needs. The texts name no value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RenderError {
    #[error("the URL needs {{{0}}}, which this delivery does not have")]
    Missing(String),
    #[error("the URL needs {{{0}}}, but the payload is not valid JSON")]
    NotJson(String),
    #[error(
        "the value of {{{name}}} has {what}, with which it could lead to another place at the target: correct the value, \
         or write {{{name}|path}} in the target's `url` if its values are paths"
    )]
    LeavesSegment { name: String, what: &'static str },
    #[error("the value of {{{name}}} {what}, which no path in a URL may")]
    NotAPath { name: String, what: &'static str },
    #[error(
        "with its values, the URL's path would have a segment `.` or `..`, which leads to another place at the target"
    )]
    Climbs,
    #[error("the URL is not valid: {0}")]
    Invalid(#[from] url::ParseError),
}

/// A URL with placeholders for values.
#[derive(Debug)]
pub(super) struct Template {
    /// With sample values: its scheme, host and port are the real ones. Without placeholders it is the URL.
    sample: Url,
    /// Empty without placeholders.
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Value { placeholder: Placeholder, value: Value },
}

impl Template {
    pub(super) fn parse(text: &str) -> Result<Self, TemplateError> {
        let template = UrlTemplate::parse(text)?;
        let sample = template.sample()?;
        let parts = if template.is_fixed() { &[] } else { template.parts() };
        Ok(Self { sample, parts: parts.iter().map(Part::new).collect::<Result<_, _>>()? })
    }

    /// The URL for one delivery.
    pub(super) fn render(&self, request: &Request<'_>) -> Result<Url, RenderError> {
        if self.parts.is_empty() {
            return Ok(self.sample.clone());
        }
        let mut text = String::new();
        for part in &self.parts {
            part.render(request, &mut text)?;
        }
        if climbs(&text) { Err(RenderError::Climbs) } else { Ok(text.parse()?) }
    }

    /// A URL with sample values: its scheme, host and port are the real ones.
    pub(super) const fn sample(&self) -> &Url {
        &self.sample
    }
}

impl Part {
    fn new(part: &url_template::Part) -> Result<Self, InvalidPointer> {
        Ok(match part {
            url_template::Part::Text(text) => Self::Text(text.clone()),
            url_template::Part::Placeholder(placeholder) => {
                Self::Value { placeholder: placeholder.clone(), value: Value::new(&placeholder.value)? }
            }
        })
    }

    fn render(&self, request: &Request<'_>, url: &mut String) -> Result<(), RenderError> {
        match self {
            Self::Text(text) => url.push_str(text),
            Self::Value { placeholder: Placeholder { name, position, .. }, value } => {
                let value = value.read(name, request)?;
                check(name, *position, &value)?;
                let reserved = if *position == Position::Segments { RESERVED_IN_SEGMENTS } else { RESERVED };
                url.extend(utf8_percent_encode(&value, reserved));
            }
        }
        Ok(())
    }
}

/// Whether the value can stand there.
fn check(name: &str, position: Position, value: &str) -> Result<(), RenderError> {
    match position {
        Position::Query => Ok(()),
        Position::Segment => match value.chars().find_map(divides) {
            Some(what) => Err(RenderError::LeavesSegment { name: name.to_owned(), what }),
            None => Ok(()),
        },
        Position::Segments => match not_a_path(value) {
            Some(what) => Err(RenderError::NotAPath { name: name.to_owned(), what }),
            None => Ok(()),
        },
    }
}

/// What a character is that divides or ends a path, or is decoded into one that does.
fn divides(c: char) -> Option<&'static str> {
    match c {
        '/' => Some("a `/`"),
        '\\' => Some("a `\\`"),
        '%' => Some("a `%`"),
        '?' => Some("a `?`"),
        '#' => Some("a `#`"),
        c if c.is_control() => Some("a control character"),
        _ => None,
    }
}

/// Why a value is no path below the place where it stands.
fn not_a_path(value: &str) -> Option<&'static str> {
    if value.split('/').any(str::is_empty) {
        return Some("has an empty segment");
    }
    value.contains(char::is_control).then_some("has a control character")
}

#[cfg(test)]
mod tests {
    use super::*;
    use gantry_core::{Delivery, Headers, MessageId, Output};

    fn delivery(key: Option<&str>, payload: &str) -> Delivery {
        let output = Output {
            route: None,
            key: None,
            idempotency_key: Some("i k".into()),
            content_type: "application/json".into(),
            headers: [("X-Shop", "a/b")].into_iter().collect::<Headers>(),
            payload: payload.to_owned().into(),
        };
        Delivery::of(MessageId::from_bytes([0; 16]), key, 0, "erp".parse().unwrap(), output)
    }

    fn render(template: &str, delivery: &Delivery) -> Result<String, RenderError> {
        let flow = "orders".parse().unwrap();
        let message_id = MessageId::from_bytes([0; 16]);
        let request = Request { message_id, flow: &flow, delivery, attempt: 1, traceparent: None };
        Template::parse(template).unwrap().render(&request).map(String::from)
    }

    fn leaves(name: &str, what: &'static str) -> Result<String, RenderError> {
        Err(RenderError::LeavesSegment { name: name.to_owned(), what })
    }

    #[test]
    fn every_placeholder_is_filled_and_percent_encoded() {
        let delivery = delivery(Some("ü &;"), r#"{"order": {"no": 17}, "file": "in/ä b.xml"}"#);
        let template =
            "https://erp.example/o/{/order/no}/{key}/{/file|path}?i={idempotency_key}&m={id}&h={header:x-shop}";
        assert_eq!(
            render(template, &delivery).unwrap(),
            "https://erp.example/o/17/%C3%BC%20%26%3B/in/%C3%A4%20b.xml\
             ?i=i%20k&m=00000000-0000-0000-0000-000000000000&h=a%2Fb"
        );
    }

    #[test]
    fn a_value_that_is_missing_or_empty_is_named() {
        let missing = |name: &str| Err(RenderError::Missing(name.to_owned()));
        assert_eq!(render("http://h/{key}", &delivery(None, "{}")), missing("key"));
        assert_eq!(render("http://h/{key}", &delivery(Some(""), "{}")), missing("key"));
        assert_eq!(render("http://h/{/a}", &delivery(None, r#"{"a": {}}"#)), missing("/a"));
        assert_eq!(render("http://h/{/a}", &delivery(None, "x")), Err(RenderError::NotJson("/a".into())));
    }

    #[test]
    fn no_value_leaves_its_segment_of_the_path() {
        for (key, what) in [
            ("../admin/delete", "a `/`"),
            ("..\\admin", "a `\\`"),
            ("%2e%2e", "a `%`"),
            ("1?admin=1", "a `?`"),
            ("1#x", "a `#`"),
            ("1\r\nx", "a control character"),
            ("1\u{85}", "a control character"),
        ] {
            assert_eq!(render("http://h/a/{key}/b", &delivery(Some(key), "")), leaves("key", what), "{key:?}");
        }
        let header = "http://h/a/{header:x-shop}";
        assert_eq!(render(header, &delivery(None, "")), leaves("header:x-shop", "a `/`"));
        for (template, key) in [
            ("http://h/a/{key}", ".."),
            ("http://h/a/.{key}", "."),
            ("http://h/{key}", "..;x"),
            ("http://h/{key}/b", ". ."),
        ] {
            assert_eq!(render(template, &delivery(Some(key), "")), Err(RenderError::Climbs), "{template} {key:?}");
        }
    }

    #[test]
    fn a_value_in_the_query_may_be_anything() {
        let query = render("http://h/a?b={key}", &delivery(Some("../..//evil.example/@\r\n\\&c=#%2e"), "")).unwrap();
        assert_eq!(query, "http://h/a?b=..%2F..%2F%2Fevil.example%2F%40%0D%0A%5C%26c%3D%23%252e");
    }

    #[test]
    fn a_value_that_is_a_path_stays_below_its_place() {
        let path = |key: &str| render("http://h/files/{key|path}", &delivery(Some(key), ""));
        assert_eq!(path("2024/01/a 50%.pdf").unwrap(), "http://h/files/2024/01/a%2050%25.pdf");
        for climbing in
            ["../x", "a/..", "a/./b", "a\\..\\b", "%2e%2e/x", "%252e%252e/x", "a%2f..%2fb", "..;/x", "a/.. /b"]
        {
            assert_eq!(path(climbing), Err(RenderError::Climbs), "{climbing}");
        }
        for (odd, what) in [
            ("//evil.example/", "has an empty segment"),
            ("/etc", "has an empty segment"),
            ("2024/", "has an empty segment"),
            ("/", "has an empty segment"),
            ("a\n", "has a control character"),
        ] {
            let name = "key|path".to_owned();
            assert_eq!(path(odd), Err(RenderError::NotAPath { name, what }), "{odd:?}");
        }
    }

    #[test]
    fn templates_that_could_go_astray_are_refused() {
        for wrong in [
            "http://{key}/a",
            "http://h{key}/a",
            "{/url}",
            "ftp://h/a",
            "http://u:p@h/a",
            "http://h/{x}",
            "http://h/{",
            "http://h/}",
            "http://h/a#b",
            "/relative",
            "http://h:{key}/",
            "http://h/{header:}",
        ] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
        for with_password in ["http://user:hunter2@h/a", "http://user:hunter2@h:x/a", "http://user:hunter2@{key}/"] {
            let error = Template::parse(with_password).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
