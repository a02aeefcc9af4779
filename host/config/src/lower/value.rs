//! Single values: lengths of time, sizes, names, secrets, pointers, headers, paths.

use std::net::SocketAddr;
use std::ops::{Deref, RangeInclusive};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use super::Lower;
use crate::at::{At, Span};
use crate::diagnostic::Code;
use crate::flow::SecretRef;
use crate::raw::text::{DurationText, PathText, PointerText, SecretText, SizeText};
use crate::units::{parse_duration, parse_size, show_size};

const ABOUT_DURATIONS: &str = "write a number and a unit: \"500ms\", \"2s\", \"5m\", \"24h\" or \"7d\"";
const ABOUT_SIZES: &str = "write a number and a unit: \"512KiB\", \"1MiB\" or \"2GiB\"";
const ABOUT_SECRETS: &str = "put the secret in the environment or in a file and write `env:NAME` or `file:PATH`";

impl Lower<'_> {
    /// Reports an invalid text.
    pub fn invalid(&mut self, span: &Span, message: impl Into<String>, help: impl Into<String>) {
        self.report.add(Code::InvalidValue, span, message, help);
    }

    /// A length of time greater than zero, or the default if the key is absent.
    pub fn duration_or(&mut self, text: Option<&At<DurationText>>, default: Duration) -> Option<Duration> {
        text.map_or(Some(default), |text| self.duration(text))
    }

    /// A length of time greater than zero.
    pub fn duration(&mut self, text: &At<DurationText>) -> Option<Duration> {
        let duration = parse_duration(&text.value);
        match duration {
            None => self.invalid(&text.span, format!("`{}` is not a length of time", &*text.value), ABOUT_DURATIONS),
            Some(Duration::ZERO) => {
                self.report.add(Code::OutOfRange, &text.span, "this must be longer than nothing", "");
                return None;
            }
            Some(_) => {}
        }
        duration
    }

    /// A size within bounds, or the default if the key is absent.
    pub(super) fn size_or(
        &mut self,
        text: Option<&At<SizeText>>,
        default: u64,
        bounds: RangeInclusive<u64>,
    ) -> Option<u64> {
        let Some(text) = text else { return Some(default) };
        let Some(size) = parse_size(&text.value) else {
            self.invalid(&text.span, format!("`{}` is not a size", &*text.value), ABOUT_SIZES);
            return None;
        };
        if bounds.contains(&size) {
            return Some(size);
        }
        let message = if size < *bounds.start() {
            format!("this must be at least {}", show_size(*bounds.start()))
        } else {
            format!("this can be at most {}", show_size(*bounds.end()))
        };
        self.report.add(Code::OutOfRange, &text.span, message, "");
        None
    }

    /// A size in memory within bounds, or the default if the key is absent.
    pub fn memory_or(
        &mut self,
        text: Option<&At<SizeText>>,
        default: usize,
        bounds: RangeInclusive<u64>,
    ) -> Option<usize> {
        self.size_or(text, default as u64, bounds).and_then(|size| usize::try_from(size).ok())
    }

    /// A name of a flow, target or step.
    pub fn name<N: FromStr>(&mut self, text: &str, span: &Span) -> Option<N>
    where
        N::Err: std::fmt::Display,
    {
        text.parse().map_err(|error: N::Err| self.invalid(span, error.to_string(), "")).ok()
    }

    /// An absolute path. Relative ones are relative to the file's directory.
    pub fn path(&mut self, text: &At<PathText>) -> Option<PathBuf> {
        if text.value.is_empty() {
            self.invalid(&text.span, "an empty path names nothing", "");
            return None;
        }
        let joined = self.directory.join(&*text.value);
        match std::path::absolute(&joined) {
            Ok(path) => Some(path.components().collect()),
            Err(error) => {
                self.invalid(&text.span, format!("the path can't be made absolute: {error}"), "");
                None
            }
        }
    }

    /// The path of a file that the host reads: that of its copy, where copies are read.
    pub fn file(&mut self, text: &At<PathText>) -> Option<PathBuf> {
        let path = self.path(text)?;
        self.named.push(path.clone());
        Some(self.kept.as_ref().map_or_else(|| path.clone(), |kept| kept.copy_of(&path)))
    }

    /// A path to a file that must exist.
    pub(super) fn existing_file(&mut self, text: &At<PathText>, what: &str, help: &str) -> Option<PathBuf> {
        let path = self.file(text)?;
        if path.is_file() {
            return Some(path);
        }
        let shown = self.directory.join(&*text.value);
        let problem = if path.is_dir() { "is a directory" } else { "does not exist" };
        self.report.add(Code::MissingFile, &text.span, format!("{what} {} {problem}", shown.display()), help);
        None
    }

    /// A reference to a secret. Anything else may be the secret itself: it is never repeated in a message.
    pub fn secret(&mut self, text: &At<SecretText>) -> Option<SecretRef> {
        self.reference(&text.value, &text.span)
    }

    /// The same for texts that need not be references.
    pub(super) fn reference(&mut self, text: &str, span: &Span) -> Option<SecretRef> {
        match text.split_once(':') {
            Some(("env", name)) => self.environment_secret(name, span),
            Some(("file", path)) if !path.is_empty() => {
                Some(SecretRef::File(std::path::absolute(self.directory.join(path)).ok()?))
            }
            _ => {
                self.report.conceal(span);
                self.report.add(Code::LiteralSecret, span, "a secret must be a reference", ABOUT_SECRETS);
                None
            }
        }
    }

    /// Warns of a text that is used as it is written, but looks like a reference to a secret.
    pub(super) fn unresolved(&mut self, text: &str, span: &Span, what: &str) {
        let looks_like_one = match text.split_once(':') {
            Some(("env", name)) => is_variable(name),
            Some(("file", path)) => !path.is_empty() && !path.starts_with("//") && !path.contains(char::is_whitespace),
            _ => false,
        };
        if looks_like_one {
            let message = format!(
                "{what} looks like a reference to a secret, which is not resolved here: it is used as it is written"
            );
            let help = "secrets are resolved in `auth`, `verify` and other keys that ask for a reference; a plugin gets a secret by \
                        `grants.env`";
            self.report.add(Code::UnresolvedReference, span, message, help);
        }
    }

    fn environment_secret(&mut self, name: &str, span: &Span) -> Option<SecretRef> {
        let is_allowed = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !name.is_empty() && is_allowed && !name.starts_with(|first: char| first.is_ascii_digit()) {
            return Some(SecretRef::Env(name.to_owned()));
        }
        self.invalid(span, "this is not the name of an environment variable", "use letters, digits and `_`");
        None
    }

    /// At least one reference; an empty list was reported with the file's shape.
    pub fn secrets(&mut self, texts: Option<At<Vec<At<SecretText>>>>) -> Option<Vec<SecretRef>> {
        let lowered: Vec<_> = texts?.value.iter().map(|text| self.secret(text)).collect();
        lowered.into_iter().collect::<Option<Vec<_>>>().filter(|secrets| !secrets.is_empty())
    }

    /// A JSON Pointer.
    pub fn pointer(&mut self, text: &PointerText, span: &Span) -> Option<String> {
        let is_well_escaped = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        if text.starts_with('/') && is_well_escaped {
            return Some(text.deref().to_owned());
        }
        let help =
            "a JSON Pointer names each level behind a slash: \"/customer/id\"; `~` is written `~0`, `/` in a name `~1`";
        self.invalid(span, format!("`{}` is not a JSON Pointer", &**text), help);
        None
    }

    /// A header's name, in lower case.
    pub fn header_name(&mut self, text: &str, span: &Span) -> Option<String> {
        match http::HeaderName::from_bytes(text.as_bytes()) {
            Ok(name) => Some(name.as_str().to_owned()),
            Err(_) => {
                self.invalid(span, format!("`{text}` can't be the name of a header"), "use letters, digits and `-`");
                None
            }
        }
    }

    pub(super) fn address(&mut self, text: &At<String>) -> Option<SocketAddr> {
        match text.value.parse() {
            Ok(address) => Some(address),
            Err(_) => {
                let help =
                    "write an IP address and a port: \"127.0.0.1:8080\", or \"0.0.0.0:8080\" for every interface";
                self.invalid(&text.span, format!("`{}` is not an address to listen on", text.value), help);
                None
            }
        }
    }
}

/// Whether a text could be the name of an environment variable, as people write them.
fn is_variable(name: &str) -> bool {
    let first = name.bytes().next();
    first.is_some_and(|byte| byte.is_ascii_uppercase() || byte == b'_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
