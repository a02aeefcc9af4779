//! Turns a target's answer, or the lack of one, into the result of the attempt.
//!
//! 2xx with a complete body is success. 2xx with an incomplete body is a network failure, because it is unknown what the
//! target did: the next attempt has the same idempotency key. Any other status decides by itself.

use std::error::Error;
use std::time::{Duration, SystemTime};

use gantry_core::{ErrorClass, Timestamp};
use gantry_security::Credentials;
use http::header::{HeaderMap, RETRY_AFTER};

use super::{Accepted, Failure};
use crate::excerpt;

/// Most bytes of an answer that are read. Ordinary answers are read to their end, so that the connection can be used
/// again; a longer answer is cut off together with its connection.
const READ: usize = 64 << 10;

/// Most bytes of the answer that are kept for its excerpt.
const KEPT: usize = 8 << 10;

/// `now` is what the date of a `Retry-After` is compared with.
pub(super) async fn judge(
    mut response: reqwest::Response,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<Accepted, Failure> {
    let status = response.status().as_u16();
    let mut kept = Vec::new();
    let ending = read(&mut response, &mut kept).await;
    let excerpt = excerpt::of_text(&credentials.redact(String::from_utf8_lossy(&kept).into_owned()));
    if !response.status().is_success() {
        let retry_after = retry_after(response.headers(), SystemTime::UNIX_EPOCH + Duration::from_millis(now.0));
        return Err(Failure { class: ErrorClass::of_status(status), status: Some(status), retry_after, excerpt });
    }
    match ending {
        Ok(()) => Ok(Accepted { status: Some(status), excerpt }),
        Err(error) => Err(Failure { status: Some(status), ..failure_of(error) }),
    }
}

/// The failure for an error without an answer of the target.
pub(super) fn failure_of(error: reqwest::Error) -> Failure {
    let class = match () {
        () if error.is_timeout() => ErrorClass::Timeout,
        () if error.is_builder() => ErrorClass::Permanent,
        () => ErrorClass::Network,
    };
    // The URL may contain business data; the attempt's record names the target anyway.
    Failure::without_answer(class, &chain(&error.without_url()))
}

async fn read(response: &mut reqwest::Response, kept: &mut Vec<u8>) -> Result<(), reqwest::Error> {
    let mut read = 0;
    while let Some(chunk) = response.chunk().await? {
        let room = KEPT.saturating_sub(kept.len());
        kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
        read += chunk.len();
        if read >= READ {
            break;
        }
    }
    Ok(())
}

/// `Retry-After` in either form: seconds, or a date. A date in the past means "now".
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
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
