//! What the headers of an answer say: when to come back, and by which ids the target knows the request.

use std::time::{Duration, SystemTime};

use gantry_security::Credentials;
use http::header::{HeaderMap, HeaderName, RETRY_AFTER};

use crate::excerpt;

/// Most characters of a header's value that are kept: enough for an id or a link.
const LENGTH: usize = 200;

/// `Retry-After` in either form: seconds, or a date. A date in the past means "now".
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// Those of these headers that an answer has: names in lower case, values bounded and without control characters.
pub(super) fn kept(headers: &HeaderMap, names: &[HeaderName], credentials: &Credentials) -> Vec<(String, String)> {
    let present = names.iter().filter_map(|name| Some((name, headers.get(name)?)));
    let shown = present.map(|(name, value)| (name.to_string(), shown(&credentials.redact(text(value)))));
    shown.filter(|(_, value)| !value.is_empty()).collect()
}

/// A header's value; what is not UTF-8 is taken for Latin-1, as headers once were.
pub(super) fn text(value: &http::HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn shown(text: &str) -> String {
    excerpt::of_text(&text.trim().chars().take(LENGTH).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requested(value: &'static str, now: u64) -> Option<Duration> {
        let headers = [(RETRY_AFTER, http::HeaderValue::from_static(value))].into_iter().collect();
        retry_after(&headers, SystemTime::UNIX_EPOCH + Duration::from_secs(now))
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        assert_eq!(requested("120", 0), Some(Duration::from_secs(120)));
        assert_eq!(requested("Thu, 01 Jan 1970 00:01:00 GMT", 15), Some(Duration::from_secs(45)));
        assert_eq!(requested("Thu, 01 Jan 1970 00:01:00 GMT", 90), Some(Duration::ZERO));
        for nonsense in ["soon", "-5", "1.5", ""] {
            assert_eq!(requested(nonsense, 0), None, "{nonsense}");
        }
    }
}
