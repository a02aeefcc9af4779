//! URLs with placeholders that each message fills in.
//!
//! Placeholders may only be behind the host name: the data of a message must never decide which machine is called.

use std::net::IpAddr;

use url::Url;

/// A target's URL, cut at its placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlTemplate(Vec<Part>);

/// A piece of a URL template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Fixed text.
    Text(String),
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
        Ok(template)
    }

    /// The pieces, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The URL with `x` for every placeholder; scheme, host and port are the real ones.
    pub fn sample(&self) -> Result<Url, UrlTemplateError> {
        self.filled_with("x")
    }

    fn filled_with(&self, value: &str) -> Result<Url, UrlTemplateError> {
        let text: String = self.0.iter().map(|part| if let Part::Text(text) = part { text } else { value }).collect();
        Ok(Url::parse(&text)?)
    }
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
    while let Some(brace) = text.find(['{', '}']) {
        let (before, rest) = text.split_at(brace);
        let inner = rest.strip_prefix('{').ok_or(UrlTemplateError::Braces)?;
        let (name, behind) = inner.split_once('}').ok_or(UrlTemplateError::Braces)?;
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(placeholder(name)?);
        text = behind;
    }
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
    Ok(parts)
}

fn placeholder(name: &str) -> Result<Part, UrlTemplateError> {
    let unknown = || UrlTemplateError::Unknown(name.to_owned());
    match name {
        "id" => Ok(Part::Id),
        "key" => Ok(Part::Key),
        "idempotency_key" => Ok(Part::IdempotencyKey),
        pointer if pointer.starts_with('/') => Ok(Part::Pointer(pointer.to_owned())),
        other => {
            let header = other.strip_prefix("header:").ok_or_else(unknown)?;
            let header = http::HeaderName::from_bytes(header.as_bytes()).map_err(|_| unknown())?;
            Ok(Part::Header(header.as_str().to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_is_known() {
        let template = UrlTemplate::parse(
            "https://erp:8443/a/{id}/{key}?k={idempotency_key}&t={header:X-Tenant}&c={/customer/id}",
        );
        let expected = [
            Part::Text("https://erp:8443/a/".into()),
            Part::Id,
            Part::Text("/".into()),
            Part::Key,
            Part::Text("?k=".into()),
            Part::IdempotencyKey,
            Part::Text("&t=".into()),
            Part::Header("x-tenant".into()),
            Part::Text("&c=".into()),
            Part::Pointer("/customer/id".into()),
        ];
        assert_eq!(template.unwrap().parts(), expected);
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
