//! URL templates: `{id}`, `{key}`, `{idempotency_key}`, `{header:NAME}` and `{/json/pointer}` stand for values of the
//! delivery, percent-encoded so that no value can change another part of the URL.
//!
//! Placeholders are allowed behind the host only: a message never decides which machine is called. A value that is missing
//! or empty, or that would lead up the path (`..`), fails the delivery.

mod value;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::json::InvalidPointer;
use crate::target::Request;
use value::Value;

/// All but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A URL template can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A brace without its partner.
    #[error("`{0}` has a brace without its partner")]
    Brace(String),
    /// Not one of the placeholders.
    #[error(
        "`{{{0}}}` is not a placeholder: use {{id}}, {{key}}, {{idempotency_key}}, {{header:NAME}} or {{/json/pointer}}"
    )]
    Placeholder(String),
    /// Not a pointer.
    #[error(transparent)]
    Pointer(#[from] InvalidPointer),
    /// A placeholder in the scheme, host or port.
    #[error("`{0}` has a placeholder before the path: the host must be fixed")]
    HostNotFixed(String),
    /// Not a URL a request can be sent to.
    #[error("`{url}` {problem}")]
    Url {
        /// As configured.
        url: String,
        /// Why not.
        problem: String,
    },
}

/// A delivery doesn't have what the URL needs.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RenderError {
    #[error("the URL needs {{{0}}}, which this delivery does not have")]
    Missing(String),
    #[error("the URL needs {{{0}}}, but the payload is not valid JSON")]
    NotJson(String),
    #[error("a value in the URL's path is `.` or `..`")]
    Climbs,
    #[error("the URL is not valid: {0}")]
    Invalid(#[from] url::ParseError),
}

/// A URL with placeholders for values.
#[derive(Debug)]
pub(super) struct Template(Form);

#[derive(Debug)]
enum Form {
    /// Without placeholders: parsed once.
    Fixed(Url),
    Parts(Vec<Part>),
}

#[derive(Debug)]
enum Part {
    Text(String),
    Value { name: String, value: Value },
}

impl Template {
    pub(super) fn parse(text: &str) -> Result<Self, TemplateError> {
        let parts = split(text)?;
        let sample: String = parts.iter().map(|part| if let Part::Text(text) = part { text } else { "x" }).collect();
        let url = check(text, &sample)?;
        match parts.first() {
            Some(Part::Text(only)) if parts.len() == 1 && only == text => Ok(Self(Form::Fixed(url))),
            Some(Part::Text(first)) if fixes_the_host(first) => Ok(Self(Form::Parts(parts))),
            _ => Err(TemplateError::HostNotFixed(text.to_owned())),
        }
    }

    /// The URL for one delivery.
    pub(super) fn render(&self, request: &Request<'_>) -> Result<Url, RenderError> {
        let parts = match &self.0 {
            Form::Fixed(url) => return Ok(url.clone()),
            Form::Parts(parts) => parts,
        };
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Value { name, value } => text.extend(utf8_percent_encode(&value.read(name, request)?, RESERVED)),
            }
        }
        if climbs(&text) { Err(RenderError::Climbs) } else { Ok(text.parse()?) }
    }

    /// A URL with sample values: its scheme, host and port are the real ones.
    pub(super) fn sample(&self) -> Option<Url> {
        match &self.0 {
            Form::Fixed(url) => Some(url.clone()),
            Form::Parts(parts) => match parts.first() {
                Some(Part::Text(text)) => text.parse().ok(),
                _ => None,
            },
        }
    }
}

fn split(text: &str) -> Result<Vec<Part>, TemplateError> {
    let brace = || TemplateError::Brace(text.to_owned());
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((literal, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').ok_or_else(brace)?;
        parts.push(Part::Text(literal.to_owned()));
        parts.push(Part::Value { name: name.to_owned(), value: Value::parse(name)? });
        rest = after;
    }
    parts.push(Part::Text(rest.to_owned()));
    let stray = |part: &Part| matches!(part, Part::Text(text) if text.contains('}'));
    if parts.iter().any(stray) { Err(brace()) } else { Ok(parts) }
}

fn check(text: &str, sample: &str) -> Result<Url, TemplateError> {
    // The text before an `@` may be a password, so it is not repeated.
    let shown = text.rsplit_once('@').map_or(text, |(_, behind)| behind);
    let wrong = |problem: &str| TemplateError::Url { url: shown.to_owned(), problem: problem.to_owned() };
    let url: Url = sample.parse().map_err(|error| wrong(&format!("is not a URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong("is not an http or https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("is given with a user or password before it: use `auth`"));
    }
    if url.fragment().is_some() { Err(wrong("has a fragment, which is never sent")) } else { Ok(url) }
}

/// Whether the text before the first placeholder ends behind the host.
fn fixes_the_host(first: &str) -> bool {
    first.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?']))
}

/// Whether any segment of the path is `.` or `..`.
fn climbs(url: &str) -> bool {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = path.split('?').next().unwrap_or_default();
    path.split('/').skip(1).any(|segment| matches!(segment, "." | ".."))
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

    #[test]
    fn every_placeholder_is_filled_and_percent_encoded() {
        let delivery = delivery(Some("ü?#"), r#"{"order": {"no": 17}}"#);
        let template = "https://erp.example/o/{/order/no}/{key}/{header:x-shop}?i={idempotency_key}&m={id}";
        assert_eq!(
            render(template, &delivery).unwrap(),
            "https://erp.example/o/17/%C3%BC%3F%23/a%2Fb?i=i%20k&m=00000000-0000-0000-0000-000000000000"
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
    fn no_value_can_climb_the_path_or_leave_the_host() {
        assert_eq!(render("http://h/a/{key}/b", &delivery(Some(".."), "")), Err(RenderError::Climbs));
        assert_eq!(render("http://h/a/.{key}", &delivery(Some("."), "")), Err(RenderError::Climbs));
        let tricky = render("http://h/a/{key}", &delivery(Some("../..//evil.example/@\r\n\\"), "")).unwrap();
        assert_eq!(tricky, "http://h/a/..%2F..%2F%2Fevil.example%2F%40%0D%0A%5C");
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
