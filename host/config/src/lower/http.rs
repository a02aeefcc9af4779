//! The parts of an HTTP request that a flow states: URL, headers, and how the host authenticates itself.

use std::collections::BTreeMap;

use super::Lower;
use crate::at::{At, Span};
use crate::diagnostic::Code;
use crate::flow::Auth;
use crate::raw::http::AuthChoice;
use crate::url_template::{UrlTemplate, UrlTemplateError, is_loopback};

/// Headers that would state a secret in plain text: `auth` is for these.
const CREDENTIAL_HEADERS: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];

/// Headers that belong to the connection or come with the message.
const HOST_HEADERS: [&str; 6] =
    ["host", "content-length", "content-type", "transfer-encoding", "connection", "upgrade"];

impl Lower<'_> {
    /// A URL that messages may fill in, with a warning if it is not encrypted.
    pub fn url(&mut self, url: At<String>) -> Option<String> {
        let parsed = UrlTemplate::parse(&url.value).and_then(|template| template.sample());
        match parsed {
            Ok(sample) => {
                if sample.scheme() == "http" && !is_loopback(&sample) {
                    let message = "messages and credentials would cross the network unencrypted";
                    self.report.add(Code::PlainHttp, &url.span, message, "use `https://`");
                }
                Some(url.value)
            }
            Err(error) => {
                if error == UrlTemplateError::Credentials {
                    self.report.conceal(&url.span);
                }
                self.invalid(&url.span, error.to_string(), url_help(&error));
                None
            }
        }
    }

    /// Headers without secrets, in lower case.
    pub fn headers(&mut self, raw: BTreeMap<At<String>, At<String>>) -> Option<Vec<(String, String)>> {
        let lowered: Vec<_> = raw.into_iter().map(|(name, value)| self.header(&name, &value)).collect();
        lowered.into_iter().collect()
    }

    fn header(&mut self, name: &At<String>, value: &At<String>) -> Option<(String, String)> {
        let lowered = http::HeaderName::from_bytes(name.value.as_bytes()).ok();
        if lowered.is_some_and(|name| CREDENTIAL_HEADERS.contains(&name.as_str())) {
            self.report.conceal(&value.span);
            let message = format!("`{}` carries a secret, and a secret must be a reference", name.value);
            let help = "state it under `auth`: { bearer = \"env:NAME\" }, `basic` or `header`";
            self.report.add(Code::LiteralSecret, &name.span, message, help);
            return None;
        }
        let lowered = self.open_header(&name.value, &name.span);
        if http::HeaderValue::from_str(&value.value).is_err() {
            self.invalid(
                &value.span,
                "this can't be the value of a header",
                "it may not hold line ends or other control characters",
            );
            return None;
        }
        self.unresolved(&value.value, &value.span, "the value of this header");
        Some((lowered?, value.value.clone()))
    }

    /// A header that the flow may set, in lower case.
    pub fn open_header(&mut self, name: &str, span: &Span) -> Option<String> {
        let name = self.header_name(name, span)?;
        if HOST_HEADERS.contains(&name.as_str()) {
            self.invalid(span, format!("`{name}` is set by the host"), "leave it out");
            return None;
        }
        Some(name)
    }

    /// How the host authenticates itself; its secrets stay references.
    pub fn auth(&mut self, raw: AuthChoice) -> Option<Auth> {
        match raw {
            AuthChoice::Bearer(token) => self.secret(&token).map(Auth::Bearer),
            AuthChoice::Basic(basic) => {
                let password = basic.password.and_then(|password| self.secret(&password));
                Some(Auth::Basic { user: basic.user?.value, password: password? })
            }
            AuthChoice::Header(header) => {
                let name = header.name.and_then(|name| self.open_header(&name.value, &name.span));
                let value = header.value.and_then(|value| self.secret(&value));
                Some(Auth::Header { name: name?, value: value? })
            }
            AuthChoice::StandardWebhooks(signing) => {
                signing.secret.and_then(|secret| self.secret(&secret)).map(Auth::StandardWebhooks)
            }
        }
    }
}

fn url_help(error: &UrlTemplateError) -> &'static str {
    match error {
        UrlTemplateError::Credentials => "state them under `auth`",
        UrlTemplateError::Unknown(_) | UrlTemplateError::Braces => {
            "known are {id}, {key}, {idempotency_key}, {header:NAME} and {/json/pointer}"
        }
        UrlTemplateError::PathInQuery(_) => "leave out `|path`: every value is encoded there",
        UrlTemplateError::Climbs => "write the path that it leads to",
        UrlTemplateError::Fragment => "leave out the `#` and what follows",
        UrlTemplateError::InAuthority => "placeholders belong into the path or the query",
        UrlTemplateError::Scheme | UrlTemplateError::Invalid(_) => {
            "for instance \"https://erp.example.com/orders/{key}\""
        }
    }
}
