//! URLs with placeholders that each message fills in.
//!
//! Placeholders may only be behind the host name: the data of a message must never decide which machine is called. What
//! the values may be is checked where they are filled in.

use std::net::IpAddr;

use url::Url;

/// Behind a placeholder's name: its values are paths of several segments.
const PATH_SUFFIX: &str = "|path";

/// How often a path is looked at, each time decoded once more: the template's own encoding, and three by others.
const DECODED: usize = 5;

/// A target's URL, cut at its placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlTemplate(Vec<Part>);

/// A piece of a URL template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Fixed text.
    Text(String),
    /// A value of the message.
    Placeholder(Placeholder),
}

/// What stands in braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// As written, without braces.
    pub name: String,
    /// Which value it stands for.
    pub value: PlaceholderValue,
    /// Where in the URL it stands.
    pub position: Position,
}

/// A value of a message that a URL can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceholderValue {
    /// `{id}`: the message's id.
    Id,
    /// `{key}`: the delivery's key.
    Key,
    /// `{idempotency_key}`: the delivery's idempotency key.
    IdempotencyKey,
    /// `{header:NAME}`: a header of the delivery, in lower case.
    Header(String),
    /// `{/json/pointer}`: a value of the payload.
    Pointer(String),
}

/// What a value is to the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// A part of one segment of the path.
    Segment,
    /// `{…|path}`: segments of the path.
    Segments,
    /// A part of the query.
    Query,
}

/// Why a text is no URL template.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UrlTemplateError {
    /// `{` without `}`, or the other way round.
    #[error("the braces don't match")]
    Braces,
    /// A placeholder that doesn't exist.
    #[error("nothing is known as `{{{0}}}`")]
    Unknown(String),
    /// A placeholder in scheme, user, host or port.
    #[error("a placeholder can't stand in the scheme, the host or the port")]
    InAuthority,
    /// `|path` behind the `?`.
    #[error("`{{{0}}}` stands in the query, where no value is a path")]
    PathInQuery(String),
    /// A segment `.` or `..` in the fixed text.
    #[error("the path has a segment `.` or `..`")]
    Climbs,
    /// A `#`.
    #[error("the URL has a fragment, which is never sent")]
    Fragment,
    /// Neither http nor https.
    #[error("the URL must begin with `http://` or `https://`")]
    Scheme,
    /// User or password in the URL.
    #[error("credentials don't belong in the URL")]
    Credentials,
    /// Not a URL.
    #[error("this is not a URL: {0}")]
    Invalid(#[from] url::ParseError),
}

impl UrlTemplate {
    /// Reads a template, and ensures that it is an http(s) URL whatever messages fill in.
    pub fn parse(text: &str) -> Result<Self, UrlTemplateError> {
        let parts = parts(text)?;
        let (scheme, rest) = text.split_once("://").ok_or(UrlTemplateError::Scheme)?;
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        if [scheme, authority].iter().any(|part| part.contains(['{', '}'])) {
            return Err(UrlTemplateError::InAuthority);
        }
        if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
            return Err(UrlTemplateError::Scheme);
        }
        if authority.contains('@') {
            return Err(UrlTemplateError::Credentials);
        }
        // The URL standard skips control characters and extra slashes: the text behind them would become the host.
        if authority.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(UrlTemplateError::Invalid(url::ParseError::EmptyHost));
        }
        let template = Self(parts);
        if template.filled_with("x")?.origin() != template.filled_with("y")?.origin() {
            return Err(UrlTemplateError::InAuthority);
        }
        if template.sample()?.fragment().is_some() {
            return Err(UrlTemplateError::Fragment);
        }
        if climbs(&template.text_with("x")) { Err(UrlTemplateError::Climbs) } else { Ok(template) }
    }

    /// The pieces, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// Whether every message gets the same URL.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.0.iter().all(|part| matches!(part, Part::Text(_)))
    }

    /// The URL with `x` for every placeholder; scheme, host and port are the real ones.
    pub fn sample(&self) -> Result<Url, UrlTemplateError> {
        self.filled_with("x")
    }

    fn filled_with(&self, value: &str) -> Result<Url, UrlTemplateError> {
        Ok(Url::parse(&self.text_with(value))?)
    }

    fn text_with(&self, value: &str) -> String {
        self.0.iter().map(|part| if let Part::Text(text) = part { text } else { value }).collect()
    }
}

/// Whether the path of a URL leads to `.` or `..`, however it is disguised: with `\`, before `;`, with more dots or blanks,
/// or percent-encoded several times, as proxies and servers decode a path again.
#[must_use]
pub fn climbs(url: &str) -> bool {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut path = path.as_bytes().to_vec();
    for _ in 0..DECODED {
        if path.split(|byte| matches!(byte, b'/' | b'\\')).skip(1).any(is_dots) {
            return true;
        }
        path = percent_encoding::percent_decode(&path).collect();
    }
    false
}

/// Whether a segment is made of dots only.
fn is_dots(segment: &[u8]) -> bool {
    let name = segment.split(|byte| *byte == b';').next().unwrap_or_default();
    let mut visible = name.iter().filter(|byte| !byte.is_ascii_whitespace() && !byte.is_ascii_control()).peekable();
    visible.peek().is_some() && visible.all(|byte| *byte == b'.')
}

/// True when the URL's host is this machine, so that nothing crosses a network.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(url::Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

fn parts(mut text: &str) -> Result<Vec<Part>, UrlTemplateError> {
    let mut parts = Vec::new();
    let mut in_query = false;
    while let Some(brace) = text.find(['{', '}']) {
        let (before, rest) = text.split_at(brace);
        let inner = rest.strip_prefix('{').ok_or(UrlTemplateError::Braces)?;
        let (name, behind) = inner.split_once('}').ok_or(UrlTemplateError::Braces)?;
        if !before.is_empty() {
            in_query |= before.contains('?');
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(Part::Placeholder(placeholder(name, in_query)?));
        text = behind;
    }
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
    Ok(parts)
}

fn placeholder(name: &str, in_query: bool) -> Result<Placeholder, UrlTemplateError> {
    let path = name.strip_suffix(PATH_SUFFIX);
    let position = match path {
        Some(_) if in_query => return Err(UrlTemplateError::PathInQuery(name.to_owned())),
        Some(_) => Position::Segments,
        None if in_query => Position::Query,
        None => Position::Segment,
    };
    let value = value(path.unwrap_or(name)).ok_or_else(|| UrlTemplateError::Unknown(name.to_owned()))?;
    Ok(Placeholder { name: name.to_owned(), value, position })
}

fn value(name: &str) -> Option<PlaceholderValue> {
    Some(match name {
        "id" => PlaceholderValue::Id,
        "key" => PlaceholderValue::Key,
        "idempotency_key" => PlaceholderValue::IdempotencyKey,
        pointer if pointer.starts_with('/') => PlaceholderValue::Pointer(pointer.to_owned()),
        other => {
            let header = http::HeaderName::from_bytes(other.strip_prefix("header:")?.as_bytes()).ok()?;
            PlaceholderValue::Header(header.as_str().to_owned())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholder(name: &str, value: PlaceholderValue, position: Position) -> Part {
        Part::Placeholder(Placeholder { name: name.into(), value, position })
    }

    #[test]
    fn every_placeholder_is_known() {
        let template = UrlTemplate::parse(
            "https://erp:8443/a/{id}/{key}/{/file|path}?k={idempotency_key}&t={header:X-Tenant}&c={/customer/id}",
        );
        let expected = [
            Part::Text("https://erp:8443/a/".into()),
            placeholder("id", PlaceholderValue::Id, Position::Segment),
            Part::Text("/".into()),
            placeholder("key", PlaceholderValue::Key, Position::Segment),
            Part::Text("/".into()),
            placeholder("/file|path", PlaceholderValue::Pointer("/file".into()), Position::Segments),
            Part::Text("?k=".into()),
            placeholder("idempotency_key", PlaceholderValue::IdempotencyKey, Position::Query),
            Part::Text("&t=".into()),
            placeholder("header:X-Tenant", PlaceholderValue::Header("x-tenant".into()), Position::Query),
            Part::Text("&c=".into()),
            placeholder("/customer/id", PlaceholderValue::Pointer("/customer/id".into()), Position::Query),
        ];
        assert_eq!(template.unwrap().parts(), expected);
    }

    #[test]
    fn a_path_that_climbs_is_seen_in_every_disguise() {
        for path in [
            "/a/..",
            "/./a",
            "/..;/a",
            "/..;x=1",
            "/..\\a",
            "/%2e%2E/a",
            "/%252e./a",
            "/a%2f..%2Fb",
            "/a%5C..",
            "/.. /a",
            "/..%20",
            "/..%00/a",
            "/...",
            "/a/..%3Bx/b",
        ] {
            assert!(climbs(&format!("http://h{path}")), "{path}");
        }
        for path in ["/a..b/c", "/.well-known/x", "/a.b/..c", "/a?x=../..", "/%", "/v1.0/orders"] {
            assert!(!climbs(&format!("http://h{path}")), "{path}");
        }
    }

    #[test]
    fn a_message_can_never_choose_the_machine_that_is_called() {
        for text in [
            "{key}://erp/",
            "http://{key}/",
            "http://erp.{key}/",
            "http://erp:{key}/",
            "http://{/a/b}/x",
            "http://erp{header:x}",
        ] {
            assert_eq!(UrlTemplate::parse(text), Err(UrlTemplateError::InAuthority), "{text}");
        }
    }

    #[test]
    fn what_is_no_template_says_why() {
        let error = |text| UrlTemplate::parse(text).unwrap_err();
        assert_eq!(error("http://erp/{key"), UrlTemplateError::Braces);
        assert_eq!(error("http://erp/key}"), UrlTemplateError::Braces);
        assert_eq!(error("http://erp/{keys}"), UrlTemplateError::Unknown("keys".into()));
        assert_eq!(error("http://erp/{header:a b}"), UrlTemplateError::Unknown("header:a b".into()));
        assert_eq!(error("http://erp/?a={key|path}"), UrlTemplateError::PathInQuery("key|path".into()));
        assert_eq!(error("http://erp/a/../{key}"), UrlTemplateError::Climbs);
        assert_eq!(error("http://erp/a#b"), UrlTemplateError::Fragment);
        assert_eq!(error("ftp://erp/"), UrlTemplateError::Scheme);
        assert_eq!(error("erp/orders"), UrlTemplateError::Scheme);
        assert_eq!(error("http://user:pass@erp/"), UrlTemplateError::Credentials);
        assert!(matches!(error("http://erp:99999/"), UrlTemplateError::Invalid(_)));
        for hostless in ["http:///orders", "http:///{key}", "http://\t/{key}", "http://\\{key}", "http://erp/a b"] {
            assert_eq!(error(hostless), UrlTemplateError::Invalid(url::ParseError::EmptyHost), "{hostless}");
        }
    }

    #[test]
    fn loopback_is_this_machine_by_name_or_address() {
        for (url, expected) in [
            ("http://127.0.0.1:1/", true),
            ("http://[::1]/", true),
            ("http://localhost/", true),
            ("http://erp/", false),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
