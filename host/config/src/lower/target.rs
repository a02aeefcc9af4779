//! Targets.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Lower;
use crate::at::{At, Span};
use crate::diagnostic::Code;
use crate::flow::{Auth, FileTarget, HttpTarget, Target, TargetKind};
use crate::raw::target::{AuthChoice, FileTable, HttpTable, MethodChoice, TargetChoice};
use crate::url_template::{UrlTemplate, UrlTemplateError, is_loopback};

const CONCURRENCY: u32 = 16;
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const IDEMPOTENCY_HEADER: &str = "idempotency-key";

/// Headers that would carry a secret in the open: `auth` is for these.
const CREDENTIAL_HEADERS: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];

/// Headers that belong to the connection or come with the message.
const HOST_HEADERS: [&str; 6] =
    ["host", "content-length", "content-type", "transfer-encoding", "connection", "upgrade"];

impl TargetChoice {
    /// The mark that makes it the default target, where it has one.
    pub(super) fn default(&self) -> Option<&At<bool>> {
        let mark = match self {
            Self::Http(http) => http.default.as_ref(),
            Self::File(file) => file.default.as_ref(),
        };
        mark.filter(|mark| mark.value)
    }
}

impl Lower<'_> {
    pub(super) fn target(&mut self, raw: TargetChoice) -> Option<Target> {
        match raw {
            TargetChoice::Http(raw) => self.http(*raw),
            TargetChoice::File(raw) => self.file(*raw),
        }
    }

    fn file(&mut self, raw: FileTable) -> Option<Target> {
        let path = raw.path.and_then(|path| self.path(&path));
        let schema = self.schema(raw.schema.as_ref());
        let (retry, valve) = self.patience(raw.retry, raw.breaker);
        let concurrency = raw.concurrency.unwrap_or(CONCURRENCY) as usize;
        let kind = TargetKind::File(FileTarget { path: path? });
        Some(Target { kind, schema: schema?, concurrency, retry: retry?, valve: valve? })
    }

    fn http(&mut self, mut raw: HttpTable) -> Option<Target> {
        let schema = self.schema(raw.schema.as_ref());
        let (retry, valve) = self.patience(raw.retry.take(), raw.breaker.take());
        let concurrency = raw.concurrency.unwrap_or(CONCURRENCY) as usize;
        let http = self.http_kind(raw);
        Some(Target { kind: TargetKind::Http(http?), schema: schema?, concurrency, retry: retry?, valve: valve? })
    }

    fn http_kind(&mut self, raw: HttpTable) -> Option<HttpTarget> {
        let url = raw.url.and_then(|url| self.url(url));
        let headers = self.headers(raw.headers.unwrap_or_default());
        let auth = raw.auth.map_or(Some(Auth::None), |auth| self.auth(auth.value));
        let connect_timeout = self.duration_or(raw.connect_timeout.as_ref(), CONNECT_TIMEOUT);
        let timeout = self.duration_or(raw.timeout.as_ref(), TIMEOUT);
        let idempotency_header = match raw.idempotency_header {
            Some(name) => self.open_header(&name.value, &name.span),
            None => Some(IDEMPOTENCY_HEADER.to_owned()),
        };
        Some(HttpTarget {
            method: method(raw.method).to_owned(),
            url: url?,
            headers: headers?,
            auth: auth?,
            connect_timeout: connect_timeout?,
            timeout: timeout?,
            idempotency_header: idempotency_header?,
        })
    }

    pub(super) fn url(&mut self, url: At<String>) -> Option<String> {
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

    pub(super) fn headers(&mut self, raw: BTreeMap<At<String>, At<String>>) -> Option<Vec<(String, String)>> {
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
        Some((lowered?, value.value.clone()))
    }

    /// A header that the flow may set.
    fn open_header(&mut self, name: &str, span: &Span) -> Option<String> {
        let name = self.header_name(name, span)?;
        if HOST_HEADERS.contains(&name.as_str()) {
            self.invalid(span, format!("`{name}` is set by the host"), "leave it out");
            return None;
        }
        Some(name)
    }

    pub(super) fn auth(&mut self, raw: AuthChoice) -> Option<Auth> {
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
        UrlTemplateError::InAuthority => "placeholders belong into the path or the query",
        UrlTemplateError::Scheme | UrlTemplateError::Invalid(_) => {
            "for instance \"https://erp.example.com/orders/{key}\""
        }
    }
}

fn method(raw: Option<MethodChoice>) -> &'static str {
    match raw {
        None | Some(MethodChoice::Post) => "POST",
        Some(MethodChoice::Put) => "PUT",
        Some(MethodChoice::Patch) => "PATCH",
        Some(MethodChoice::Delete) => "DELETE",
    }
}
